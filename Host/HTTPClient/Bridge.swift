// The only unsafe code of this room: Swift values to and from CCurl's engine. `Box` is resumed on the engine's thread.
import CCurl

/// Owns the engine and its thread; freed when the client goes.
final class Engine: @unchecked Sendable {  // the pointer never changes, and CCurl's calls are safe from any thread
    private let pointer: OpaquePointer

    init?(_ options: HTTPClient.Options) {
        let started = withOptionalCString(options.certificatesPath) { certificates in
            withOptionalCString(options.proxyURL) { proxy in
                var raw = ccurl_options_t(
                    host_connections_max: Int64(options.hostConnectionsMax),
                    idle_connections_max: Int64(max(options.idleConnectionsMax, options.hostConnectionsMax)),
                    idle_seconds_max: Int64(options.idleSecondsMax),
                    certificates_path: certificates, proxy_url: proxy)
                return ccurl_engine_start(&raw)
            }
        }
        guard let started else { return nil }
        pointer = started
    }

    deinit {
        ccurl_engine_stop(pointer)
        ccurl_engine_free(pointer)
    }

    var connectionsOpened: UInt64 { ccurl_engine_connections_opened(pointer) }
    func stop() { ccurl_engine_stop(pointer) }
    func cancel(_ number: UInt64) { ccurl_engine_cancel(pointer, number) }

    /// 0 when the engine is stopping: then the box was not taken.
    func send(_ request: WireRequest, _ box: UnsafeMutableRawPointer) -> UInt64 {
        withCStrings(request.headerLines) { lines in
            request.method.withCString { method in
                request.url.withCString { url in
                    (request.body ?? []).withUnsafeBufferPointer { body in
                        var raw = ccurl_request_t(
                            method: method, url: url, headers: lines.baseAddress, header_count: lines.count,
                            body: body.baseAddress, body_size: body.count, has_body: request.body != nil,
                            repeatable: request.isRepeatable, timeout_ms: Int64(request.timeoutMilliseconds),
                            connect_timeout_ms: Int64(request.connectTimeoutMilliseconds),
                            response_bytes_max: request.responseBytesMax)
                        return ccurl_engine_send(pointer, &raw, transferDone, box)
                    }
                }
            }
        }
    }
}

/// A request as the engine takes it: lines and bytes.
struct WireRequest: Sendable {
    let method: String
    let url: String
    let headerLines: [String]
    let body: [UInt8]?
    let isRepeatable: Bool
    let timeoutMilliseconds: Int
    let connectTimeoutMilliseconds: Int
    let responseBytesMax: Int

    init(_ request: HTTPRequest) {
        var lines = request.headers.map { "\($0.0): \($0.1)" }
        let names = Set(request.headers.map { $0.0.lowercased() })
        switch request.body {
        case .none:
            // A POST without a body is still one: Content-Length 0, not a GET.
            body = request.method == .post || request.method == .put || request.method == .patch ? [] : nil
        case .bytes(let bytes):
            body = bytes
        case .multipart(let parts):
            let boundary = Multipart.boundary()
            lines.removeAll { $0.lowercased().hasPrefix("content-type:") }
            lines.append("Content-Type: multipart/form-data; boundary=\(boundary)")
            body = Multipart.encode(parts, boundary: boundary)
        }
        if case .multipart = request.body {} else if !names.contains("content-type") { lines.append("Content-Type:") }
        // Taken away: waiting for "100 Continue" costs a second with servers that don't know it.
        if !names.contains("expect") { lines.append("Expect:") }
        headerLines = lines
        method = request.method.rawValue
        url = request.url
        isRepeatable = request.isRepeatable
        timeoutMilliseconds = max(1, request.timeoutMilliseconds)
        connectTimeoutMilliseconds = max(1, request.connectTimeoutMilliseconds)
        responseBytesMax = max(0, request.responseBytesMax)
    }

