// Modules: listed, loaded, steered. The ledger is written before the act: an act without a record must not be possible.
import Conversation
import Crypto
import Hummingbird
import Model

extension Office {
    var moduleRoutes: [OfficeRoute] {
        [
            OfficeRoute(
                method: .get, path: "/api/v1/modules", admission: .token, purpose: "Every department's module.",
                answers: [.json("Modules", "The modules.")],
                answer: { _ in .json(["modules": await modules.list()]) }),
            OfficeRoute(
                method: .post, path: "/api/v1/modules", admission: .token,
                purpose:
                    "Loads a module's file and makes it live. The body is the file, or a form with one file in it.",
                parameters: [
                    .init(
                        name: "department", place: .query, purpose: "Its department; else what the module says.",
                        schema: .string),
                    .init(name: "phone_number_id", place: .query, purpose: "The line it answers on.", schema: .string),
                    .init(
                        name: "isolation", place: .query, purpose: "Where it runs.",
                        schema: .oneOf(ModuleIsolation.allCases.map(\.rawValue))),
                ],
                body: .init(types: ["application/octet-stream", "multipart/form-data"], schema: .binary),
                answers: [
                    .json(201, "Module", "It is live."), .failure(400, "A parameter or the body is wrong."),
                    .failure(404, "No such department."), .failure(409, "Not in the present state."),
                    .failure(413, "The file is too large."),
                    .failure(422, "The module was refused; the live one stays."),
                    .failure(501, "This host can't do that yet."), .failure(503, "Not now."),
                ],
                answer: { try await load($0) }),
            OfficeRoute(
                method: .post, path: "/api/v1/modules/{department}/{action}", admission: .token,
                purpose: "Steers a department's module.",
                parameters: [
                    .init(name: "department", place: .path, purpose: "The department.", schema: .string),
                    .init(
                        name: "action", place: .path, purpose: "What to do.",
                        schema: .oneOf(ModuleAction.allCases.map(\.rawValue))),
                ],
                answers: [
                    .json("Module", "Done; the module as it stands now."),
                    .failure(404, "No such department or action."),
                    .failure(409, "Not in the present state."), .failure(422, "Refused."),
                    .failure(501, "This host can't do that yet."), .failure(503, "Not now."),
                ],
                answer: { try await steer($0) }),
        ]
    }

    private func load(_ asked: OfficeRequest) async throws -> Response {
        var isolation: ModuleIsolation?
        if let name = asked.query("isolation") {
            guard let known = ModuleIsolation(rawValue: name) else {
                throw OfficeFailure.wrong(
                    "isolation", ModuleIsolation.allCases.map(\.rawValue).joined(separator: " or "))
            }
            isolation = known
        }
        let department = try wellFormed(asked.query("department"), "department", isDepartmentID)
        let line = try wellFormed(asked.query("phone_number_id"), "phone_number_id", isLineID)
        var bytes = try await asked.body(bytesMax: settings.moduleBytesMax)
        if let type = asked.request.headers[.contentType], type.lowercased().hasPrefix("multipart/form-data") {
            guard let file = Multipart.file(in: bytes, contentType: type) else {
                throw OfficeFailure.wrong("body", "a form with one file in it")
            }
            bytes = file
        }
        guard !bytes.isEmpty else { throw OfficeFailure.wrong("body", "the bytes of a module's file") }
        let subject = department ?? "module"
        let detail = ["bytes": "\(bytes.count)", "sha256": hexadecimal(SHA256.hash(data: bytes))]
        try await record("module_load", asked.caller, subject, detail)
        let file = ModuleFile(
            bytes: bytes, department: department.map { DepartmentID($0) }, phoneNumberID: line.map { LineID($0) },
            isolation: isolation)
        do {
            return .json(try await modules.load(file), status: .created)
        } catch {
            try? await record(
                "module_load_refused", asked.caller, subject, detail.merging(["code": error.problem.code]) { $1 })
            throw error
        }
    }

    private func steer(_ asked: OfficeRequest) async throws -> Response {
        guard let action = ModuleAction(rawValue: asked.parameter("action")) else { throw OfficeFailure.notFound }
        guard isDepartmentID(asked.parameter("department")) else { throw OfficeFailure.notFound }
        let department = DepartmentID(asked.parameter("department"))
        try await record("module_\(action.rawValue)", asked.caller, department.rawValue, [:])
        do {
            return .json(try await modules.perform(action, on: department))
        } catch {
            try? await record(
                "module_\(action.rawValue)_refused", asked.caller, department.rawValue, ["code": error.problem.code])
            throw error
        }
    }

    func record(
        _ kind: String, _ caller: Caller, _ subject: String, _ detail: [String: String]
    ) async throws(Problem) {
        try await store.record(
            LedgerEntry(kind: kind, actor: caller.actor, subject: subject, detail: detail), at: clock())
    }

    private func wellFormed(
        _ text: String?, _ name: String, _ isOne: (String) -> Bool
    ) throws(OfficeFailure) -> String? {
        guard let text else { return nil }
        guard isOne(text) else { throw .wrong(name, "an identifier as in the configuration") }
        return text
    }
}

/// As in the catalogue: small letters, digits, `_` and `-`.
private func isDepartmentID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D }
}

/// Meta's ids are decimal.
private func isLineID(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}
