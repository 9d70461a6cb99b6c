// What the office side may see and do. Read models without personal data: numbers are masked before they get here.
import Model

/// One look at the whole house, for the dashboard's live page.
public struct OfficeSnapshot: Codable, Sendable {
    public struct LineTraffic: Codable, Sendable {
        public let line: LineID
        public let department: DepartmentID
        public let inboundLastHour: Int
        public let outboundLastHour: Int
        public let failedLastHour: Int

        public init(line: LineID, department: DepartmentID, inboundLastHour: Int, outboundLastHour: Int, failedLastHour: Int) {
            self.line = line
            self.department = department
            self.inboundLastHour = inboundLastHour
            self.outboundLastHour = outboundLastHour
            self.failedLastHour = failedLastHour
        }
    }

    public struct OpenConversation: Codable, Sendable {
        /// Last two digits only, or the opaque key.
        public let citizen: String
        public let department: DepartmentID
        public let service: ServiceID?
        public let step: String
        public let language: Language?
        public let lastMessageAt: Moment?
        public let waitsForOfficer: Bool

        public init(
            citizen: String, department: DepartmentID, service: ServiceID?, step: String, language: Language?,
            lastMessageAt: Moment?, waitsForOfficer: Bool
        ) {
            self.citizen = citizen
            self.department = department
            self.service = service
            self.step = step
            self.language = language
            self.lastMessageAt = lastMessageAt
            self.waitsForOfficer = waitsForOfficer
        }
    }

    public struct Queue: Codable, Sendable {
        /// inbox, outbox, jobs, officers, in_doubt
        public let stage: String
        public let waiting: Int
        public let oldestSeconds: Double

        public init(stage: String, waiting: Int, oldestSeconds: Double) {
            self.stage = stage
            self.waiting = waiting
            self.oldestSeconds = oldestSeconds
        }
    }

    public struct StateCount: Codable, Sendable {
        public let department: DepartmentID
        public let service: ServiceID
        public let state: ApplicationState
        public let count: Int

        public init(department: DepartmentID, service: ServiceID, state: ApplicationState, count: Int) {
            self.department = department
            self.service = service
            self.state = state
            self.count = count
        }
    }

    public struct Failure: Codable, Sendable {
        public let at: Moment
        /// inbox, outbox, job
        public let stage: String
        public let department: DepartmentID?
        public let code: String
        public let sentence: String
        public let willRetry: Bool

        public init(at: Moment, stage: String, department: DepartmentID?, code: String, sentence: String, willRetry: Bool) {
            self.at = at
            self.stage = stage
            self.department = department
            self.code = code
            self.sentence = sentence
            self.willRetry = willRetry
        }
    }

    public let at: Moment
    public let lines: [LineTraffic]
    public let conversations: [OpenConversation]
    public let openConversations: Int
    public let applications: [StateCount]
    public let queues: [Queue]
    public let failures: [Failure]

    public init(
        at: Moment, lines: [LineTraffic], conversations: [OpenConversation], openConversations: Int, applications: [StateCount],
        queues: [Queue], failures: [Failure]
    ) {
        self.at = at
        self.lines = lines
        self.conversations = conversations
        self.openConversations = openConversations
        self.applications = applications
        self.queues = queues
        self.failures = failures
    }
}

/// A fee or rate that an administrator set, in force from that day on.
public struct Rate: Codable, Sendable, Equatable {
    public let key: String
    public let value: Int64
    /// `YYYY-MM-DD`, Delhi.
    public let validFrom: String
    public let setBy: String
    public let setAt: Moment

    public init(key: String, value: Int64, validFrom: String, setBy: String, setAt: Moment) {
        self.key = key
        self.value = value
        self.validFrom = validFrom
        self.setBy = setBy
        self.setAt = setAt
    }
}

public struct LedgerRow: Codable, Sendable, Equatable {
    public let sequence: Int64
    public let at: Moment
    public let entry: LedgerEntry
    public let hash: String

    public init(sequence: Int64, at: Moment, entry: LedgerEntry, hash: String) {
        self.sequence = sequence
        self.at = at
        self.entry = entry
        self.hash = hash
    }
}

/// The ledger's verdict on itself.
public enum LedgerVerdict: Sendable, Equatable {
    case whole(entries: Int64, head: String)
    case broken(at: Int64, why: String)
}

public protocol OfficeStore: Sendable {
    func snapshot(at moment: Moment) async throws(Problem) -> OfficeSnapshot
    func allRates() async throws(Problem) -> [Rate]
    func set(_ rate: Rate) async throws(Problem)
    func record(_ entry: LedgerEntry, at moment: Moment) async throws(Problem)
    func ledger(after sequence: Int64, limit: Int) async throws(Problem) -> [LedgerRow]
    func verifyLedger() async throws(Problem) -> LedgerVerdict
    /// True when a row can be written now.
    func canWrite() async -> Bool
}
