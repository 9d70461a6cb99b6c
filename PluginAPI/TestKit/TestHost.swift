// An in-memory host for authors: builds a request, calls the department's code, gives back the reply. For unit tests;
// the real host is not needed. Values and effects are what the author's code sees and asks for, nothing is carried
// out.
import SamvadKit

/// Holds one department open, at a time and with a seed of the test's choosing.
public struct TestHost<Kind: Department>: Sendable {
    public let department: Kind
    public let log: LogBook
    public var now: Instant
    public var randomSeed: UInt64
    public var language = Language.hindi
    public var application = "TEST-1"

    /// `today` is a day in Delhi, noon: the time of day seldom matters, and then `now` may be set.
    public init(_: Kind.Type, today: String, randomSeed: UInt64 = 1) throws {
        guard let day = CivilDate(today) else { throw TestHostError(reason: "\"\(today)\" is not a day YYYY-MM-DD") }
        let log = LogBook()
        self.log = log
        department = try Kind(host: Host(version: "test") { level, line in log.add(level, line) })
        now = Instant(milliseconds: day.dayNumber * 86_400_000 + 23_400_000)
        self.randomSeed = randomSeed
    }

    /// One step. Values in form order.
    public func call(
        _ service: String, _ step: Step, _ values: KeyValuePairs<String, String> = [:], event: String = "",
        documents: [Document] = [], state: State? = nil
    ) throws(Failure) -> Reply {
        try department.handle(
            Request(
                service: service, step: step, language: language, citizen: "citizen-1", application: application,
                event: event, values: Values(values.map { Field($0.key, $0.value) }), documents: documents,
                state: state,
                now: now, randomSeed: randomSeed))
    }

    /// The clock goes on, as it does between the turns of a conversation.
    public mutating func pass(days: Int64) { now.milliseconds += days * 86_400_000 }
}

public struct TestHostError: Error, Sendable {
    public var reason: String
}

extension Reply {
    /// The keys of the sentences, in the order in which the citizen reads them.
    public var keys: [String] { messages.map(\.key) }

    /// An argument of the first sentence with this key.
    public func argument(_ name: String, of key: String) -> String? {
        messages.first { $0.key == key }?.arguments.first { $0.key == name }?.value
    }

    public func value(_ id: String) -> String? { values.last { $0.key == id }?.value }
}
