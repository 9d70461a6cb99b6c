// An application: what a citizen asked of a department, from submission to its end. Kept by Storage, changed by turns and jobs.
import Model

public struct FieldAnswer: Codable, Sendable, Equatable {
    public let key: String
    public let value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

public struct ApplicationDocument: Codable, Sendable, Equatable {
    /// The catalogue's document id.
    public let id: String
    /// Which of the any-one-of list, or empty.
    public let kind: String
    public let kept: KeptDocument

    public init(id: String, kind: String, kept: KeptDocument) {
        self.id = id
        self.kind = kind
        self.kept = kept
    }
}

/// The canonical states; a portal's own words are mapped by its adapter's table, never guessed.
public enum ApplicationState: String, Codable, Sendable, CaseIterable {
    case paymentPending = "PAYMENT_PENDING"
    /// Ours, not yet the portal's: it waits to be filed.
    case waitingForPortal = "WAITING_FOR_PORTAL"
    case submitted = "SUBMITTED"
    case underProcess = "UNDER_PROCESS"
    case objectionRaised = "OBJECTION_RAISED"
    case fieldVerification = "FIELD_VERIFICATION"
    case approved = "APPROVED"
    case certificateIssued = "CERTIFICATE_ISSUED"
    case rejected = "REJECTED"
    case withdrawn = "WITHDRAWN"
    case expired = "EXPIRED"
    /// A status that the adapter's table does not know: the raw text is shown, an operator is told.
    case unmapped = "UNMAPPED"
    /// A service without a portal or an end of its own: the module's state says how it stands.
    case inDepartment = "IN_DEPARTMENT"
    case closed = "CLOSED"

    /// Nothing more will happen.
    public var isFinal: Bool {
        switch self {
        case .certificateIssued, .rejected, .withdrawn, .expired, .closed: true
        default: false
        }
    }
}

public struct Application: Codable, Sendable, Equatable {
    public let number: ApplicationNumber
    public let department: DepartmentID
    public let service: ServiceID
    public let citizen: CitizenID
    public let lane: LaneID
    public let language: Language
    public let createdAt: Moment
    public var values: [FieldAnswer]
    public var documents: [ApplicationDocument]
    public var state: ApplicationState
    public var rawState: String?
    public var reason: String?
    public var portalNumber: String?
    public var amountPaise: Int64?
    public var moduleState: [UInt8]
    public var moduleStateSchema: UInt32
    /// The certificate, once the portal has issued it.
    public var certificateSHA256: String?
    /// Statutory day, `YYYY-MM-DD`, where the service has one.
    public var dueOn: String?
    public var updatedAt: Moment

    public init(
        number: ApplicationNumber, department: DepartmentID, service: ServiceID, citizen: CitizenID, lane: LaneID,
        language: Language, createdAt: Moment, values: [FieldAnswer], documents: [ApplicationDocument], state: ApplicationState,
        moduleState: [UInt8] = [], moduleStateSchema: UInt32 = 0, dueOn: String? = nil
    ) {
        self.number = number
        self.department = department
        self.service = service
        self.citizen = citizen
        self.lane = lane
        self.language = language
        self.createdAt = createdAt
        self.values = values
        self.documents = documents
        self.state = state
        self.moduleState = moduleState
        self.moduleStateSchema = moduleStateSchema
        self.dueOn = dueOn
        updatedAt = createdAt
    }

    public func value(_ key: String) -> String? { values.first { $0.key == key }?.value }
}
