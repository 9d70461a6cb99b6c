// The conversation between one citizen and one department as the last turn left it. A value; Storage keeps it as JSON.
import Model

public struct ConversationState: Codable, Sendable, Equatable {
    /// The schema of this JSON; a host refuses to read a newer one.
    public static let schema = 1

    public var language: Language?
    /// The citizen chose it; detection no longer changes it.
    public var languageIsChosen = false
    public var optedOut = false
    /// The notice about personal data that was last shown, by number.
    public var noticeShown: Int?
    /// What is being filled in now.
    public var draft: Draft?
    /// Begun earlier and put aside; at most `Limits.draftsMax` with the current one.
    public var shelved: [Draft] = []
    /// What the next message answers, outside a form.
    public var expecting: Expecting = .nothing
    /// Wrong answers in a row to the same question.
    public var misses = 0
    /// The last time the citizen wrote: what opens the window.
    public var lastMessageAt: Moment?
    public var waitsForOfficer = false
    /// After too many wrong tries no earlier application is shown before this.
    public var checkPausedUntil: Moment?
    /// Certificates that came while the window was closed: sent as soon as the citizen writes.
    public var waitingCertificates: [WaitingCertificate] = []

    public init() {}
}

public struct WaitingCertificate: Codable, Sendable, Equatable {
    public let number: ApplicationNumber
    public let service: ServiceID
    public let sha256: String
    public let filename: String
}

/// What an answer outside a form would answer.
public enum Expecting: Codable, Sendable, Equatable {
    case nothing
    case languageChoice
    /// The menu is shown over an open form: words that name a service choose it, others still answer the form.
    case menuChoice
    /// "Do you want this service?" — yes starts it.
    case startService(ServiceID)
    /// Another draft is open: go on with it, or begin the new one.
    case resumeOrNew(ServiceID)
    case cancelDraft
    /// The check before an earlier application is shown: tries made so far.
    case applicationLastFour(tries: Int)
    case applicationBirthDate(lastFour: String, tries: Int)
}

/// An application being filled in.
public struct Draft: Codable, Sendable, Equatable {
    public let service: ServiceID
    public let startedAt: Moment
    public var values: [String: String] = [:]
    public var skipped: [String] = []
    public var documents: [ApplicationDocument] = []
    public var skippedDocuments: [String] = []
    public var place: Place
    /// Set while one answer is being changed from the summary.
    public var isChanging = false
    /// The module has said that these answers qualify; forgotten when one changes.
    public var isEligible = false
    /// What the department's portal knew about these answers (`portal.state`, …), for the module alone.
    public var lookedUp: [FieldAnswer] = []
    /// The earlier application that this one is about (feedback on a grievance), once it is found.
    public var earlier: Application?
    /// What the module's quote came to.
    public var amountPaise: Int64?

    public init(service: ServiceID, startedAt: Moment, place: Place) {
        self.service = service
        self.startedAt = startedAt
        self.place = place
    }
}

/// Where in the form the citizen is.
public enum Place: Codable, Sendable, Equatable {
    case field(String)
    /// Which page of a long list of options is shown, from 0.
    case fieldPage(String, page: Int)
    /// Which of the any-one-of papers will be sent.
    case documentKind(String)
    case document(String, kind: String)
    case summary
    case chooseChange
    /// An answer that needs a yes: read differently from what was written (a date, an office).
    case confirmField(String, proposed: String)
}
