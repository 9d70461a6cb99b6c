// A conversation as data: what a citizen does, and what is answered each time. Read and written by the command and tests.
import Foundation

struct Transcript: Sendable {
    struct Step: Sendable {
        enum Act: Sendable, Equatable {
            case say(String)
            case tap(String)
            case photo(String)
            case document(String)
            /// Any other message, in the control API's words.
            case send(JSON)
            case pay(String)
            case advance(hours: Double)
            /// An order to the e-District emulator; `{number}` in it is the citizen's application.
            case portal(JSON)
        }

        var act: Act
        /// What the citizen sees, masked; nil until recorded.
        var replies: [String]?
    }

    var service: String
    var department: String
    var language: String
    var about: String
    var steps: [Step]
    /// For people: `caste_certificate_sc/hi`.
    var name: String

    /// The hours by which it moves the clock: transcripts with the same may be played beside each other.
    var hours: [Double] { steps.compactMap { if case .advance(let hours) = $0.act { hours } else { nil } } }

    /// It changes how the portal behaves to everybody, so it is played alone.
    var isAlone: Bool {
        steps.contains { if case .portal(let order) = $0.act { !order["mode"].isNull } else { false } }
    }
}

// MARK: Files

extension Transcript {
    init(file: URL) throws {
        let json: JSON
        do { json = try JSON(parsing: Data(contentsOf: file)) } catch {
            throw JourneyError("TRANSCRIPT_UNREADABLE", "\(file.lastPathComponent) is no JSON: \(error)")
        }
        name = file.deletingLastPathComponent().lastPathComponent + "/" + file.deletingPathExtension().lastPathComponent
        let name = name
        func text(_ key: String) throws -> String {
            guard let text = json[key].string else { throw JourneyError("TRANSCRIPT_UNREADABLE", "\(name) has no \(key)") }
            return text
        }
        service = try text("service")
        department = try text("department")
        language = try text("language")
        about = try text("about")
        steps = try json["steps"].array.enumerated().map { index, step in
            guard let act = Step.Act(step) else {
                throw JourneyError("TRANSCRIPT_UNREADABLE", "step \(index + 1) of \(name) says nothing that a citizen can do")
            }
            return Step(act: act, replies: step["replies"].isNull ? nil : step["replies"].array.compactMap(\.string))
        }
        guard !steps.isEmpty else { throw JourneyError("TRANSCRIPT_UNREADABLE", "\(name) has no steps") }
    }

    /// One step a block, one reply a line, so that a change reads well in a diff.
    var fileText: String {
        var lines = ["{"]
        for (key, value) in [("service", service), ("department", department), ("language", language), ("about", about)] {
            lines.append("  \(Self.quoted(key)): \(Self.quoted(value)),")
        }
        lines.append("  \"steps\": [")
        for (index, step) in steps.enumerated() {
            let comma = index == steps.count - 1 ? "" : ","
            let (key, value) = step.act.member
            let head = "    {\"\(key)\": \(String(decoding: value.bytes, as: UTF8.self))"
            guard let replies = step.replies else {
                lines.append(head + "}" + comma)
                continue
            }
            guard !replies.isEmpty else {
                lines.append(head + ", \"replies\": []}" + comma)
                continue
            }
            lines.append(head + ", \"replies\": [")
            lines += replies.enumerated().map { "      " + Self.quoted($1) + ($0 == replies.count - 1 ? "" : ",") }
            lines.append("    ]}" + comma)
        }
        return (lines + ["  ]", "}", ""]).joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String { String(decoding: JSON.string(text).bytes, as: UTF8.self) }

    /// Every transcript below the folder, in the order of names.
    static func files(below folder: URL) -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return all.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }
}

extension Transcript.Step.Act {
    init?(_ step: JSON) {
        if let text = step["say"].string {
            self = .say(text)
        } else if let id = step["tap"].string {
            self = .tap(id)
        } else if let name = step["photo"].string {
            self = .photo(name)
        } else if let name = step["pdf"].string {
            self = .document(name)
        } else if let outcome = step["pay"].string {
            self = .pay(outcome)
        } else if let hours = step["advance_hours"].double {
            self = .advance(hours: hours)
        } else if !step["portal"].isNull {
            self = .portal(step["portal"])
        } else if !step["send"].isNull {
            self = .send(step["send"])
        } else {
            return nil
        }
    }

    var member: (key: String, value: JSON) {
        switch self {
        case .say(let text): ("say", .string(text))
        case .tap(let id): ("tap", .string(id))
        case .photo(let name): ("photo", .string(name))
        case .document(let name): ("pdf", .string(name))
        case .pay(let outcome): ("pay", .string(outcome))
        case .advance(let hours): ("advance_hours", .number(hours))
        case .portal(let order): ("portal", order)
        case .send(let message): ("send", message)
        }
    }

    /// One line, for reports.
    var description: String {
        let (key, value) = member
        return "\(key) \(value.string ?? String(decoding: value.bytes, as: UTF8.self))"
    }
}
