// A real server on a free port of this machine for the length of one test, and the real client to call it.
import HTTPClient
import Hummingbird
import Logging
import Model
import Synchronization
import Testing

struct Loopback {
    let origin: String
    let client: HTTPClient

    /// Runs `body` while the server listens.
    static func serve<Answer: Sendable>(
        _ router: Router<BasicRequestContext>, _ body: @Sendable @escaping (Loopback) async throws -> Answer
    ) async throws -> Answer {
        let (ports, found) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let client = try #require(HTTPClient(allowing: ["127.0.0.1:\(port)"]))
            defer {
                client.shutdown()
                group.cancelAll()
            }
            return try await body(Loopback(origin: "http://127.0.0.1:\(port)", client: client))
        }
    }
}

/// What happened, noted from any task.
final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])
    func add(_ note: Note) { notes.withLock { $0.append(note) } }
    var all: [Note] { notes.withLock { $0 } }
}

extension Logger {
    static var silent: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}
