// Reads one field of a request with its limit and says by path what is wrong; used by the pure Graph rules only.

/// A JSON value and where it stands in the request, for `error_data.details`.
struct FieldReader: Sendable {
    let value: JSONValue
    let path: String

    private func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func has(_ key: String) -> Bool { value[key].map { $0 != .null } ?? false }

    /// The member, whatever it is.
    func field(_ key: String) throws(GraphError) -> FieldReader {
        guard let member = value[key], member != .null else { throw .missing(path(key)) }
        return FieldReader(value: member, path: path(key))
    }

    func optionalField(_ key: String) -> FieldReader? {
        guard let member = value[key], member != .null else { return nil }
        return FieldReader(value: member, path: path(key))
    }

    func object(_ key: String) throws(GraphError) -> FieldReader {
        let member = try field(key)
        guard member.value.object != nil else { throw .invalid(member.path, "must be an object") }
        return member
    }

    func items(_ key: String, count: ClosedRange<Int>) throws(GraphError) -> [FieldReader] {
        let member = try field(key)
        guard let items = member.value.array else { throw .invalid(member.path, "must be an array") }
        guard count.contains(items.count) else {
            throw .invalid(member.path, "has \(items.count) items; min \(count.lowerBound), max \(count.upperBound)")
        }
        return items.enumerated().map { FieldReader(value: $0.element, path: "\(member.path)[\($0.offset)]") }
    }

    /// A string that is not blank, of at most `max` characters (UTF-16 units: the stricter reading).
    @discardableResult
    func text(_ key: String, max: Int) throws(GraphError) -> String {
        let member = try field(key)
        guard let text = member.value.string else { throw .invalid(member.path, "must be a string") }
        guard text.contains(where: { !$0.isWhitespace }) else { throw .missing(member.path) }
        guard text.utf16.count <= max else {
            throw .invalid(member.path, "length \(text.utf16.count) exceeds the maximum of \(max) characters")
        }
        return text
    }

    @discardableResult
    func optionalText(_ key: String, max: Int) throws(GraphError) -> String? {
        has(key) ? try text(key, max: max) : nil
    }

    func oneOf(_ key: String, _ allowed: Set<String>) throws(GraphError) -> String {
        let text = try text(key, max: 512)
        guard allowed.contains(text) else {
            throw .invalid(path(key), "must be one of {\(allowed.sorted().joined(separator: ", "))}")
        }
        return text
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(GraphError) -> Double {
        let member = try field(key)
        guard let number = member.value.double ?? member.value.string.flatMap(Double.init) else {
            throw .invalid(member.path, "must be a number")
        }
        guard range.contains(number) else { throw .invalid(member.path, "is out of range") }
        return number
    }

    /// A JSON integer, never a string: Meta refuses strings in amounts.
    func whole(_ key: String, min: Int) throws(GraphError) -> Int {
        let member = try field(key)
        guard case .int(let number) = member.value else { throw .invalid(member.path, "must be an integer") }
        guard number >= min else { throw .invalid(member.path, "must be at least \(min)") }
        return number
    }

    func optionalBool(_ key: String) throws(GraphError) {
        guard let member = optionalField(key) else { return }
        guard member.value.bool != nil || ["true", "false"].contains(member.value.string ?? "") else {
            throw .invalid(member.path, "must be a boolean")
        }
    }

    /// An absolute https address; plain http only to this machine, for tests.
    func link(_ key: String, max: Int = 2000) throws(GraphError) {
        let text = try text(key, max: max)
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"].contains { text.hasPrefix($0) }
        guard text.hasPrefix("https://") || local, !text.contains(" ") else {
            throw .invalid(path(key), "must be an https URL")
        }
    }

    func unique(_ items: [FieldReader], _ what: String, by key: (FieldReader) -> String?) throws(GraphError) {
        let keys = items.compactMap(key)
        guard Set(keys).count == keys.count else { throw .invalid(path, "\(what) must be unique") }
    }
}
