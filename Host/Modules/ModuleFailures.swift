// The failures that this room makes: stable codes, and sentences for the operator. Citizens are told by key, elsewhere.
import CLoader
import Conversation
import Model

/// Who a module is, without its bytes.
struct ModuleIdentity: Sendable {
    let department: DepartmentID
    let module: String
    let version: String
    let sha256: String
    let isolation: ModuleIsolation

    init(_ source: ModuleSource) {
        department = source.department
        module = source.module
        version = source.version
        sha256 = source.sha256
        isolation = source.isolation
    }
}

extension ModuleFailure {
    private static func make(
        _ kind: Kind, _ code: String, _ sentence: String, retryAfterSeconds: Int64? = nil
    )
        -> ModuleFailure
    {
        ModuleFailure(
            kind: kind, problem: Problem(code: code, sentence: sentence, retryAfterSeconds: retryAfterSeconds))
    }

    /// This file is being replaced; whoever asks again is led to its successor.
    static var retired: ModuleFailure {
        make(.transient, "MODULE_RETIRED", "the module is being closed", retryAfterSeconds: 1)
    }

    static func absent(_ department: DepartmentID) -> ModuleFailure {
        make(.transient, "MODULE_ABSENT", "no module is loaded for \(department)", retryAfterSeconds: 60)
    }

    static func codeless(_ department: DepartmentID) -> ModuleFailure {
        make(.bug, "MODULE_HAS_NO_CODE", "\(department) is a catalogue alone: none of its services may have hooks")
    }

    static func tooLong(_ module: ModuleIdentity) -> ModuleFailure {
        make(.bug, "MODULE_REQUEST_TOO_LONG", "a request to \(module.module) is longer than the ABI allows")
    }

    static func timeout(_ module: ModuleIdentity) -> ModuleFailure {
        make(.transient, "MODULE_TIMEOUT", "\(module.module) did not answer before the deadline", retryAfterSeconds: 1)
    }

    static func crashed(_ module: ModuleIdentity) -> ModuleFailure {
        make(.transient, "MODULE_CRASHED", "\(module.module) crashed during the call", retryAfterSeconds: 1)
    }

    static func poison(_ module: ModuleIdentity) -> ModuleFailure {
        make(
            .poison, "MODULE_POISON",
            "this request has killed \(module.module) \(PoisonList.deathsMax) times and is parked")
    }

    static func busy(_ module: ModuleIdentity) -> ModuleFailure {
        make(.transient, "MODULE_BUSY", "\(module.module) has more calls than it can take", retryAfterSeconds: 1)
    }

    static func unavailable(_ module: ModuleIdentity, retryAfterNanoseconds: UInt64) -> ModuleFailure {
        let seconds = Int64(retryAfterNanoseconds / 1_000_000_000) + 1
        return make(
            .transient, "MODULE_UNAVAILABLE", "\(module.module) keeps failing and rests", retryAfterSeconds: seconds)
    }

    /// A call failed inside the worker: by the module's word, or by the runner's about it.
    static func said(by module: ModuleIdentity, _ failure: ModuleFrame.Failure) -> (ModuleFailure, ModuleCallOutcome) {
        if failure.isRunners { return said(by: module, runner: failure) }
        let sentence = "\(module.module), code \(failure.code): \(failure.detail)"
        let retryAfter: Int64? =
            failure.retryAfterMilliseconds == 0 ? nil : Int64(failure.retryAfterMilliseconds + 999) / 1000
        switch failure.errorClass {
        case UInt32(SAMVAD_ERROR_USER): return (make(.refusedInput, "MODULE_REFUSED_INPUT", sentence), .refusedInput)
        case UInt32(SAMVAD_ERROR_TRANSIENT):
            return (make(.transient, "MODULE_TRANSIENT", sentence, retryAfterSeconds: retryAfter), .transient)
        case UInt32(SAMVAD_ERROR_PERMANENT): return (make(.permanent, "MODULE_PERMANENT", sentence), .permanent)
        default: return (make(.bug, "MODULE_BUG", sentence), .bug)
        }
    }

    private static func said(
        by module: ModuleIdentity, runner failure: ModuleFrame.Failure
    ) -> (
        ModuleFailure, ModuleCallOutcome
    ) {
        switch failure.code {
        case UInt32(SAMVAD_CODE_CANCELLED): (timeout(module), .timeout)
        case UInt32(SAMVAD_CODE_NOT_ACTIVE), UInt32(SAMVAD_CODE_TOO_MANY): (busy(module), .unavailable)
        case UInt32(SAMVAD_CODE_BAD_REPLY):
            (make(.bug, "MODULE_BAD_REPLY", "\(module.module) broke the contract: \(failure.detail)"), .bug)
        default: (make(.bug, "MODULE_BAD_FRAME", "\(module.module): \(failure.detail)"), .bug)
        }
    }
}
