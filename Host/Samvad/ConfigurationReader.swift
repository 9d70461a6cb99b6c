// Reads samvad.yaml against the table of keys and collects every error at once, each with its line.
import Foundation
import Yams

struct ConfigurationError: Codable, Equatable, Sendable {
    let file: String
    let line: Int
    let column: Int
    let key: String
    let found: String
    let expected: String

    var sentence: String { "\(file):\(line):\(column): \(key): \(found); expected \(expected)" }
}

struct ConfigurationErrors: Error {
    let errors: [ConfigurationError]
}

/// The scalars of the file by concrete path (`departments[0].id`), checked, with secrets resolved.
struct ConfigurationReader {
    private struct Scalar {
        let text: String
        let line: Int
        let column: Int
    }

    private let file: String
    private let environment: [String: String]
    private var scalars: [String: Scalar] = [:]
    private var containers: Set<String> = []
    private(set) var errors: [ConfigurationError] = []
    private(set) var values: [String: String] = [:]

    init(file: String, text: String, environment: [String: String]) {
        self.file = file
        self.environment = environment
        do {
            if let root = try Yams.compose(yaml: text) {
                flatten(root, at: "")
            } else {
                report(
                    key: "", line: 1, column: 1, found: "the file is empty", expected: "at least storage, whatsapp, modules and departments"
                )
            }
        } catch {
            let place = (error as? YamlError).flatMap(ConfigurationReader.mark)
            report(
                key: "", line: place?.line ?? 1, column: place?.column ?? 1, found: "not readable as YAML",
                expected: "keys and values, indented by spaces")
            return
        }
        check()
    }

