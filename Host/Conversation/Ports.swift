// All that the conversation needs from outside. Each protocol is implemented by one adapter room and by one fake in tests.
import Model

/// One (line, citizen) pair. Within a lane everything happens in order; lanes run beside each other.
public struct Lane: Codable, Sendable, Hashable {
    public let id: LaneID
    public let line: LineID
    public let department: DepartmentID
    public let citizen: CitizenID
    public let address: CitizenAddress

    public init(id: LaneID, line: LineID, department: DepartmentID, citizen: CitizenID, address: CitizenAddress) {
        self.id = id
        self.line = line
        self.department = department
        self.citizen = citizen
        self.address = address
    }
}

/// One thing that happened to a lane and waits for its turn.
public enum TurnCause: Codable, Sendable, Equatable {
    case message(InboundMessage)
    case event(InternalEvent)
}

/// What the host itself found out about an application; it takes its turn in the lane like any message.
public enum InternalEvent: Codable, Sendable, Equatable {
    case filed(ApplicationNumber, portalNumber: String)
    /// The portal is away; told to the citizen once, the filing goes on by itself.
    case filingDelayed(ApplicationNumber)
    case filingRefused(ApplicationNumber, reason: String)
    case statusChanged(ApplicationNumber, PortalStatus)
    case certificateReady(ApplicationNumber, sha256: String, filename: String)
    case paymentChanged(ApplicationNumber, PaymentOutcome)
    /// A time that a module asked for has come.
    case moduleTimer(ApplicationNumber, event: String)
}

public enum PaymentOutcome: String, Codable, Sendable {
    case paid, failed, pending, expired
    /// Paid, but not what was asked: for people to reconcile.
    case amountDiffers = "amount_differs"
}

/// What a turn starts from. Read in one snapshot.
public struct TurnInput: Sendable {
    /// The inbox row; unique and ascending in the order of durable arrival.
    public let inboxID: Int64
    public let lane: Lane
    public let cause: TurnCause
    public let receivedAt: Moment
    /// The conversation as the last turn left it, or nil on the first.
    public let state: ConversationState?
    /// How often this row was begun before without an end: a crash or a failure.
    public let attempts: Int

    public init(inboxID: Int64, lane: Lane, cause: TurnCause, receivedAt: Moment, state: ConversationState?, attempts: Int) {
        self.inboxID = inboxID
        self.lane = lane
        self.cause = cause
        self.receivedAt = receivedAt
        self.state = state
        self.attempts = attempts
    }
}

/// All that a turn changes. Committed together or not at all: that is what makes "exactly once" true.
public struct TurnCommit: Sendable {
    public let inboxID: Int64
    public let lane: Lane
    public let at: Moment
    public var state: ConversationState
    public var messages: [OutboundContent] = []
    public var newApplications: [Application] = []
    public var changedApplications: [Application] = []
    public var jobs: [Job] = []
    public var ledger: [LedgerEntry] = []
    public var handOver: HandOver?

    public init(inboxID: Int64, lane: Lane, at: Moment, state: ConversationState) {
        self.inboxID = inboxID
        self.lane = lane
        self.at = at
        self.state = state
    }
}

/// Conversations, applications and jobs, durable. Implemented by Storage; every write is one transaction.
public protocol ConversationStore: Sendable {
    /// Lanes with at least one row that waits, oldest first. Read at start, and again when a wake-up may have been lost.
    func lanesWaiting() async throws(Problem) -> [LaneID]
    /// The oldest waiting row of the lane with all its turn needs; counts the attempt durably. nil when none waits.
    func beginTurn(in lane: LaneID) async throws(Problem) -> TurnInput?
    /// Durable when it returns. A second commit for the same row throws `TURN_ALREADY_COMMITTED` and changes nothing.
    func commit(_ turn: TurnCommit) async throws(Problem)
    /// Applications of this citizen with this department, newest first, at most `limit`.
    func applications(of citizen: CitizenID, with department: DepartmentID, limit: Int) async throws(Problem) -> [Application]
    func application(_ number: ApplicationNumber) async throws(Problem) -> Application?
    /// Dated rows in force at that moment: key → value (paise, or whatever the row's unit says).
    func rates(at moment: Moment) async throws(Problem) -> [String: Int64]

    /// Jobs that are due, oldest first, marked as begun so that no second runner takes them within their lease.
    func claimJobs(at moment: Moment, limit: Int) async throws(Problem) -> [ClaimedJob]
    /// Adds jobs outside a turn (a gateway has called back); a key that is known already changes nothing.
    func schedule(_ jobs: [Job], at moment: Moment) async throws(Problem)
    /// Ends a job: its outcome becomes events in the lane's inbox, with all else in the same transaction.
    func finish(_ job: ClaimedJob, with outcome: JobOutcome, at moment: Moment) async throws(Problem)
}

/// What a module, a portal or a gateway is asked to do after a commit. `key` makes it happen once.
public struct Job: Codable, Sendable, Equatable {
    public enum Work: Codable, Sendable, Equatable {
        case fileApplication(ApplicationNumber)
        case pollStatus(ApplicationNumber)
        case fetchCertificate(ApplicationNumber)
        case moduleTimer(ApplicationNumber, event: String)
        case checkPayment(ApplicationNumber)
    }

    public let key: String
    public let lane: LaneID
    public let work: Work
    public let runAt: Moment

    public init(key: String, lane: LaneID, work: Work, runAt: Moment) {
        self.key = key
        self.lane = lane
        self.work = work
        self.runAt = runAt
    }
}

public struct ClaimedJob: Sendable {
    public let id: Int64
    public let job: Job
    /// Tries before this one.
    public let attempts: Int

    public init(id: Int64, job: Job, attempts: Int) {
        self.id = id
        self.job = job
        self.attempts = attempts
    }
}

