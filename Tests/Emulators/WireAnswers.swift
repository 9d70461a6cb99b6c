// HTTP answers of all emulators, and the handler that cuts a connection; used by every route.
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

extension Response {
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, style: JSONValue.Style = .plain) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=UTF-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes(style))))
    }

    static func bytes(_ bytes: [UInt8], type: String, headers: HTTPFields = [:]) -> Response {
        var fields = headers
        fields[.contentType] = type
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(_ text: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An error of our own API, not of Meta's.
    static func refused(_ error: GraphError) -> Response {
        .json(["error": .string(error.details)], status: .badRequest)
    }

    /// Never reaches the wire: `ConnectionCutter` closes the connection instead.
    static var cut: Response { Response(status: .ok, headers: [ConnectionCutter.mark: "1"], body: ResponseBody()) }
}

/// Closes the connection in place of an answer that bears the mark, as a network that breaks does.
final class ConnectionCutter: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    static let mark = HTTPField.Name("x-emulator-cut")!

    private var isCut = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head(let head) = unwrapOutboundIn(data), head.headerFields[Self.mark] != nil {
            isCut = true
            context.close(promise: nil)
        }
        guard !isCut else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.write(data, promise: promise)
    }
}

extension Request {
    /// The whole body; Hummingbird answers 413 beyond `max` bytes.
    func bytes(max: Int) async throws -> [UInt8] {
        let buffer = try await body.collect(upTo: max)
        return Array(buffer.readableBytesView)
    }

    /// A body of our own API: at most 64 MiB, since a control call may carry a file in base64.
    func controlJSON() async throws -> JSONValue {
        let bytes = try await bytes(max: 64 << 20)
        if bytes.isEmpty { return [:] }
        do { return try JSONValue(parsing: bytes) } catch {
            throw HTTPError(.badRequest, message: "not JSON at byte \(error.offset): \(error.reason)")
        }
    }

    func query(_ name: String) -> String? { uri.queryParameters[name[...]].map(String.init) }

    /// Path components, percent-decoded, without the first `dropping`.
    func path(dropping count: Int) -> [String] {
        uri.path.split(separator: "/").dropFirst(count).map { $0.removingPercentEncoding ?? String($0) }
    }

    /// Where the caller reached us, for addresses in answers.
    var base: String { "http://\(head.authority ?? "127.0.0.1")" }
}

/// `application/x-www-form-urlencoded` as Meta reads it: a value that looks like an object or an array is JSON.
func formJSON(_ bytes: [UInt8]) -> JSONValue {
    var members = JSONObject()
    for pair in String(decoding: bytes, as: UTF8.self).split(separator: "&") {
        let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let decoded = halves.map { $0.replacing("+", with: " ").removingPercentEncoding ?? "" }
        guard let key = decoded.first, !key.isEmpty else { continue }
        let text = decoded.count > 1 ? decoded[1] : ""
        let looksLikeJSON = text.hasPrefix("{") || text.hasPrefix("[")
        members[key] = looksLikeJSON ? (try? JSONValue(parsing: text.utf8)) ?? .string(text) : .string(text)
    }
    return .object(members)
}
