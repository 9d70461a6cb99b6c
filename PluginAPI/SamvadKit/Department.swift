// What the author of a department writes: one type with a method a step. SamvadKit calls it on the host's call thread.

/// A department's code, for what its catalogue can't say. Write only the steps that the catalogue lists under `hooks`.
///
/// Several citizens' steps may run at once, so a department is Sendable: keep tables in it, no changing state. All that
/// changes comes with the request and goes back with the reply. The same request must be answered the same for ever,
/// so take time from `request.now` and chance from `request.random`, from nowhere else.
public protocol Department: Sendable {
    /// Called once, when the module is opened. A `Failure` here refuses the module, before any citizen meets it.
    init(host: Host) throws(Failure)

    /// May the citizen have this? Asked when the form is full, before papers are asked for.
    func eligibility(_ request: Request) throws(Failure) -> Reply
    /// What does it cost? Answer with the value `amount_paise` and the lines of the account.
    func quote(_ request: Request) throws(Failure) -> Reply
    /// The citizen has confirmed. Ask for effects; the host carries them out once the turn is kept.
    func submit(_ request: Request) throws(Failure) -> Reply
    /// Where does it stand?
    func status(_ request: Request) throws(Failure) -> Reply
    /// Something happened: `request.event` names it, for example a schedule that has come due.
    func event(_ request: Request) throws(Failure) -> Reply
    /// One answer was given: `request.event` is the field's id.
    func field(_ request: Request) throws(Failure) -> Reply
}

extension Department {
    public func eligibility(_ request: Request) throws(Failure) -> Reply { throw .unknownStep(of: request) }
    public func quote(_ request: Request) throws(Failure) -> Reply { throw .unknownStep(of: request) }
    public func submit(_ request: Request) throws(Failure) -> Reply { throw .unknownStep(of: request) }
    public func status(_ request: Request) throws(Failure) -> Reply { throw .unknownStep(of: request) }
    public func event(_ request: Request) throws(Failure) -> Reply { throw .unknownStep(of: request) }
    public func field(_ request: Request) throws(Failure) -> Reply { throw .unknownStep(of: request) }

    /// Sends a request to the method of its step.
    public func handle(_ request: Request) throws(Failure) -> Reply {
        switch request.step {
        case .eligibility: try eligibility(request)
        case .quote: try quote(request)
        case .submit: try submit(request)
        case .status: try status(request)
        case .event: try event(request)
        case .field: try field(request)
        }
    }
}

/// What the host offers while the module lives.
public struct Host: Sendable {
    /// The host's own version, for logs; never branch on it.
    public let version: String
    private let write: @Sendable (LogLevel, String) -> Void

    public init(version: String, write: @escaping @Sendable (LogLevel, String) -> Void) {
        self.version = version
        self.write = write
    }

    /// One line for the operators, at most 1,024 bytes. Never personal data. Without `samvad.log/1` nothing is written.
    public func log(_ level: LogLevel, _ line: String) { write(level, line) }
}

public enum LogLevel: UInt32, Sendable {
    case debug = 0
    case info, warning, error
}

/// Why a step could not be answered. For operators: `detail` holds no personal data and is never shown to a citizen.
public struct Failure: Error, Sendable, Equatable {
    public enum Kind: UInt32, Sendable {
        /// The input can't be worked with; trying again changes nothing.
        case user = 1
        /// Try again later.
        case transient
        /// This request will never work here.
        case permanent
        /// A mistake in the module or the host.
        case bug
    }

    public var kind: Kind
    /// Stable over versions. SamvadKit uses 1 to 99; a department's own begin at 100.
    public var code: UInt32
    public var detail: String
    /// 0: the host decides.
    public var retryAfterMilliseconds: UInt32

    public init(_ kind: Kind, code: UInt32, _ detail: String, retryAfterMilliseconds: UInt32 = 0) {
        self.kind = kind
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    public static func unknownService(of request: Request) -> Failure {
        Failure(.permanent, code: 1, "this department has no code for service \(request.service)")
    }
    public static func unknownStep(of request: Request) -> Failure {
        Failure(.permanent, code: 2, "service \(request.service) has no step \(request.step.rawValue)")
    }
    public static func missing(_ id: String) -> Failure {
        Failure(.user, code: 3, "the value \(id) is needed and was not given")
    }
    public static func malformed(_ id: String, expected: String) -> Failure {
        Failure(.user, code: 4, "the value \(id) is not \(expected)")
    }
}
