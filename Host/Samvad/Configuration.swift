// The configuration as the host uses it: everything checked, defaults filled, secrets in hand. Made once, and again on SIGHUP.
import Foundation
import Model

struct Address: Sendable, Equatable {
    let host: String
    let port: Int

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            return nil
        }
        let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }
}

struct Configuration: Sendable {
    struct DepartmentLine: Sendable {
        let id: DepartmentID
        let module: String
        let isInProcess: Bool
        let line: LineID
        let displayNumber: String
    }

    struct Portal: Sendable {
        let url: String
        let key: String?
    }

    struct Payments: Sendable {
        let url: String
        let keyID: String
        let keySecret: String
        let callbackSecret: String
    }

    let listen: Address
    let adminListen: Address
    let publicURL: String
    let databasePath: String
    let documentsPath: String
    let storageKeyHex: String?
    let graphURL: String
    let apiVersion: String
    let appSecrets: [String]
    let verifyToken: String
    let accessToken: String
    let messagesPerSecond: Double
    let modulesDirectory: String
    let requiresSignatures: Bool
    let workerPath: String?
    let departments: [DepartmentLine]
    let portals: [String: Portal]
    let payments: Payments?
    let clockFile: String?

    static func read(file: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Configuration {
        guard let bytes = FileManager.default.contents(atPath: file), let text = String(data: bytes, encoding: .utf8) else {
            throw ConfigurationErrors(errors: [
                .init(file: file, line: 1, column: 1, key: "", found: "the file can't be read", expected: "a readable samvad.yaml")
            ])
        }
        let reader = ConfigurationReader(file: file, text: text, environment: environment)
        guard reader.errors.isEmpty else { throw ConfigurationErrors(errors: reader.errors) }
        return Configuration(reader)
    }

    /// From a reader without errors: what is required is there.
    private init(_ reader: ConfigurationReader) {
        let values = reader.values
        let value = { (key: String) in values[key] ?? "" }
        listen = Address(value("server.listen")) ?? Address("127.0.0.1:8080")!
        adminListen = Address(value("server.admin_listen")) ?? Address("127.0.0.1:8081")!
        publicURL = value("server.public_url")
        let path = String(value("storage.url").dropFirst("sqlite:".count))
        databasePath = path
        documentsPath = values["storage.documents"] ?? (path as NSString).deletingLastPathComponent + "/documents"
        storageKeyHex = values["storage.key"]
        graphURL = value("whatsapp.graph_url")
        apiVersion = value("whatsapp.api_version")
        appSecrets = [values["whatsapp.app_secret"], values["whatsapp.app_secret_previous"]].compactMap(\.self)
        verifyToken = value("whatsapp.verify_token")
        accessToken = value("whatsapp.access_token")
        messagesPerSecond = Double(value("whatsapp.messages_per_second")) ?? 80
        modulesDirectory = value("modules.directory")
        requiresSignatures = value("modules.require_signatures") == "true"
        workerPath = values["modules.worker"]
        departments = (0..<reader.count("departments")).map { index in
            let at = "departments[\(index)]."
            return DepartmentLine(
                id: DepartmentID(value(at + "id")), module: values[at + "module"] ?? value(at + "id"),
                isInProcess: value(at + "isolation") == "in-process", line: LineID(value(at + "phone_number_id")),
                displayNumber: value(at + "display_phone_number"))
        }
        var portals: [String: Portal] = [:]
        for path in reader.concrete("portals.*.url") {
            let name = String(path.split(separator: ".")[1])
            portals[name] = Portal(url: value(path), key: values["portals.\(name).key"])
        }
        self.portals = portals
        payments = values["payments.url"].map {
            Payments(
                url: $0, keyID: value("payments.key_id"), keySecret: value("payments.key_secret"),
                callbackSecret: value("payments.callback_secret"))
        }
        clockFile = values["development.clock_file"]
    }
}
