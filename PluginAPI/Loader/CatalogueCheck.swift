// Checks one department's parsed files against PluginAPI/Schemas and gathers every problem. Called by ModulePacker;
// pure.
import Foundation

struct CatalogueCheck {
    /// Lists by id, as they stand in the shared folder.
    let lists: [String: JSON]
    private(set) var problems: [CatalogueProblem] = []
    /// Ids of the lists that the services refer to.
    private(set) var listsUsed: Set<String> = []

    init(lists: [String: JSON]) { self.lists = lists }

    mutating func department(_ value: JSON, services: Set<String>) {
        let check = FileCheck(file: "department.json")
        defer { problems += check.problems }
        guard let all = check.object(value, "", needed: ["id", "version", "name", "welcome", "menu", "capabilities"])
        else {
            return
        }
        check.text(all["id"], "id", "[a-z][a-z0-9_]{1,31}", Rules.isModuleID)
        check.text(all["version"], "version", "a semantic version such as 1.0.0", Rules.isVersion)
        check.sentence(all["name"], "name", charactersMax: Rules.nameCharactersMax)
        check.sentence(all["welcome"], "welcome", wordsMax: Rules.wordsMax)
        for (path, row) in check.array(all["menu"], "menu", atLeast: 1) {
            guard let row = check.object(row, path, needed: ["title", "services"]) else { continue }
            check.sentence(row["title"], path + ".title", charactersMax: Rules.titleCharactersMax)
            check.texts(
                row["services"], path + ".services", atLeast: 1, expected: "a service in Catalogue/services",
                services.contains)
        }
        if let capabilities = check.object(all["capabilities"], "capabilities", needed: ["required", "optional"]) {
            for key in ["required", "optional"] {
                check.texts(
                    capabilities[key], "capabilities.\(key)", expected: "an id such as samvad.log/1", Rules.isCapability
                )
            }
        }
    }

    mutating func strings(_ value: JSON, file: String) {
        let check = FileCheck(file: file)
        sentences(value, "", check)
        problems += check.problems
    }

    private func sentences(_ value: JSON?, _ path: String, _ check: FileCheck) {
        guard let value else { return }
        guard let all = value.object else {
            check.problem(path, check.found(value), expected: "an object of sentences")
            return
        }
        for key in all.keys.sorted() {
            if !Rules.isMessageKey(key) {
                check.problem(check.join(path, key), "the key \"\(key)\"", expected: "[a-z][a-z0-9_]{0,63}")
            }
            check.sentence(all[key], check.join(path, key))
        }
    }

    mutating func list(_ value: JSON, id: String) {
        let check = FileCheck(file: "../Lists/\(id).json")
        defer { problems += check.problems }
        guard let all = check.object(value, "", needed: ["id", "entries"]) else { return }
        check.text(all["id"], "id", "\(id), as the file is named") { $0 == id }
        var seen: Set<String> = []
        for (path, entry) in check.array(all["entries"], "entries", atLeast: 1) {
            let optional = ["also", "parent", "valid_from", "valid_to"]
            guard let entry = check.object(entry, path, needed: ["id", "label"], optional: optional) else { continue }
            if let id = check.text(entry["id"], path + ".id", "letters, digits, _ or -", Rules.isOptionID),
                !seen.insert(id).inserted
            {
                check.problem(path + ".id", "\"\(id)\" is there twice", expected: "each id once")
            }
            check.sentence(entry["label"], path + ".label")
            check.texts(entry["also"], path + ".also")
            check.text(entry["parent"], path + ".parent", "letters, digits, _ or -", Rules.isOptionID)
            check.text(entry["valid_from"], path + ".valid_from", "YYYY-MM-DD", Rules.isDate)
            check.text(entry["valid_to"], path + ".valid_to", "YYYY-MM-DD", Rules.isDate)
        }
    }

    mutating func service(_ value: JSON, file: String, id: String) {
        let check = FileCheck(file: file)
        defer { problems += check.problems }
        let needed = [
            "id", "action", "title", "name", "summary", "issuer", "samples", "keywords", "statutory_days", "fee",
            "portal", "hooks", "legal_basis", "purpose", "retention_days", "fields", "documents", "messages",
        ]
        guard let all = check.object(value, "", needed: needed) else { return }
        check.text(all["id"], "id", "\(id), as the file is named") { $0 == id }
        if !Rules.isServiceID(id) { check.problem("id", "\"\(id)\"", expected: "[a-z][a-z0-9_]{1,63}") }
        let actions = ["apply", "download", "status", "calculate", "pay", "complain", "info"]
        check.text(all["action"], "action", "one of \(actions.joined(separator: ", "))", actions.contains)
        check.sentence(all["title"], "title", charactersMax: Rules.titleCharactersMax)
        check.sentence(all["name"], "name", charactersMax: Rules.nameCharactersMax)
        check.sentence(all["summary"], "summary", wordsMax: Rules.wordsMax)
        check.sentence(all["issuer"], "issuer")
        if all["samples"] != nil, let samples = check.object(all["samples"], "samples", needed: Rules.languages) {
            for language in Rules.languages { check.texts(samples[language], "samples.\(language)", atLeast: 1) }
        }
        check.texts(all["keywords"], "keywords")
        if all["statutory_days"] != .null { check.integer(all["statutory_days"], "statutory_days", in: 0...3650) }
        fee(all["fee"], check)
        if all["portal"] != .null {
            check.text(all["portal"], "portal", "\"e_district\" or null") { $0 == "e_district" }
        }
        let steps = ["eligibility", "quote", "submit", "status", "event", "field"]
        check.texts(all["hooks"], "hooks", expected: "one of \(steps.joined(separator: ", "))", steps.contains)
        check.text(all["legal_basis"], "legal_basis")
        check.sentence(all["purpose"], "purpose")
        check.integer(all["retention_days"], "retention_days", in: 0...36_500)
        var form = FormCheck(check: check, lists: lists)
        form.fields(all["fields"])
        form.documents(all["documents"])
        listsUsed.formUnion(form.listsUsed)
        sentences(all["messages"], "messages", check)
    }

    private func fee(_ value: JSON?, _ check: FileCheck) {
        guard let value else { return }
        guard let fee = check.object(value, "fee", needed: [], optional: ["paise", "rate", "quoted"]) else { return }
        guard fee.count == 1 else {
            check.problem("fee", "\(fee.count) keys", expected: "exactly one of paise, rate, quoted")
            return
        }
        check.integer(fee["paise"], "fee.paise", in: 0...100_000_000_00)
        check.text(
            fee["rate"], "fee.rate", "ids joined by dots, for example revenue.income_certificate.fee", Rules.isRateKey)
        if let quoted = fee["quoted"], quoted != .bool(true) {
            check.problem("fee.quoted", check.found(quoted), expected: "true")
        }
    }
}
