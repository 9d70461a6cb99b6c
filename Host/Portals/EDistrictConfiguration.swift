// What an administrator sets for the e-District adapter. Everything nobody published is here, never in code.
import Conversation
import Model

public struct EDistrictConfiguration: Sendable {
    /// Where `/submit`, `/status` and `/certificate` are found, without a slash at the end.
    public var url: String
    /// The department's secret for us, sent as this header; nil sends none.
    public var keyHeader = "X-API-Key"
    public var key: String?
    /// What an application number looks like; no format was published, so nothing more is checked.
    public var applicationNumberPattern = "^[A-Z0-9/-]{6,30}$"
    /// The portal's own words for a state → ours. A word that is missing stays unmapped, and is shown as it is.
    public var states: [String: ApplicationState] = Self.ownWords
    /// Our service → the portal's code, where they differ.
    public var serviceCodes: [ServiceID: String] = [:]
    /// A filing carries up to 15 papers of 10 MiB, over a department's line.
    public var submitTimeoutMilliseconds = 60_000
    public var inquiryTimeoutMilliseconds = 10_000
    /// Failures in a row after which the portal counts as down.
    public var breakerFailuresMax = 5
    /// Seconds during which a portal that is down is left alone.
    public var breakerOpenSeconds: Int64 = 30
    /// Calls at the same time.
    public var callsMax = 8

    public init(url: String) { self.url = url }

    /// A portal that speaks this contract speaks our canonical words.
    public static let ownWords: [String: ApplicationState] = [
        "PAYMENT_PENDING": .paymentPending, "SUBMITTED": .submitted, "UNDER_PROCESS": .underProcess,
        "OBJECTION_RAISED": .objectionRaised, "FIELD_VERIFICATION": .fieldVerification, "APPROVED": .approved,
        "CERTIFICATE_ISSUED": .certificateIssued, "REJECTED": .rejected, "WITHDRAWN": .withdrawn, "EXPIRED": .expired,
    ]
}
