// A citizen's file in two steps: ask for its address, fetch it from there with the same token. Any task.
import Crypto
import Foundation
import HTTPClient
import Model

/// Why a file of a citizen's could not be had.
public struct MediaFailure: Error, Sendable, Equatable {
    public enum Code: String, Sendable {
        /// Meta has it no more (seven days), or never had it: the citizen must send it again.
        case gone
        case tooLarge = "too_large"
        /// The bytes are not those that the citizen sent.
        case damaged
        /// Meta or the way to it is in trouble: again later.
        case unavailable
    }

    public let code: Code
    public let problem: Problem

    init(_ code: Code, _ reason: String, _ sentence: String) {
        self.code = code
        problem = Problem(code: reason, sentence: sentence, retryAfterSeconds: code == .unavailable ? 60 : nil)
    }

    static let gone = MediaFailure(.gone, "MEDIA_GONE", "WhatsApp does not have the file any more")
    static let tooLarge = MediaFailure(.tooLarge, "MEDIA_TOO_LARGE", "the file is larger than we take")
    static let damaged = MediaFailure(.damaged, "MEDIA_DAMAGED", "the file's hash is not the announced one")

    static func unavailable(_ reason: String) -> MediaFailure {
        MediaFailure(.unavailable, reason, "the file could not be fetched from WhatsApp")
    }
}

extension GraphClient {
    /// The whole file, its hash checked. Asks once more when the address has expired on the way (after five minutes)
    /// or when the bytes are not what was announced.
    public func fetch(_ media: InboundMedia, line: LineID) async throws(MediaFailure) -> [UInt8] {
        do {
            return try await fetchOnce(media, line: line)
        } catch let failure where failure.code == .gone || failure.code == .damaged {
            return try await fetchOnce(media, line: line)
        }
    }

    private func fetchOnce(_ media: InboundMedia, line: LineID) async throws(MediaFailure) -> [UInt8] {
        let settings = settings
        let place = try await address(of: media.id, line, settings)
        if let size = place.bytesCount, size > Int64(settings.mediaBytesMax) { throw .tooLarge }
        let request = HTTPRequest(
            .get, place.url, headers: authorisation(line, settings),
            timeoutMilliseconds: settings.mediaTimeoutMilliseconds,
            responseBytesMax: settings.mediaBytesMax)
        let bytes = try await download(request)
        let announced = [media.sha256, place.sha256].compactMap { $0.flatMap(Self.hash) }
        if !announced.isEmpty {
            let actual = Array(SHA256.hash(data: bytes))
            guard announced.allSatisfy({ $0 == actual }) else { throw .damaged }
        }
        return bytes
    }

    private struct MediaAddress {
        let url: String
        let sha256: String?
        let bytesCount: Int64?
    }

    private func address(
        of id: MediaID, _ line: LineID, _ settings: Settings
    ) async throws(MediaFailure)
        -> MediaAddress
    {
        let path = "\(Self.escaped(id.rawValue))?phone_number_id=\(Self.escaped(line.rawValue))"
        let request = HTTPRequest(
            .get, "\(settings.graphURL)/\(settings.apiVersion)/\(path)", headers: authorisation(line, settings),
            timeoutMilliseconds: settings.sendTimeoutMilliseconds)
        switch await perform(request) {
        case .done(let document):
            guard let root = document?.root, let url = root["url"]?.name else { throw .unavailable("GRAPH_UNREADABLE") }
            return MediaAddress(url: url, sha256: root["sha256"]?.name, bytesCount: root["file_size"]?.integer)
        case .refused(let refusal):
            // 100 with subcode 33 is Meta's way to say that there is no such object.
            let isGone =
                refusal.code == 100 || refusal.code == 131052 || (refusal.code == nil && refusal.httpStatus == 404)
            throw isGone ? .gone : .unavailable(refusal.name)
        case .unsent(let code), .inDoubt(let code):
            throw .unavailable(code)
        case .unready(let problem):
            throw .unavailable(problem.code)
        }
    }

    private func download(_ request: HTTPRequest) async throws(MediaFailure) -> [UInt8] {
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            throw error.code == .tooLarge ? .tooLarge : .unavailable("HTTP_" + error.code.rawValue.uppercased())
        }
        switch response.status {
        case 200: return response.body
        case 404, 410: throw .gone
        default: throw .unavailable("GRAPH_HTTP_\(response.status)")
        }
    }

    /// Hexadecimal in Graph's answer, base64 in the webhook; nil for anything that is no SHA-256.
    static func hash(_ text: String) -> [UInt8]? {
        if text.utf8.count == SHA256.byteCount * 2 {
            return Signature.bytes(hexadecimal: text.utf8, count: SHA256.byteCount)
        }
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: padded), bytes.count == SHA256.byteCount else { return nil }
        return Array(bytes)
    }
}
