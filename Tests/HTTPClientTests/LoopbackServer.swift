// A server of raw sockets on 127.0.0.1 that does what a test tells it, also what no HTTP server would do. One thread
// accepts, one more serves each connection.
import Foundation
import Glibc
import Synchronization

final class LoopbackServer: Sendable {
    struct Seen: Sendable {
        var head: String
        var body: [UInt8]
        /// 1 for the first connection.
        var connection: Int
    }

    enum Reply: Sendable {
        case answer(String)
        /// The answer, and then the connection is closed though nothing said so.
        case answerAndClose(String)
        case drop
        case silence
    }

    let port: UInt16
    private let listener: Int32
    private let connections = Atomic<Int>(0)
    private let requests = Mutex<[Seen]>([])
    private let reply: @Sendable (Seen) -> Reply

    init(_ reply: @escaping @Sendable (Seen) -> Reply) throws {
        self.reply = reply
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, size) == 0 && listen(listener, 512) == 0 && getsockname(listener, raw, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRINUSE) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in acceptAll() }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var host: String { "127.0.0.1:\(port)" }
    var seen: [Seen] { requests.withLock { $0 } }

    /// A port on which nobody listens.
    static func closedPort() throws -> UInt16 {
        let server = try LoopbackServer { _ in .drop }
        server.stop()
        return server.port
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            if connection < 0 { return }
            let number = connections.add(1, ordering: .relaxed).newValue
            Thread.detachNewThread { [self] in serve(connection, number) }
        }
    }

    private func serve(_ connection: Int32, _ number: Int) {
        var input: [UInt8] = []
        while let request = next(connection, &input, number) {
            requests.withLock { $0.append(request) }
            switch reply(request) {
            case .answer(let text):
                write(text, to: connection)
            case .answerAndClose(let text):
                write(text, to: connection)
                close(connection)
                return
            case .drop:
                close(connection)
                return
            case .silence:
                break
            }
        }
        close(connection)
    }

    private func next(_ connection: Int32, _ input: inout [UInt8], _ number: Int) -> Seen? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = input.firstRange(of: end) {
                let head = String(decoding: input[..<range.lowerBound], as: UTF8.self)
                let length =
                    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
                if input.count >= range.upperBound + length {
                    let body = Array(input[range.upperBound..<range.upperBound + length])
                    input.removeFirst(range.upperBound + length)
                    return Seen(head: head, body: body, connection: number)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return nil }
            input += buffer[..<count]
        }
    }

    private func write(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }
}

func ok(_ body: String, headers: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
