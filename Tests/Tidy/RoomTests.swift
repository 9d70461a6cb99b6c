// Is the house laid out as its plan says: top level, rooms, READMEs, scripts? Run by the test runner; runs bash -n only.
import Foundation
import Testing

@Suite("Rooms")
struct RoomTests {
    private let house = House.standing

    static let top: Set<String> = [
        "Package.swift", "Host", "PluginAPI", "Plugins", "Tests", "Scripts", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore",
        ".swift-format", ".ci",
    ]

    @Test("the top level holds only what the plan names")
    func topLevel() {
        let strangers = house.names(in: ".").filter {
            !Self.top.contains($0) && !House.leftBeside.contains($0) && !$0.hasPrefix(".build") && !$0.hasSuffix(".swp")
        }
        report(strangers.map { Finding($0, 1, "\($0) stands at the top level", instead: "Move it into the room that it belongs to") })
    }

    @Test("Host and PluginAPI hold rooms, and no loose file but the README")
    func looseFiles() {
        for folder in ["Host", "PluginAPI"] {
            let loose = house.names(in: folder).filter { !house.isFolder("\(folder)/\($0)") && $0 != "README.md" }
            report(loose.map { Finding("\(folder)/\($0)", 1, "a file outside every room", instead: "Move it into a room, or delete it") })
        }
    }

    @Test("every room has a README of its own")
    func readmes() {
        let rooms =
            ["Host", "PluginAPI"].flatMap { folder in house.folders(in: folder).map { "\(folder)/\($0)" } }
            + ["PluginAPI", "Plugins", "Tests", "Scripts"]
        report(
            rooms.filter { !house.exists("\($0)/README.md") }.map {
                Finding(
                    "\($0)/README.md", 1, "the room has no README",
                    instead: "Write 10 to 25 lines: what it is, what it must not do, where to begin reading, its bounds")
            })
    }

    @Test("links and file names in a README lead to something")
    func links() {
        report(house.files("README.md").flatMap { ReadmeRules.findings(in: $0, house: house) })
    }

    @Test(
        "the 60-second trail in the README names files that exist",
        .enabled(if: House.standing.exists("README.md"), "the top README.md is not written yet"))
    func trail() throws {
        let readme = try #require(house.file("README.md"))
        let text = readme.lines.map(\.text).joined(separator: "\n")
        let stops = [
            ("WhatsApp", "Webhook"), ("Storage", "Inbox"), ("Conversation", "TurnRunner"), ("Conversation", "ConversationMachine"),
            ("Modules", "LiveModule"), ("Storage", "Outbox"), ("WhatsApp", "Sender"),
        ]
        for (room, name) in stops {
            let files = house.files(".swift", under: ["Host/\(room)/"]).filter { file in
                file.name == "\(name).swift" || file.name.hasSuffix("+\(name).swift")
            }
            #expect(!files.isEmpty, "the trail passes \(room)/\(name), but there is neither \(name).swift nor Type+\(name).swift")
            let isNamed = files.contains { file in text.contains(file.path.dropLast(".swift".count)) }
            #expect(isNamed, "README.md's trail doesn't pass \(files.map(\.path).joined(separator: " or "))")
        }
    }

    @Test("a script has one job: at most 40 lines, no syntax error, and it can be started")
    func scripts() throws {
        for file in house.files where file.folder == "Scripts" && !file.name.contains(".") || file.path == ".ci/run" {
            if file.lines.count > 40 {
                report([Finding(file.path, 41, "\(file.lines.count) lines", instead: "Anything cleverer than 40 lines is Swift")])
            }
            let check = try Shell.run(["bash", "-n", house.root.appending(path: file.path).path])
            #expect(check.status == 0, "\(file.path): \(check.output)")
            let isSourced = file.lines.first?.text.hasPrefix("# Sourced by ") ?? false
            let isExecutable = FileManager.default.isExecutableFile(atPath: house.root.appending(path: file.path).path)
            if isSourced == isExecutable || !isSourced && file.lines.first?.text.hasPrefix("#!") != true {
                report([
                    Finding(
                        file.path, 1, "neither a program nor a piece of one",
                        instead: "chmod +x with #!, or begin with \"# Sourced by\" and leave it without")
                ])
            }
        }
    }
}

enum ReadmeRules {
    static func findings(in file: SourceFile, house: House) -> [Finding] {
        // Files that the page shows for the reader to write.
        let shown = MarkedBlock.blocks(in: file).map(\.fileName)
        var isCode = false
        var findings: [Finding] = []
        for line in file.lines {
            if line.text.hasPrefix("```") { isCode.toggle() }
            if isCode || line.text.hasPrefix("```") { continue }
            findings += linkFindings(in: line, of: file, house: house) + nameFindings(in: line, of: file, house: house, shown: shown)
        }
        return findings
    }

    private static func linkFindings(in line: SourceFile.Line, of file: SourceFile, house: House) -> [Finding] {
        line.text.matches(of: #/\]\(([^)\s]+)\)/#).compactMap { found in
            let target = String(found.1.prefix { $0 != "#" })
            if target.isEmpty || target.contains("://") || target.hasPrefix("mailto:") { return nil }
            let path = URL(fileURLWithPath: "/\(file.folder)/\(target)").standardized.path.dropFirst()
            if house.exists(String(path)) { return nil }
            return Finding(file.path, line.number, "the link to \(target) leads nowhere", instead: "Mend it, or take it away")
        }
    }

    /// `Name.swift` in backquotes: a file of the room, or of the house. `*` stands for any letters.
    private static func nameFindings(
        in line: SourceFile.Line, of file: SourceFile, house: House, shown: [String]
    ) -> [Finding] {
        line.text.matches(of: #/`([\w+*./-]+\.(?:swift|c|h|json|md))`/#).compactMap { found in
            let name = String(found.1)
            // A name with a gap in angle brackets or dots is a form, not a file; single names are looked for everywhere.
            if house.files.contains(where: { fits($0.path, name) }) { return nil }
            if isForm(name) || shown.contains(where: name.hasSuffix) { return nil }
            return Finding(
                file.path, line.number, "`\(name)` names a file that isn't there", instead: "Name the file as it is called now")
        }
    }

    /// What authors write for themselves, or the machine makes.
    private static func isForm(_ name: String) -> Bool { ["department.json", "strings.json", "openapi.json"].contains(name) }

    private static func fits(_ path: String, _ name: String) -> Bool {
        guard name.contains("*") else { return path == name || path.hasSuffix("/\(name)") }
        let parts = name.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return true }
        return path.hasSuffix(parts[1]) && path.dropLast(parts[1].count).contains("/\(parts[0])")
    }
}
