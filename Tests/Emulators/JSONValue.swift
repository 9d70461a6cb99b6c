// A decoded JSON document whose objects keep their order; every route reads and builds with it.

/// JSON as it stood on the wire: `"1"` and `1` stay different, and members keep their order.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    var object: JSONObject? { if case .object(let members) = self { members } else { nil } }

    var int: Int? {
        switch self {
        case .int(let number): number
        case .double(let number) where number == number.rounded() && abs(number) < 9e15: Int(number)
        default: nil
        }
    }

    var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// A number, or a string of digits: Meta itself mixes both for identifiers, timestamps and amounts.
    var lenientInt: Int? { int ?? string.flatMap { Int($0) } }

    subscript(key: String) -> JSONValue? {
        get { object?[key] }
        set {
            guard case .object(var members) = self else { return }
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The value at `a.b.c`, through objects only.
    func at(_ path: String) -> JSONValue? {
        var value: JSONValue? = self
        for key in path.split(separator: ".") { value = value?[String(key)] }
        return value
    }
}

/// Members in order of appearance. Objects on this wire are small, so a linear look-up beats a dictionary.
struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
    private(set) var members: [(key: String, value: JSONValue)]

    init(_ members: [(key: String, value: JSONValue)] = []) { self.members = members }
    init(dictionaryLiteral elements: (String, JSONValue)...) { members = elements.map { (key: $0.0, value: $0.1) } }

    var isEmpty: Bool { members.isEmpty }
    var keys: [String] { members.map(\.key) }

    subscript(key: String) -> JSONValue? {
        get { members.last { $0.key == key }?.value }
        set {
            let index = members.lastIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> { members.makeIterator() }

    static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(floatLiteral value: Double) { self = .double(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Members whose value is `nil` are left out, so that optional parts need no `if`.
    init(dictionaryLiteral elements: (String, JSONValue?)...) {
        self = .object(JSONObject(elements.compactMap { key, value in value.map { (key: key, value: $0) } }))
    }
}