public struct JobOutcome: Sendable {
    /// nil: the job is over. Else it runs again then; a poll that found nothing new, a portal that was away.
    public var runAgainAt: Moment?
    /// Counts as a failed try (for backoff and the operator's page).
    public var failure: Problem?
    public var events: [InternalEvent] = []
    public var changedApplication: Application?
    public var nextJobs: [Job] = []
    public var ledger: [LedgerEntry] = []

    public init(runAgainAt: Moment? = nil, failure: Problem? = nil, events: [InternalEvent] = []) {
        self.runAgainAt = runAgainAt
        self.failure = failure
        self.events = events
    }
}

/// A line of the tamper-evident ledger. No personal data: subjects are numbers and opaque keys.
public struct LedgerEntry: Codable, Sendable, Equatable {
    public let kind: String
    public let actor: String
    public let subject: String
    public let detail: [String: String]

    public init(kind: String, actor: String, subject: String, detail: [String: String] = [:]) {
        self.kind = kind
        self.actor = actor
        self.subject = subject
        self.detail = detail
    }
}

/// A citizen waits for a person.
public struct HandOver: Codable, Sendable, Equatable {
    public enum Reason: String, Codable, Sendable {
        case asked, notUnderstood, moduleParked, emergency, abuse
    }

    public let reason: Reason
    /// What the citizen may quote.
    public let reference: String

    public init(reason: Reason, reference: String) {
        self.reason = reason
        self.reference = reference
    }
}

/// A department's module, wherever it runs. Implemented by Modules.
public protocol ModuleCaller: Sendable {
    /// Answers, or fails within the request's deadline. Never called from a module's own thread.
    func call(_ request: ModuleRequest) async throws(ModuleFailure) -> ModuleReply
}

/// What a citizen's words mean. Implemented by NLU; never throws: not knowing is an answer.
public protocol Understander: Sendable {
    func understand(_ text: String, to department: DepartmentID, before: Language?) async -> Understanding
}

/// Fetches a paper from WhatsApp, checks it, keeps it encrypted. Implemented by Documents.
public protocol DocumentKeeper: Sendable {
    func keep(_ media: InboundMedia, sentTo line: LineID, for requirement: DocumentRequirement) async -> DocumentCheck
    /// The bytes of a kept document.
    func bytes(of sha256: String) async throws(Problem) -> [UInt8]
    /// Keeps a document of the department's (a certificate) and returns its content hash.
    func keep(issued bytes: [UInt8]) async throws(Problem) -> String
}

public enum DocumentCheck: Codable, Sendable, Equatable {
    case kept(KeptDocument)
    /// A stable code that Replies turns into a sentence: too_large, wrong_type, unreadable, too_small, password, empty,
    /// active_content, gone, photo_needed.
    case refused(code: String)
    /// Not the citizen's fault; asks to send it again a little later.
    case unavailable(Problem)
}

public struct KeptDocument: Codable, Sendable, Equatable {
    public let sha256: String
    public let mimeType: String
    public let bytesCount: Int

    public init(sha256: String, mimeType: String, bytesCount: Int) {
        self.sha256 = sha256
        self.mimeType = mimeType
        self.bytesCount = bytesCount
    }
}

/// The gateway through which citizens pay. Implemented by Payments. What it says here is believed, never the chat.
public protocol PaymentGateway: Sendable {
    func outcome(of reference: String) async throws(PortalFailure) -> (outcome: PaymentOutcome, paidPaise: Int64)
}

/// A department's portal. Implemented by Portals, one adapter a portal.
public protocol DepartmentPortal: Sendable {
    /// Idempotent by our application number: the same number again gives the same receipt.
    func file(_ filing: PortalFiling) async throws(PortalFailure) -> String
    /// What the portal knows about something that was not filed by us (a pension, a demand): keys begin with `portal.`;
    /// empty when it knows nothing. Within three seconds: a citizen waits.
    func lookUp(_ service: ServiceID, _ values: [FieldAnswer]) async throws(PortalFailure) -> [FieldAnswer]
    func status(of portalNumber: String) async throws(PortalFailure) -> PortalStatus
    func certificate(of portalNumber: String) async throws(PortalFailure) -> PortalCertificate
}

public struct PortalFiling: Sendable {
    public let number: ApplicationNumber
    public let service: ServiceID
    public let values: [FieldAnswer]
    public let documents: [(document: ApplicationDocument, bytes: [UInt8])]

    public init(
        number: ApplicationNumber, service: ServiceID, values: [FieldAnswer],
        documents: [(document: ApplicationDocument, bytes: [UInt8])]
    ) {
        self.number = number
        self.service = service
        self.values = values
        self.documents = documents
    }
}

public struct PortalStatus: Codable, Sendable, Equatable {
    public let state: ApplicationState
    /// The portal's own word, shown when we have none for it.
    public let raw: String
    public let office: String?
    public let reason: String?
    public let updatedAt: Moment

    public init(state: ApplicationState, raw: String, office: String?, reason: String?, updatedAt: Moment) {
        self.state = state
        self.raw = raw
        self.office = office
        self.reason = reason
        self.updatedAt = updatedAt
    }
}

public struct PortalCertificate: Sendable {
    public let certificateNumber: String
    public let pdf: [UInt8]

    public init(certificateNumber: String, pdf: [UInt8]) {
        self.certificateNumber = certificateNumber
        self.pdf = pdf
    }
}

public struct PortalFailure: Error, Sendable {
    public let problem: Problem
    /// False: this application will never be taken as it is; an officer or the citizen must act.
    public let retryable: Bool

    public init(problem: Problem, retryable: Bool) {
        self.problem = problem
        self.retryable = retryable
    }
}
