// Shows a citizen that the message was read and that we type. Called from anywhere; nothing waits for it, and nothing
// depends on it: what would be too much, or fails, is left out.
import Model
import Synchronization

public final class ReadMarks: Sendable {
    /// Marks on their way at one time: more would only take connections from the answers.
    private static let inFlightMax = 16

    private let mark: @Sendable (MessageID, LineID) async -> Void
    private let inFlight = Atomic<Int>(0)

    public convenience init(graph: GraphClient) {
        self.init { message, line in _ = await graph.markRead(message, on: line) }
    }

    init(mark: @escaping @Sendable (MessageID, LineID) async -> Void) { self.mark = mark }

    public func acknowledge(message: MessageID, line: LineID) {
        guard inFlight.add(1, ordering: .relaxed).newValue <= Self.inFlightMax else {
            inFlight.subtract(1, ordering: .relaxed)
            return
        }
        Task {
            await mark(message, line)
            inFlight.subtract(1, ordering: .relaxed)
        }
    }
}
