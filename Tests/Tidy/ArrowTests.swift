// Do the imports and includes follow the table in Arrows.swift? Run by the test runner; reads files only.
import Foundation
import Testing

@Suite("Arrows between rooms")
struct ArrowTests {
    @Test("a room imports only the rooms that the table of arrows grants it")
    func imports() {
        report(House.standing.sources.flatMap { ImportRules.findings(in: $0) })
    }

    @Test("a C file includes only its own headers, those its room may see, and the system's")
    func includes() {
        report(House.standing.sources.flatMap { IncludeRules.findings(in: $0, house: House.standing) })
    }

    @Test("the public headers include nothing but stdint, stddef and stdbool")
    func publicHeaders() {
        let allowed: Set<String> = ["stdint.h", "stddef.h", "stdbool.h"]
        let headers = House.standing.files(".h", under: ["PluginAPI/CSamvad/"])
        report(
            headers.flatMap { file in
                IncludeRules.includes(of: file).filter { $0.isSystem && !allowed.contains($0.name) }.map {
                    Finding(
                        file.path, $0.line, "<\($0.name)> is more than an author may need",
                        instead: "Keep the header to stdint.h, stddef.h and stdbool.h")
                }
            })
    }

    @Test("the rules see a forbidden arrow in whatever form it is written")
    func forbiddenArrow() {
        let samples = [
            ("Host/Model/A.swift", "import Conversation"), ("Host/Storage/A.swift", "@testable import WhatsApp"),
            ("Host/Modules/A.swift", "import struct SamvadKit.Reply"), ("Plugins/Tax/A.swift", "public import Model"),
            ("Plugins/Tax/A.swift", "import Foundation"), ("Host/NLU/A.swift", "import GRDB"),
            ("Tests/StorageTests/A.swift", "@preconcurrency import Hummingbird"), ("Host/Attic/A.swift", "import Model"),
        ]
        for (path, text) in samples {
            #expect(ImportRules.findings(in: SourceFile(path: path, text: text)).count == 1, "\(path): \(text)")
        }
        let innocent = SourceFile(path: "Host/Model/A.swift", text: "// import GRDB\nlet text = \"import GRDB\"\nimport Foundation\n")
        #expect(ImportRules.findings(in: innocent).isEmpty)
    }
}

enum ImportRules {
    struct Import: Sendable {
        let line: Int
        let module: String
    }

    static func imports(of file: SourceFile) -> [Import] {
        guard file.path.hasSuffix(".swift") else { return [] }
        // Attributes and an access word before it, a kind of declaration after it.
        let form = #/^(?:\s*(?:@\w+(?:\([^)]*\))?|[a-z]+)\s+)*?\s*import\s+(?:(?:[a-z]+)\s+)?([A-Z_]\w*)/#
        return file.lines.compactMap { line in
            guard line.code.contains("import "), let found = line.code.firstMatch(of: form) else { return nil }
            return Import(line: line.number, module: String(found.1))
        }
    }

    static func findings(in file: SourceFile) -> [Finding] {
        imports(of: file).compactMap { finding(for: $0, in: file) }
    }

    private static func finding(for found: Import, in file: SourceFile) -> Finding? {
        let room = file.room
        if found.module == "Foundation", Arrows.goesWithoutFoundation(room) {
            return Finding(
                file.path, found.line, "\(room) imports Foundation",
                instead: "Use SamvadKit's dates, money and numbers: a module carries its own runtime, and Foundation is most of it")
        }
        if let fence = Arrows.fences.first(where: { $0.modules.contains(found.module) }), !fence.allows(room) {
            return Finding(file.path, found.line, "\(room) imports \(found.module)", instead: fence.instead)
        }
        guard isOfTheHouse(found.module) else { return nil }
        guard let allowed = room.hasPrefix("Plugins/") ? Arrows.plugin : Arrows.house[room] else {
            return Finding(
                file.path, found.line, "\(room) is in no row of the table of arrows",
                instead: "Add the room, with its reason, to design and Tests/Tidy/Arrows.swift")
        }
        if allowed.contains(found.module) { return nil }
        return Finding(file.path, found.line, "\(room) imports \(found.module)", instead: advice(room, found.module))
    }

    private static func advice(_ room: String, _ module: String) -> String {
        if room == "Host/Model" { return "Model imports nobody: move the type here, or the code to where it belongs" }
        if room == "Host/Conversation" { return "Say in Ports.swift what is needed, and let the adapter conform" }
        if room.hasPrefix("Plugins/") { return "A department sees SamvadKit and nothing else; ask the host by an effect or a value" }
        if module == "SamvadKit" { return "The kit is for authors; the host speaks through CLoader" }
        return "Siblings meet in a port of Conversation, or in Samvad's wiring"
    }

    /// Every target that has a folder.
    private static func isOfTheHouse(_ module: String) -> Bool { houseTargets.contains(module) }

    private static let houseTargets: Set<String> = {
        let house = House.standing
        return Set(["Host", "PluginAPI", "Plugins", "Tests"].flatMap { house.folders(in: $0) })
    }()
}

enum IncludeRules {
    struct Include: Sendable {
        let line: Int
        let name: String
        let isSystem: Bool
    }

    static func includes(of file: SourceFile) -> [Include] {
        guard !file.path.hasSuffix(".swift") else { return [] }
        return file.lines.compactMap { line in
            guard line.code.contains("#"), line.code.contains("include"),
                let found = line.text.firstMatch(of: #/^\s*#\s*include\s+([<"])([^>"]+)[>"]/#)
            else { return nil }
            return Include(line: line.number, name: String(found.2), isSystem: found.1 == "<")
        }
    }

    static func findings(in file: SourceFile, house: House) -> [Finding] {
        includes(of: file).compactMap { found in
            // Angle brackets are the system's; a header of the house written so must not slip through.
            guard let owner = owner(of: found.name, from: file, house: house) else {
                return found.isSystem
                    ? nil
                    : Finding(
                        file.path, found.line, "\"\(found.name)\" is no header of the house",
                        instead: "Write <\(found.name)> when it is the system's")
            }
            guard let allowed = Arrows.headers(of: file.room) else {
                return Finding(
                    file.path, found.line, "\(file.room) is in no row of the table of headers",
                    instead: "Add the room to Tests/Tidy/Arrows.swift")
            }
            if owner == file.room || allowed.contains(owner) { return nil }
            return Finding(
                file.path, found.line, "\(file.room) includes \(owner)'s \(found.name)",
                instead: "It may include its own headers, the system's, and those of \(allowed.sorted().joined(separator: ", "))")
        }
    }

    /// The room in which the header stands: beside the file, or under a room's `include`.
    private static func owner(of name: String, from file: SourceFile, house: House) -> String? {
        let beside = URL(fileURLWithPath: "/\(file.folder)/\(name)").standardized.path.dropFirst()
        if let found = house.file(String(beside)) { return found.room }
        return house.files(".h").first { $0.path.hasSuffix("/include/\(name)") }?.room
    }
}
