// A department's catalogue as the host reads it from a module's note: data, decoded without running the module.
// The form of each key is in PluginAPI/Schemas/README.md.

public struct Catalogue: Codable, Sendable {
    public let department: Department
    public let services: [Service]
    public let strings: [String: Sentence]
    public let lists: [String: ChoiceList]

    public init(department: Department, services: [Service], strings: [String: Sentence], lists: [String: ChoiceList]) {
        self.department = department
        self.services = services
        self.strings = strings
        self.lists = lists
    }

    public func service(_ id: ServiceID) -> Service? { services.first { $0.id == id } }
}

public struct Department: Codable, Sendable {
    public let id: DepartmentID
    public let version: String
    public let name: Sentence
    public let welcome: Sentence
    public let menu: [MenuSection]

    public struct MenuSection: Codable, Sendable {
        public let title: Sentence
        public let services: [ServiceID]
    }
}

public struct Service: Codable, Sendable {
    public enum Action: String, Codable, Sendable {
        case apply, download, status, calculate, pay, complain, info
    }

    /// A step for which the module's code is called.
    public enum Hook: String, Codable, Sendable {
        case eligibility, quote, submit, status, event, field
    }

    public let id: ServiceID
    public let action: Action
    public let title: Sentence
    public let name: Sentence
    public let summary: Sentence
    public let issuer: Sentence
    public let samples: [String: [String]]
    public let keywords: [String]
    public let statutoryDays: Int?
    public let fee: Fee
    public let portal: String?
    public let hooks: [Hook]
    public let legalBasis: String
    public let purpose: Sentence
    public let retentionDays: Int
    public let fields: [Field]
    public let documents: [DocumentRequirement]
    public let messages: [String: Sentence]

    private enum CodingKeys: String, CodingKey {
        case id, action, title, name, summary, issuer, samples, keywords, fee, portal, hooks, purpose, fields, documents
        case messages
        case statutoryDays = "statutory_days"
        case legalBasis = "legal_basis"
        case retentionDays = "retention_days"
    }

    public func field(_ id: String) -> Field? { fields.first { $0.id == id } }
    public func document(_ id: String) -> DocumentRequirement? { documents.first { $0.id == id } }
}

/// What the service costs: known, set by an administrator as a dated row, or said by the module's `quote` step.
public struct Fee: Codable, Sendable, Equatable {
    public let paise: Int64?
    public let rate: String?
    public let quoted: Bool?

    public init(paise: Int64? = nil, rate: String? = nil, quoted: Bool? = nil) {
        self.paise = paise
        self.rate = rate
        self.quoted = quoted
    }
}

/// A question is asked only if an earlier answer is one of these.
public struct Condition: Codable, Sendable, Equatable {
    public let field: String
    public let among: [String]

    private enum CodingKeys: String, CodingKey {
        case field
        case among = "in"
    }

    public func holds(for values: [String: String]) -> Bool { values[field].map(among.contains) ?? false }
}

public struct Field: Codable, Sendable {
    public enum FieldType: String, Codable, Sendable {
        case name, text, date, choice, number, money, mobile, address, district, reference
        case subDivision = "sub_division"
        case yesNo = "yes_no"
    }

    public let id: String
    public let type: FieldType
    public let label: Sentence
    public let ask: Sentence
    public let help: Sentence?
    public let optional: Bool?
    public let when: Condition?
    public let options: [Choice]?
    public let optionsFrom: String?
    public let min: Bound?
    public let max: Bound?
    public let pattern: String?
    public let decimals: Int?
    /// The module is asked about eligibility right after this answer, with what is answered so far.
    public let decides: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, type, label, ask, help, optional, when, options, min, max, pattern, decimals, decides
        case optionsFrom = "options_from"
    }

    /// The shared list from which this field is answered, if it is.
    public var listID: String? {
        switch type {
        case .district: "district"
        case .subDivision: "sub_division"
        default: optionsFrom
        }
    }
}

/// A bound: an integer for numbers, paise and lengths; a date or `today-18y` for dates.
public enum Bound: Codable, Sendable, Equatable {
    case integer(Int64)
    case date(String)

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else {
            self = .date(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let integer): try container.encode(integer)
        case .date(let date): try container.encode(date)
        }
    }

    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var date: String? { if case .date(let value) = self { value } else { nil } }
}

public struct Choice: Codable, Sendable {
    public let id: String
    public let label: Sentence
    public let also: [String]?

    public init(id: String, label: Sentence, also: [String]? = nil) {
        self.id = id
        self.label = label
        self.also = also
    }
}

public struct DocumentRequirement: Codable, Sendable {
    public enum Form: String, Codable, Sendable {
        case photo, pdf
    }

    public let id: String
    public let label: Sentence
    public let ask: Sentence
    public let help: Sentence?
    public let optional: Bool?
    public let when: Condition?
    public let anyOneOf: [Choice]?
    public let accepts: [Form]
    public let portrait: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, label, ask, help, optional, when, accepts, portrait
        case anyOneOf = "any_one_of"
    }
}

/// A list that departments share, with validity dates: an office that was abolished is recognised, never chosen.
public struct ChoiceList: Codable, Sendable {
    public let id: String
    public let entries: [Entry]

    public struct Entry: Codable, Sendable {
        public let id: String
        public let label: Sentence
        public let also: [String]?
        public let parent: String?
        public let validFrom: String?
        public let validTo: String?

        private enum CodingKeys: String, CodingKey {
            case id, label, also, parent
            case validFrom = "valid_from"
            case validTo = "valid_to"
        }

        /// Whether the entry may be chosen on that day (`YYYY-MM-DD`, Delhi).
        public func isValid(on day: String) -> Bool { (validFrom ?? "") <= day && day <= (validTo ?? "9999-12-31") }
    }
}
