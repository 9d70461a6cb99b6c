// What the next calls to Graph shall suffer: errors, silence, rubbish; filled by the console, consumed by Graph routes.
import Synchronization

final class FailurePlan: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// Meta's error with a code.
        case error
        case http500 = "http_500"
        case http429 = "http_429"
        /// 200 with a body that is no JSON.
        case garbage
        /// No answer for `seconds`, then the connection closes; nothing was accepted.
        case hang
        /// The connection closes at once; nothing was accepted.
        case dropBefore = "drop_before"
        /// The message is accepted, and the connection closes without an answer.
        case dropAfterAccept = "drop_after_accept"
        /// The message is accepted, and the answer comes after `seconds`.
        case slow
    }

    struct Failure: Sendable {
        let kind: Kind
        var code = 131000
        var seconds = 30.0
        var remaining = 1
        /// Only for this line, only for this edge (`messages`, `media`, …); nil for all.
        var line: String?
        var edge: String?
    }

    private let failures = Mutex<[Failure]>([])

    func add(_ failure: Failure) { failures.withLock { $0.append(failure) } }

    func removeAll() { failures.withLock { $0.removeAll() } }

    /// The failure for this call, used up by one.
    func next(line: String, edge: String) -> Failure? {
        failures.withLock { failures in
            guard !failures.isEmpty else { return nil }
            guard let index = failures.firstIndex(where: { ($0.line ?? line) == line && ($0.edge ?? edge) == edge })
            else { return nil }
            failures[index].remaining -= 1
            let failure = failures[index]
            if failure.remaining <= 0 { failures.remove(at: index) }
            return failure
        }
    }

    var json: JSONValue {
        .array(
            failures.withLock { $0 }.map { failure in
                [
                    "kind": .string(failure.kind.rawValue), "code": .int(failure.code),
                    "remaining": .int(failure.remaining),
                    "line": failure.line.map { .string($0) }, "edge": failure.edge.map { .string($0) },
                ]
            })
    }
}
