// The office's JSON: snake_case names outside, whatever the Swift property is called. Used by every route, any thread.
import Foundation
import Hummingbird

enum OfficeJSON {
    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { path in WireKey(path[path.count - 1].stringValue) }
        return Array(try encoder.encode(value))
    }

    /// `validFrom` → `valid_from`. A name with a hyphen is a language tag (`hi-Latn`) and stays.
    static func wireName(_ name: String) -> String {
        guard !name.contains("-") else { return name }
        return name.reduce(into: "") { result, character in
            if character.isUppercase {
                result += "_" + character.lowercased()
            } else {
                result.append(character)
            }
        }
    }

    private struct WireKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = OfficeJSON.wireName(name) }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

extension Response {
    /// A value as JSON. Our own values always encode; one that does not is a mistake in the code: a bare 500.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        guard let bytes = try? OfficeJSON.bytes(value) else { return Response(status: .internalServerError) }
        return Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "\(type); charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func seeOther(_ path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }
}
