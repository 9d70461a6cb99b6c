// What the office needs from whoever runs the departments' modules, and what it shows of them. Implemented outside.
import Model

/// Lists, loads and steers the departments' modules. Called from requests of the office side, several at once.
public protocol ModuleAdministration: Sendable {
    /// Every department that is configured or was assigned at run time, live or not. Cheap: read each second.
    func list() async -> [ModuleStatus]
    /// Takes a module's file, checks it, makes it live for its department. What was live before stays on a refusal.
    func load(_ file: ModuleFile) async throws(ModuleRefusal) -> ModuleStatus
    func perform(_ action: ModuleAction, on department: DepartmentID) async throws(ModuleRefusal) -> ModuleStatus
}

/// A file that an administrator handed in. What is nil is taken from the module itself or from the present assignment.
public struct ModuleFile: Sendable {
    public let bytes: [UInt8]
    public let department: DepartmentID?
    public let phoneNumberID: LineID?
    public let isolation: ModuleIsolation?

    public init(bytes: [UInt8], department: DepartmentID?, phoneNumberID: LineID?, isolation: ModuleIsolation?) {
        self.bytes = bytes
        self.department = department
        self.phoneNumberID = phoneNumberID
        self.isolation = isolation
    }
}

public enum ModuleIsolation: String, Codable, Sendable, CaseIterable {
    case worker
    case inProcess = "in-process"
}

public enum ModuleAction: String, Codable, Sendable, CaseIterable {
    /// Reads the department's file again and makes it live.
    case reload
    /// Citizens get a polite sentence, nothing is called, until `enable`.
    case disable
    case enable
    /// Takes no new conversations, ends those that it has.
    case drain
    /// The generation before this one becomes live again.
    case rollback
    /// A canary becomes the live generation.
    case promote
}

/// Why a module was not loaded or not changed.
public struct ModuleRefusal: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// No such department.
        case unknown
        /// The file or the wish is wrong, and stays wrong.
        case refused
        /// Right in itself, but not in the present state (already disabled, nothing to roll back to).
        case conflict
        /// The host can't do this yet.
        case notBuilt
        /// Not now; later perhaps.
        case unavailable
    }

    public let kind: Kind
    public let problem: Problem

    public init(_ kind: Kind, _ problem: Problem) {
        self.kind = kind
        self.problem = problem
    }

    public static func unknown(_ department: DepartmentID) -> ModuleRefusal {
        ModuleRefusal(.unknown, Problem(code: "MODULE_UNKNOWN", sentence: "There is no department \(department)."))
    }

    public static func notBuilt(_ action: ModuleAction) -> ModuleRefusal {
        ModuleRefusal(
            .notBuilt, Problem(code: "ACTION_NOT_BUILT", sentence: "This host can't \(action.rawValue) a module yet."))
    }
}

/// A department's module as it stands now.
public struct ModuleStatus: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable, CaseIterable {
        case starting, ready, draining, disabled
        /// Failed too often and waits before the next try.
        case parked
        /// Not live: its file is missing or was refused.
        case failed
    }

    /// A service that the module offers, for names on the page.
    public struct ServiceName: Codable, Sendable, Equatable {
        public let id: ServiceID
        public let name: Sentence
        /// The dated fee or rate that it needs, if any.
        public let rate: String?

        public init(id: ServiceID, name: Sentence, rate: String?) {
            self.id = id
            self.name = name
            self.rate = rate
        }
    }

    /// A maximum of the module's, with its unit in the value (`256 MiB`), and whether this machine really enforces it.
    public struct Limit: Codable, Sendable, Equatable {
        public let name: String
        public let value: String
        public let enforced: Bool

        public init(name: String, value: String, enforced: Bool) {
            self.name = name
            self.value = value
            self.enforced = enforced
        }
    }

    /// What last went wrong. Never a citizen's words.
    public struct LastError: Codable, Sendable, Equatable {
        public let at: Moment
        public let code: String
        public let sentence: String

        public init(at: Moment, code: String, sentence: String) {
            self.at = at
            self.code = code
            self.sentence = sentence
        }
    }

    public let department: DepartmentID
    public let name: Sentence?
    public let line: LineID?
    public let moduleVersion: String
    /// Counts up with every file that becomes live.
    public let generation: Int
    public let isolation: ModuleIsolation
    public let state: State
    public let calls: Int64
    public let failures: Int64
    public let restarts: Int64
    public let lastError: LastError?
    public let limits: [Limit]
    public let services: [ServiceName]
    /// The version that `rollback` would bring back.
    public let previousVersion: String?

    private enum CodingKeys: String, CodingKey {
        case department, name, line, generation, isolation, state, calls, failures, restarts, limits, services
        case moduleVersion = "module_version"
        case lastError = "last_error"
        case previousVersion = "previous_version"
    }

    public init(
        department: DepartmentID, name: Sentence?, line: LineID?, moduleVersion: String, generation: Int,
        isolation: ModuleIsolation, state: State, calls: Int64 = 0, failures: Int64 = 0, restarts: Int64 = 0,
        lastError: LastError? = nil, limits: [Limit] = [], services: [ServiceName] = [], previousVersion: String? = nil
    ) {
        self.department = department
        self.name = name
        self.line = line
        self.moduleVersion = moduleVersion
        self.generation = generation
        self.isolation = isolation
        self.state = state
        self.calls = calls
        self.failures = failures
        self.restarts = restarts
        self.lastError = lastError
        self.limits = limits
        self.services = services
        self.previousVersion = previousVersion
    }
}