    private static func mark(_ error: YamlError) -> Mark? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark
        default: nil
        }
    }

    private mutating func report(key: String, line: Int, column: Int, found: String, expected: String) {
        errors.append(ConfigurationError(file: file, line: line, column: column, key: key, found: found, expected: expected))
    }

    private mutating func flatten(_ node: Node, at path: String) {
        switch node {
        case .scalar(let scalar):
            scalars[path] = Scalar(text: scalar.string, line: scalar.mark?.line ?? 1, column: scalar.mark?.column ?? 1)
        case .mapping(let mapping):
            containers.insert(path)
            for (key, value) in mapping {
                let name = key.string ?? "?"
                let inner = path.isEmpty ? name : path + "." + name
                if scalars[inner] != nil || containers.contains(inner) {
                    report(
                        key: inner, line: key.mark?.line ?? 1, column: key.mark?.column ?? 1, found: "the key stands twice",
                        expected: "one value")
                }
                if case .scalar(let scalar) = value, scalar.string.isEmpty || scalar.string == "null" { continue }
                flatten(value, at: inner)
            }
        case .sequence(let sequence):
            containers.insert(path)
            for (index, item) in sequence.enumerated() { flatten(item, at: "\(path)[\(index)]") }
        case .alias: break
        }
    }

    // MARK: Checking

    private mutating func check() {
        for (path, scalar) in scalars.sorted(by: { ($0.value.line, $0.key) < ($1.value.line, $1.key) }) {
            guard let key = ConfigurationKey.all.first(where: { ConfigurationReader.matches(path, $0.path) }) else {
                let nearest = ConfigurationReader.nearest(to: path)
                report(
                    key: path, line: scalar.line, column: scalar.column, found: "an unknown key",
                    expected: nearest.map { "perhaps \($0)" } ?? "a key of the reference")
                continue
            }
            if let value = resolve(scalar, key, path) { values[path] = value }
        }
        addDefaults()
        checkTogether()
    }

    /// `${NAME}` from the environment, `file:PATH` from a file; a secret in clear is refused.
    private mutating func resolve(_ scalar: Scalar, _ key: ConfigurationKey, _ path: String) -> String? {
        var text = scalar.text
        var isClear = true
        if text.hasPrefix("${"), text.hasSuffix("}") {
            isClear = false
            let name = String(text.dropFirst(2).dropLast())
            guard let value = environment[name], !value.isEmpty else {
                report(
                    key: path, line: scalar.line, column: scalar.column, found: "the environment has no \(name)",
                    expected: "\(name) set before the host starts")
                return nil
            }
            text = value
        } else if text.hasPrefix("file:"), key.form == .secret {
            isClear = false
            guard let bytes = FileManager.default.contents(atPath: String(text.dropFirst(5))),
                let value = String(data: bytes, encoding: .utf8)
            else {
                report(
                    key: path, line: scalar.line, column: scalar.column, found: "the file can't be read",
                    expected: "a readable file with the secret in it")
                return nil
            }
            text = value.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if key.form == .secret, isClear {
            report(
                key: path, line: scalar.line, column: scalar.column, found: "a secret written in clear",
                expected: "${NAME} from the environment or file:PATH")
            return nil
        }
        if let expected = ConfigurationReader.complaint(text, key.form) {
            let shown = key.form == .secret ? "a value" : "\"\(text)\""
            report(key: path, line: scalar.line, column: scalar.column, found: shown, expected: expected)
            return nil
        }
        return text
    }

    private static func complaint(_ text: String, _ form: ConfigurationKey.Form) -> String? {
        switch form {
        case .text, .path, .secret: text.isEmpty ? "not nothing" : nil
        case .url:
            URL(string: text).map { ($0.scheme == "http" || $0.scheme == "https") && $0.host != nil } == true
                ? nil : "http://… or https://…"
        case .address: Address(text) == nil ? "HOST:PORT, for example 127.0.0.1:8080" : nil
        case .flag: ["true", "false"].contains(text) ? nil : "true or false"
        case .digits: !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber } ? nil : "digits only"
        case .storageURL:
            text.hasPrefix("postgres")
                ? "sqlite:PATH; PostgreSQL is not built yet" : text.hasPrefix("sqlite:") && text.count > 7 ? nil : "sqlite:PATH"
        case .choice(let choices): choices.contains(text) ? nil : choices.joined(separator: " or ")
        }
    }

    private mutating func addDefaults() {
        for key in ConfigurationKey.all {
            for path in concrete(key.path) where values[path] == nil && scalars[path] == nil {
                if let fallback = key.fallback {
                    values[path] = fallback
                } else if key.isRequired {
                    let line =
                        scalars.filter { $0.key.hasPrefix(path.split(separator: ".").dropLast().joined(separator: ".") + ".") }.map(
                            \.value.line
                        ).min() ?? 1
                    report(key: path, line: line, column: 1, found: "the key is missing", expected: key.about)
                }
            }
        }
        if count("departments") == 0 { report(key: "departments", line: 1, column: 1, found: "no department", expected: "at least one") }
    }

    private mutating func checkTogether() {
        for key in ["departments[].id", "departments[].phone_number_id"] {
            var seen: Set<String> = []
            for path in concrete(key) {
                if let value = values[path], !seen.insert(value).inserted, let scalar = scalars[path] {
                    report(
                        key: path, line: scalar.line, column: scalar.column, found: "\"\(value)\" stands twice",
                        expected: "a department of its own")
                }
            }
        }
        if let scalar = scalars["development.clock_file"], !ConfigurationReader.isLoopback(values["whatsapp.graph_url"] ?? "") {
            report(
                key: "development.clock_file", line: scalar.line, column: scalar.column, found: "a movable clock beside a real Graph API",
                expected: "whatsapp.graph_url on a loopback address")
        }
        if let scalar = scalars["payments.url"] {
            for key in ["payments.key_id", "payments.key_secret", "payments.callback_secret"] where scalars[key] == nil {
                report(
                    key: key, line: scalar.line, column: 1, found: "the key is missing",
                    expected: "what the gateway at payments.url gave you")
            }
        }
        if let scalar = scalars["storage.key"], let key = values["storage.key"], key.count != 64 || !key.allSatisfy(\.isHexDigit) {
            report(key: "storage.key", line: scalar.line, column: scalar.column, found: "a value", expected: "64 hex digits")
        }
    }

    static func isLoopback(_ url: String) -> Bool {
        guard let host = URL(string: url)?.host else { return false }
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        // 127.0.0.0/8 as an address: 127.0.0.1.example.org is a stranger's name.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    // MARK: Paths

    /// The paths that a pattern stands for in this file.
    func concrete(_ pattern: String) -> [String] {
        if pattern.contains("[]") {
            let list = String(pattern.prefix { $0 != "[" })
            return (0..<count(list)).map { pattern.replacing("[]", with: "[\($0)]") }
        }
        guard pattern.contains("*") else { return [pattern] }
        let prefix = String(pattern.prefix { $0 != "*" })
        let names = Set(
            (Array(scalars.keys) + containers).compactMap { path -> String? in
                guard path.hasPrefix(prefix) else { return nil }
                return path.dropFirst(prefix.count).split(separator: ".").first.map(String.init)
            })
        return names.sorted().map { pattern.replacing("*", with: $0) }
    }

    func count(_ list: String) -> Int {
        var count = 0
        while containers.contains("\(list)[\(count)]") || scalars["\(list)[\(count)]"] != nil { count += 1 }
        return count
    }

    private static func matches(_ path: String, _ pattern: String) -> Bool {
        let parts = path.split(separator: ".")
        let wanted = pattern.split(separator: ".")
        guard parts.count == wanted.count else { return false }
        return zip(parts, wanted).allSatisfy { part, want in
            want == "*" || (want.hasSuffix("[]") ? part.prefix { $0 != "[" } == want.dropLast(2) && part.hasSuffix("]") : part == want)
        }
    }

    private static func nearest(to path: String) -> String? {
        let plain = path.replacing(#/\[\d+\]/#, with: "[]")
        let parts = plain.split(separator: ".")
        let near = ConfigurationKey.all.map { key in
            // A name of one's own choosing is no slip.
            let wanted = key.path.split(separator: ".")
            let own = wanted.count == parts.count ? zip(wanted, parts).map { $0 == "*" ? $1 : $0 }.joined(separator: ".") : key.path
            return (path: key.path, slips: distance(own, plain))
        }
        return near.filter { $0.slips <= max(3, plain.count / 3) }.min { $0.slips < $1.slips }?.path
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left)
        let b = Array(right)
        var previous = Array(0...b.count)
        for (row, letter) in a.enumerated() {
            var current = [row + 1]
            for (column, other) in b.enumerated() {
                current.append(min(previous[column] + (letter == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
