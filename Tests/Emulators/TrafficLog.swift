// The last few hundred exchanges for the console: kinds, codes and times, never numbers or words of a citizen.
import Foundation
import Synchronization

final class TrafficLog: Sendable {
    struct Entry: Sendable {
        let direction: String
        let what: String
        let result: String
        let milliseconds: Int
        let attempt: Int
        let at: Date
    }

    /// A screenful or two of the console.
    static let entriesMax = 300

    private struct State {
        var entries: [Entry] = []
        var count = 0
    }

    private let state = Mutex(State())

    func note(_ entry: Entry) {
        state.withLock { state in
            if state.entries.count < Self.entriesMax {
                state.entries.append(entry)
            } else {
                state.entries[state.count % Self.entriesMax] = entry
            }
            state.count += 1
        }
    }

    /// Oldest first, those after number `after`.
    func json(after: Int) -> JSONValue {
        state.withLock { state in
            let first = max(after, state.count - state.entries.count)
            let entries = (first..<max(first, state.count)).map { number -> JSONValue in
                let entry = state.entries[number % Self.entriesMax]
                return [
                    "number": .int(number + 1), "direction": .string(entry.direction), "what": .string(entry.what),
                    "result": .string(entry.result), "milliseconds": .int(entry.milliseconds),
                    "attempt": .int(entry.attempt), "at": .double(entry.at.timeIntervalSince1970),
                ]
            }
            return .array(entries)
        }
    }
}
