// Checks the fields and documents of one service. Called by CatalogueCheck; pure.
import Foundation

struct FormCheck {
    let check: FileCheck
    let lists: [String: JSON]
    private(set) var listsUsed: Set<String> = []
    /// What each earlier field may hold, by id; nil when that is not a set of ids.
    private var answers: [String: Set<String>?] = [:]
    private var documentIDs: Set<String> = []

    static let types = [
        "name", "text", "date", "choice", "number", "money", "mobile", "address", "district", "sub_division", "yes_no",
        "reference",
    ]
    /// What one message can hold and an officer will read.
    static let charactersMax: Int64 = 500

    init(check: FileCheck, lists: [String: JSON]) {
        self.check = check
        self.lists = lists
    }

    mutating func fields(_ value: JSON?) {
        for (path, value) in check.array(value, "fields") { field(value, path) }
    }

    private mutating func field(_ value: JSON, _ path: String) {
        let optional = ["help", "optional", "when", "options", "options_from", "min", "max", "pattern", "decimals", "decides"]
        let needed = ["id", "type", "label", "ask"]
        guard let all = check.object(value, path, needed: needed, optional: optional) else { return }
        let type = check.text(
            all["type"], path + ".type", "one of \(Self.types.joined(separator: ", "))", Self.types.contains)
        question(all, path)
        when(all["when"], path + ".when")
        if let type {
            only(["options", "options_from"], of: all, path, when: type == "choice", "choice")
            only(["decimals"], of: all, path, when: type == "number", "number")
            only(["pattern"], of: all, path, when: type == "reference", "reference")
            bounds(all, type, path)
        }
        check.integer(all["decimals"], path + ".decimals", in: 0...2)
        if let pattern = check.text(all["pattern"], path + ".pattern"),
            (try? NSRegularExpression(pattern: pattern)) == nil
        {
            check.problem(path + ".pattern", "\"\(pattern)\"", expected: "a regular expression")
        }
        let ids = options(all, type, path)
        guard let id = check.text(all["id"], path + ".id", "[a-z][a-z0-9_]{0,39}", Rules.isFieldID) else { return }
        if answers[id] != nil { check.problem(path + ".id", "\"\(id)\" is there twice", expected: "each id once") }
        answers[id] = .some(ids)
    }

    private func question(_ all: [String: JSON], _ path: String) {
        check.sentence(all["label"], path + ".label", charactersMax: Rules.titleCharactersMax)
        check.sentence(all["ask"], path + ".ask", wordsMax: Rules.wordsMax)
        check.sentence(all["help"], path + ".help")
        check.bool(all["optional"], path + ".optional")
    }

    private func only(_ keys: [String], of all: [String: JSON], _ path: String, when isRight: Bool, _ type: String) {
        for key in keys where all[key] != nil && !isRight {
            check.problem("\(path).\(key)", "on another type", expected: "this key only with type \(type)")
        }
    }

    private func bounds(_ all: [String: JSON], _ type: String, _ path: String) {
        for key in ["min", "max"] {
            guard let value = all[key] else { continue }
            let path = "\(path).\(key)"
            switch type {
            case "number", "money": check.integer(value, path, in: -1_000_000_000_000...1_000_000_000_000_000)
            case "date": check.text(value, path, "YYYY-MM-DD, today or today-18y", Rules.isDateBound)
            case "text", "name", "address", "reference": check.integer(value, path, in: 1...Self.charactersMax)
            default: check.problem(path, "on type \(type)", expected: "no bounds on this type")
            }
        }
        if let min = all["min"]?.integer, let max = all["max"]?.integer, min > max {
            check.problem(path + ".min", "\(min)", expected: "not above max, \(max)")
        }
    }

    /// The ids that may be chosen, or nil when the type has none.
    private mutating func options(_ all: [String: JSON], _ type: String?, _ path: String) -> Set<String>? {
        switch type {
        case "yes_no": return ["yes", "no"]
        case "district", "sub_division": return type.flatMap { list($0, path + ".type") }
        case "choice":
            if let from = all["options_from"], all["options"] == nil {
                return check.text(from, path + ".options_from").flatMap { list($0, path + ".options_from") }
            }
            guard all["options"] != nil, all["options_from"] == nil else {
                check.problem(path, "a choice", expected: "exactly one of options, options_from")
                return nil
            }
            return labelled(all["options"], path + ".options", optional: ["also"])
        default: return nil
        }
    }

    private mutating func list(_ id: String, _ path: String) -> Set<String>? {
        guard let entries = lists[id]?["entries"]?.array else {
            check.problem(path, "no list \"\(id)\"", expected: "a file \(id).json in Plugins/Lists")
            return nil
        }
        listsUsed.insert(id)
        // A sub-division names its district as parent, so the host needs both.
        if id == "sub_division", lists["district"] != nil { listsUsed.insert("district") }
        return Set(entries.compactMap { $0["id"]?.string })
    }

    private func labelled(_ value: JSON?, _ path: String, optional: [String] = []) -> Set<String> {
        var seen: Set<String> = []
        for (path, option) in check.array(value, path, atLeast: 1) {
            guard let option = check.object(option, path, needed: ["id", "label"], optional: optional) else { continue }
            check.sentence(option["label"], path + ".label", charactersMax: Rules.titleCharactersMax)
            check.texts(option["also"], path + ".also")
            guard let id = check.text(option["id"], path + ".id", "letters, digits, _ or -", Rules.isOptionID) else {
                continue
            }
            if !seen.insert(id).inserted {
                check.problem(path + ".id", "\"\(id)\" is there twice", expected: "each id once")
            }
        }
        return seen
    }

    private func when(_ value: JSON?, _ path: String) {
        guard let value, let all = check.object(value, path, needed: ["field", "in"]) else { return }
        let values = check.texts(all["in"], path + ".in", atLeast: 1)
        guard let id = check.text(all["field"], path + ".field") else { return }
        guard let possible = answers[id] else {
            check.problem(path + ".field", "\"\(id)\"", expected: "a field that stands earlier in this form")
            return
        }
        guard let possible else {
            check.problem(
                path + ".field", "\"\(id)\"", expected: "a field of type choice, district, sub_division or yes_no")
            return
        }
        for value in values where !possible.contains(value) {
            check.problem(path + ".in", "\"\(value)\"", expected: "an option of \(id)")
        }
    }

    mutating func documents(_ value: JSON?) {
        for (path, value) in check.array(value, "documents") {
            let optional = ["help", "optional", "when", "any_one_of", "portrait"]
            let needed = ["id", "label", "ask", "accepts"]
            guard let all = check.object(value, path, needed: needed, optional: optional) else { continue }
            question(all, path)
            when(all["when"], path + ".when")
            if all["any_one_of"] != nil { _ = labelled(all["any_one_of"], path + ".any_one_of") }
            let accepts = check.texts(
                all["accepts"], path + ".accepts", atLeast: 1, expected: "photo or pdf", ["photo", "pdf"].contains)
            check.bool(all["portrait"], path + ".portrait")
            if all["portrait"] == .bool(true), accepts.contains("pdf") {
                check.problem(path + ".accepts", "a portrait as pdf", expected: "photo alone")
            }
            guard let id = check.text(all["id"], path + ".id", "[a-z][a-z0-9_]{0,39}", Rules.isFieldID) else {
                continue
            }
            if !documentIDs.insert(id).inserted || answers[id] != nil {
                check.problem(path + ".id", "\"\(id)\" is there twice", expected: "each id once in a service")
            }
        }
    }
}
