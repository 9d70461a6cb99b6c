// What goes to a module and what comes back, as the conversation sees it. Modules turns it into the C ABI's structs.
import Model

public struct ModuleRequest: Sendable, Equatable {
    public let department: DepartmentID
    public let service: ServiceID
    public let step: Service.Hook
    public let language: Language
    /// Opaque and stable within the department.
    public let citizen: String
    /// Our application number, or empty before there is one.
    public let application: String
    /// The event's or field's name, or empty.
    public let event: String
    public let values: [FieldAnswer]
    public let documents: [ApplicationDocument]
    public let state: [UInt8]
    public let stateSchema: UInt32
    public let now: Moment
    /// The call's only randomness.
    public let seed: UInt64
    public let deadlineMilliseconds: Int
    /// Names the turn: the same request killing a worker twice is recognised by it.
    public let turn: String

    public init(
        department: DepartmentID, service: ServiceID, step: Service.Hook, language: Language, citizen: String,
        application: String = "", event: String = "", values: [FieldAnswer], documents: [ApplicationDocument] = [],
        state: [UInt8] = [], stateSchema: UInt32 = 0, now: Moment, seed: UInt64, deadlineMilliseconds: Int = 2000, turn: String
    ) {
        self.department = department
        self.service = service
        self.step = step
        self.language = language
        self.citizen = citizen
        self.application = application
        self.event = event
        self.values = values
        self.documents = documents
        self.state = state
        self.stateSchema = stateSchema
        self.now = now
        self.seed = seed
        self.deadlineMilliseconds = deadlineMilliseconds
        self.turn = turn
    }
}

public struct ModuleReply: Sendable, Equatable {
    public enum Outcome: UInt32, Sendable {
        case ok = 0
        case refused = 1
        case ask = 2
    }

    public struct Message: Sendable, Equatable {
        public let key: String
        public let arguments: [FieldAnswer]

        public init(key: String, arguments: [FieldAnswer] = []) {
            self.key = key
            self.arguments = arguments
        }
    }

    public struct Effect: Sendable, Equatable {
        public let kind: String
        public let key: String
        public let arguments: [FieldAnswer]

        public init(kind: String, key: String, arguments: [FieldAnswer] = []) {
            self.kind = kind
            self.key = key
            self.arguments = arguments
        }
    }

    public let outcome: Outcome
    public let messages: [Message]
    public let values: [FieldAnswer]
    public let effects: [Effect]
    public let next: String
    public let state: [UInt8]
    public let stateSchema: UInt32

    public init(
        outcome: Outcome, messages: [Message] = [], values: [FieldAnswer] = [], effects: [Effect] = [], next: String = "",
        state: [UInt8] = [], stateSchema: UInt32 = 0
    ) {
        self.outcome = outcome
        self.messages = messages
        self.values = values
        self.effects = effects
        self.next = next
        self.state = state
        self.stateSchema = stateSchema
    }
}

public struct ModuleFailure: Error, Sendable, Equatable {
    public enum Kind: String, Sendable {
        /// The module says that the input can't be worked with.
        case refusedInput
        /// Crashed, timed out, or away: trying later may help.
        case transient
        /// The module says no, for ever.
        case permanent
        /// The module (or the host) is wrong; an operator is told.
        case bug
        /// This very request has killed the module twice: parked, not tried again.
        case poison
    }

    public let kind: Kind
    public let problem: Problem

    public init(kind: Kind, problem: Problem) {
        self.kind = kind
        self.problem = problem
    }
}
