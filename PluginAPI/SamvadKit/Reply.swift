// A department's answer to one step; the bridge copies it into the host's memory for the call.

public struct Reply: Sendable, Equatable {
    public enum Outcome: UInt32, Sendable {
        case ok = 0
        /// The citizen can't have this: the messages say why, `next` names a service to offer instead.
        case refused
        /// An answer must be given again: `next` names the field, the messages say why.
        case ask
    }

    public var outcome: Outcome
    /// In the order in which the citizen reads them.
    public var messages: [Message]
    /// Answers set or replaced by the department, by id.
    public var values: [Field]
    public var effects: [Effect]
    public var next: String
    /// Replaces what is stored for the application; nil leaves it as it is.
    public var state: State?

    public init(
        _ outcome: Outcome, _ messages: [Message] = [], values: [Field] = [], effects: [Effect] = [],
        next: String = "", state: State? = nil
    ) {
        self.outcome = outcome
        self.messages = messages
        self.values = values
        self.effects = effects
        self.next = next
        self.state = state
    }

    public static func ok(
        _ messages: Message..., values: [Field] = [], effects: [Effect] = [], state: State? = nil
    ) -> Reply {
        Reply(.ok, messages, values: values, effects: effects, state: state)
    }

    public static func refused(_ message: Message, offering service: String = "") -> Reply {
        Reply(.refused, [message], next: service)
    }

    public static func ask(_ field: String, _ message: Message) -> Reply { Reply(.ask, [message], next: field) }
}

/// A sentence for the citizen: the key of a message in the service's catalogue, and what to put into it.
public struct Message: Sendable, Equatable {
    public var key: String
    /// Sorted by key, so that the same answer is the same bytes.
    public var arguments: [Field]

    public init(_ key: String, _ arguments: Arguments = [:]) {
        self.key = key
        self.arguments = arguments.fields
    }
}

/// What the host shall do once the turn is kept. Asking twice with the same key for one application does it once.
public struct Effect: Sendable, Equatable {
    public var kind: String
    public var key: String
    public var arguments: [Field]

    public init(kind: String, key: String, _ arguments: Arguments) {
        self.kind = kind
        self.key = key
        self.arguments = arguments.fields
    }

    /// File the application with the department's portal.
    public static func file(portal: String) -> Effect {
        Effect(kind: "samvad.file/1", key: "file", ["portal": portal])
    }

    /// Ask the citizen for money.
    public static func pay(_ amount: Paise, purpose: String) -> Effect {
        Effect(
            kind: "samvad.pay/1", key: "pay/\(purpose)", ["amount_paise": String(amount.amount), "purpose": purpose])
    }

    /// Call this service again, step `event`, with this event's name.
    public static func schedule(_ event: String, afterSeconds: UInt64) -> Effect {
        Effect(
            kind: "samvad.schedule/1", key: "schedule/\(event)",
            ["event": event, "after_seconds": String(afterSeconds)])
    }

    /// Tell the citizen: the message while the window is open, else by the template. More arguments fill the message.
    public static func notify(_ message: String, template: String, _ arguments: Arguments = [:]) -> Effect {
        let all = arguments.adding("message", message).adding("template", template)
        return Effect(kind: "samvad.notify/1", key: "notify/\(message)", all)
    }
}

/// Named texts, written as a dictionary literal and kept sorted. Of a repeated name the last value counts.
public struct Arguments: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [Field]

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = []
        for (key, value) in elements { set(key, value) }
    }

    public func adding(_ key: String, _ value: String) -> Arguments {
        var all = self
        all.set(key, value)
        return all
    }

    private mutating func set(_ key: String, _ value: String) {
        fields.removeAll { $0.key == key }
        fields.append(Field(key, value))
        fields.sort { $0.key < $1.key }
    }
}
