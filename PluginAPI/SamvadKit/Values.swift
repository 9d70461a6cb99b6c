// A typed view of the form's answers, read by a department's steps. Pure; any thread.

/// Answers in form order, then what the host added: an event's own values, or `portal.…` looked up before the call.
///
/// Every reader answers nil when the value was not given, and throws when it is there in a wrong form.
public struct Values: Sendable, Equatable {
    public let fields: [Field]

    public init(_ fields: [Field]) { self.fields = fields }

    /// The answer's text; nil when it was not given or is empty.
    public func text(_ id: String) -> String? {
        // A form has tens of fields: looking through them is cheaper than building an index. The last one counts, so
        // that what the host added wins.
        guard let value = fields.last(where: { $0.key == id })?.value, !value.isEmpty else { return nil }
        return value
    }

    public func date(_ id: String) throws(Failure) -> CivilDate? {
        guard let text = text(id) else { return nil }
        guard let date = CivilDate(text) else { throw .malformed(id, expected: "a date YYYY-MM-DD") }
        return date
    }

    public func paise(_ id: String) throws(Failure) -> Paise? {
        guard let text = text(id) else { return nil }
        guard let paise = Int64(decimalDigits: text) else { throw .malformed(id, expected: "paise in digits") }
        return Paise(paise)
    }

    public func integer(_ id: String) throws(Failure) -> Int64? {
        guard let text = text(id) else { return nil }
        guard let number = Int64(decimalDigits: text) else { throw .malformed(id, expected: "a whole number") }
        return number
    }

    /// A number of up to two decimals, in hundredths: `104.5` is 10450.
    public func hundredths(_ id: String) throws(Failure) -> Int64? {
        guard let text = text(id) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? parts[1] : "00"
        guard let whole = Int64(decimalDigits: parts[0]), whole >= 0, (1...2).contains(decimals.utf8.count),
            let fraction = Int64(decimalDigits: decimals), fraction >= 0, !decimals.hasPrefix("-"),
            !parts[0].hasPrefix("-")
        else { throw .malformed(id, expected: "a number of at most two decimals") }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 100)
        let (sum, overflowSum) = scaled.addingReportingOverflow(decimals.utf8.count == 1 ? fraction * 10 : fraction)
        guard !overflow, !overflowSum else { throw .malformed(id, expected: "a number of a sensible size") }
        return sum
    }

    public func yes(_ id: String) throws(Failure) -> Bool? {
        switch text(id) {
        case nil: nil
        case "yes": true
        case "no": false
        default: throw .malformed(id, expected: "yes or no")
        }
    }

    /// The option chosen, as one of the cases of `Option`.
    public func choice<Option: RawRepresentable<String>>(_ id: String, of _: Option.Type) throws(Failure) -> Option? {
        guard let text = text(id) else { return nil }
        guard let option = Option(rawValue: text) else { throw .malformed(id, expected: "one of its options") }
        return option
    }
}

/// For a value without which there is no answer: `try required("dob", request.values.date)`.
public func required<Value>(
    _ id: String, _ read: (String) throws(Failure) -> Value?
) throws(Failure) -> Value {
    guard let value = try read(id) else { throw .missing(id) }
    return value
}

/// A named text value.
public struct Field: Sendable, Equatable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

extension Int64 {
    /// ASCII digits with an optional minus, and nothing else: `Int64("+5")` would be 5.
    init?(decimalDigits text: some StringProtocol) {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        self.init(text)
    }
}