    /// Neither part may end the line: what follows would be a header of somebody else's making.
    static func isSendable(_ header: (String, String)) -> Bool {
        !header.0.isEmpty && header.0.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") }
            && header.1.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
    }
}

/// What the engine said, copied out of its memory.
struct Answer: Sendable {
    let outcome: ccurl_outcome_t
    let mayHaveArrived: Bool
    let status: Int
    let headerLines: String
    let body: [UInt8]

    static let unsent = Answer(outcome: CCURL_CANCELLED, mayHaveArrived: false, status: 0, headerLines: "", body: [])

    func response(from origin: AllowedHosts.Origin) throws(HTTPFailure) -> HTTPResponse {
        guard outcome != CCURL_DONE else {
            return HTTPResponse(status: status, headers: Self.headers(in: headerLines), body: body)
        }
        let (code, what) = Self.failure(outcome, mayHaveArrived)
        throw HTTPFailure(code: code, mayHaveArrived: mayHaveArrived, sentence: "\(origin.description) \(what)")
    }

    private static func failure(_ outcome: ccurl_outcome_t, _ mayHaveArrived: Bool) -> (HTTPFailure.Code, String) {
        switch outcome {
        case CCURL_TIMEOUT: (.timeout, mayHaveArrived ? "did not answer in time" : "could not be reached in time")
        case CCURL_CONNECT: (.connect, "took no connection")
        case CCURL_DNS: (.dns, "has no address that could be found")
        case CCURL_TLS: (.tls, "could not prove who it is, or speaks no TLS that we accept")
        case CCURL_TOO_LARGE: (.tooLarge, "answered with more than is allowed")
        case CCURL_CANCELLED: (.cancelled, "was called, and the call was cancelled")
        case CCURL_INVALID: (.invalid, "was to be called with a request that can't be sent")
        default: (.closed, "ended the connection without a whole answer")
        }
    }

    private static func headers(in lines: String) -> [(String, String)] {
        lines.unicodeScalars.split(whereSeparator: { $0 == "\r" || $0 == "\n" }).compactMap { line in
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
            let value = line[line.index(after: colon)...]
            let isSpace: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" }
            let tail = value.drop(while: isSpace)
            let end = tail.lastIndex { !isSpace($0) }.map(tail.index(after:)) ?? tail.startIndex
            return (String(line[..<colon]), String(tail[..<end]))
        }
    }
}

/// Holds the continuation while the engine has the request.
final class Box: Sendable {
    let continuation: CheckedContinuation<Answer, Never>
    init(_ continuation: CheckedContinuation<Answer, Never>) { self.continuation = continuation }
}

/// On the engine's thread, once a transfer; copies and resumes, nothing else.
private func transferDone(_ context: UnsafeMutableRawPointer?, _ result: UnsafePointer<ccurl_result_t>?) {
    guard let context, let result = result?.pointee else { return }
    let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
    let headers = UnsafeRawBufferPointer(start: result.headers, count: result.headers_size)
    let body = UnsafeBufferPointer(start: result.body, count: result.body_size)
    box.continuation.resume(
        returning: Answer(
            outcome: result.outcome, mayHaveArrived: result.may_have_arrived, status: Int(result.status),
            headerLines: String(decoding: headers, as: UTF8.self), body: Array(body)))
}

private func withOptionalCString<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

/// One buffer for all lines, so that their addresses stand still for the call.
private func withCStrings<R>(_ lines: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> R) -> R {
    var offsets: [Int] = []
    var bytes: [CChar] = []
    for line in lines {
        offsets.append(bytes.count)
        bytes += line.utf8.map { CChar(bitPattern: $0) } + [0]
    }
    return bytes.withUnsafeBufferPointer { buffer in
        let pointers = offsets.map { offset in buffer.baseAddress?.advanced(by: offset) }
        return pointers.withUnsafeBufferPointer(body)
    }
}
