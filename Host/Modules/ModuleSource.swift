// What a department's module is made of before it runs: bytes and promises. Made by whoever read and verified the file.
import Conversation
import Loader
import Model

/// Where a module's code runs.
public enum ModuleIsolation: String, Sendable, Codable {
    case worker
    case inProcess = "in-process"
}

public struct ModuleSource: Sendable {
    public let department: DepartmentID
    /// The module's id and version as its manifest has them; a module that says otherwise is not taken.
    public let module: String
    public let version: String
    /// The whole file.
    public let bytes: [UInt8]
    /// Of the file, lower-case hex.
    public let sha256: String
    /// False for a department that is a catalogue alone: nothing is ever loaded or called.
    public let hasCode: Bool
    /// Capability ids of the manifest.
    public let declared: [String]
    /// Those of them that the administrator grants.
    public let granted: [String]
    /// The administrator's settings for this module, handed to `activate`.
    public let configuration: [FieldAnswer]
    public let isolation: ModuleIsolation

    public init(
        department: DepartmentID, module: String, version: String, bytes: [UInt8], sha256: String, hasCode: Bool = true,
        declared: [String], granted: [String], configuration: [FieldAnswer] = [], isolation: ModuleIsolation = .worker
    ) {
        self.department = department
        self.module = module
        self.version = version
        self.bytes = bytes
        self.sha256 = sha256
        self.hasCode = hasCode
        self.declared = declared
        self.granted = granted.filter(declared.contains)
        self.configuration = configuration
        self.isolation = isolation
    }

    /// `granted` nil grants all that the manifest declares.
    public init(
        department: DepartmentID, file: ModuleFile, bytes: [UInt8], granted: [String]? = nil,
        configuration: [FieldAnswer] = [], isolation: ModuleIsolation = .worker
    ) {
        let declared = file.capabilities.required + file.capabilities.optional
        self.init(
            department: department, module: file.module, version: file.version, bytes: bytes, sha256: file.sha256,
            hasCode: file.hasCode, declared: declared, granted: granted ?? declared, configuration: configuration,
            isolation: isolation)
    }
}
