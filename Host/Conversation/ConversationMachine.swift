// The conversation as a pure function: (state, event, now) → (state, effects). No I/O, no clock, no randomness of its own.
// TurnRunner calls `begin`, performs what the machine asks for, hands the answer to `resume`, until nothing is asked.
import Model

/// What happened, as the machine sees it.
public enum ConversationEvent: Sendable {
    /// A citizen's message; for text, with what it was found to mean.
    case message(InboundContent, sentAt: Moment, Understanding?)
    /// Something the host found out, with the application it is about as it stands now.
    case internalEvent(InternalEvent, Application?)
    /// The module keeps dying on this turn; an officer must look.
    case parked
}

/// What the machine wants done. `ask` comes last and at most once in a step.
public enum Effect: Sendable {
    case say(OutboundContent)
    case create(Application)
    case change(Application)
    case schedule(Job)
    case note(LedgerEntry)
    case handOver(HandOver)
    case ask(Question)
}

/// Something only the outside can answer, within the turn.
public enum Question: Sendable {
    case module(ModuleRequest, ModulePurpose)
    case document(InboundMedia, DocumentRequirement)
    case applications
    /// What the department's portal knows about these answers.
    case lookUp(portal: String, service: ServiceID, [FieldAnswer])
}

/// Why the module is called: decides what its reply means.
public enum ModulePurpose: Sendable {
    case eligibility, quote, submit
    /// After one answer that may refuse by itself: only a refusal counts.
    case earlyEligibility
    /// A status service, with the application it is about if there is one.
    case status(Application?)
    /// Something happened to this application: a timer, or a citizen's answer about it.
    case event(Application)
}

public enum Answer: Sendable {
    case module(Result<ModuleReply, ModuleFailure>, ModulePurpose)
    case document(DocumentCheck)
    case applications([Application])
    case lookedUp(Result<[FieldAnswer], PortalFailure>)
}

public struct Step: Sendable {
    public let state: ConversationState
    public let effects: [Effect]

    public init(state: ConversationState, effects: [Effect]) {
        self.state = state
        self.effects = effects
    }
}

/// What the turn may know about the world.
public struct TurnContext: Sendable {
    public let lane: Lane
    public let now: Moment
    /// Unique to the turn; becomes the application's number or a reference that the citizen may quote.
    public let reference: String
    /// The turn's only randomness, for modules.
    public let seed: UInt64
    public let rates: [String: Int64]

    public init(lane: Lane, now: Moment, reference: String, seed: UInt64, rates: [String: Int64]) {
        self.lane = lane
        self.now = now
        self.reference = reference
        self.seed = seed
        self.rates = rates
    }
}

/// Another department, for sending a citizen on.
public struct DepartmentEntry: Sendable {
    public let id: DepartmentID
    public let name: Sentence
    public let displayNumber: String
    public let services: [Service]

    public init(id: DepartmentID, name: Sentence, displayNumber: String, services: [Service]) {
        self.id = id
        self.name = name
        self.displayNumber = displayNumber
        self.services = services
    }
}

public struct ConversationMachine: Sendable {
    let catalogue: Catalogue
    let departments: [DepartmentEntry]
    /// The gateway's page up to the reference, which is appended.
    let paymentPage: String

    public init(catalogue: Catalogue, departments: [DepartmentEntry], paymentPage: String) {
        self.catalogue = catalogue
        self.departments = departments
        self.paymentPage = paymentPage
    }

    public func begin(_ state: ConversationState?, _ event: ConversationEvent, in context: TurnContext) -> Step {
        var turn = MachineTurn(machine: self, state: state ?? ConversationState(), context: context)
        switch event {
        case .message(let content, let sentAt, let understanding): turn.hear(content, sentAt: sentAt, understanding)
        case .internalEvent(let event, let application): turn.tell(event, about: application)
        case .parked: turn.apologiseForParking()
        }
        return turn.step
    }

    public func resume(_ state: ConversationState, with answer: Answer, in context: TurnContext) -> Step {
        var turn = MachineTurn(machine: self, state: state, context: context)
        switch answer {
        case .module(let result, let purpose): turn.takeModuleAnswer(result, for: purpose)
        case .document(let check): turn.takeDocument(check)
        case .applications(let applications): turn.takeApplications(applications)
        case .lookedUp(let result): turn.takeLookUp(result)
        }
        return turn.step
    }
}
