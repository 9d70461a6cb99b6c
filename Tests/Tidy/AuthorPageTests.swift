// Does what PluginAPI/README.md shows to authors really compile? Extracts its marked blocks and runs the compilers.
import Foundation
import Testing

@Suite("The page for authors")
struct AuthorPageTests {
    private let house = House.standing

    @Test("every C example on the authors' page compiles without a warning")
    func cExamples() throws {
        let include = house.root.appending(path: "PluginAPI/CSamvad/include").path
        let blocks = try Self.blocks().filter { $0.language == "c" }
        #expect(!blocks.isEmpty, "PluginAPI/README.md shows no ```c block with a file name")
        for block in blocks {
            let folder = try ScratchFolder()
            let file = try folder.write(block.text, to: block.fileName)
            let outcome = try Shell.run(
                ["clang", "-std=c11", "-I", include, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", file.path])
            #expect(outcome.status == 0, "PluginAPI/README.md:\(block.line): \(block.fileName)\n\(outcome.output)")
        }
    }

    @Test("every Swift example on the authors' page compiles against the kit without a warning")
    func swiftExamples() throws {
        let blocks = try Self.blocks().filter { $0.language == "swift" }
        #expect(!blocks.isEmpty, "PluginAPI/README.md shows no ```swift block with a file name")
        let folder = try ScratchFolder()
        let include = house.root.appending(path: "PluginAPI/CSamvad/include").path
        let kit = house.files(".swift", under: ["PluginAPI/SamvadKit/"]).map { house.root.appending(path: $0.path).path }
        // The same settings as Scripts/build-module's, without code generation.
        let settings = ["-swift-version", "6", "-parse-as-library", "-enable-upcoming-feature", "ExistentialAny", "-I", include]
        let module = folder.url.appending(path: "SamvadKit.swiftmodule").path
        let made = try Shell.run(["swiftc"] + settings + ["-emit-module", "-module-name", "SamvadKit", "-o", module] + kit)
        try #require(made.status == 0, "\(made.output)")
        for block in blocks {
            let file = try folder.write(block.text, to: block.fileName)
            let outcome = try Shell.run(
                ["swiftc"] + settings + ["-warnings-as-errors", "-I", folder.url.path, "-typecheck", file.path])
            #expect(outcome.status == 0, "PluginAPI/README.md:\(block.line): \(block.fileName)\n\(outcome.output)")
        }
    }

    @Test("every JSON example on the authors' page can be parsed and speaks three languages")
    func jsonExamples() throws {
        for block in try Self.blocks() where block.language == "json" {
            let file = SourceFile(path: "Plugins/\(block.fileName)", text: block.text)
            #expect(throws: Never.self, "PluginAPI/README.md:\(block.line)") { try CatalogueRules.json(file) }
            report(CatalogueRules.languageFindings(in: file))
        }
    }

    @Test("only blocks that are marked with a file name are taken from a page")
    func samples() {
        let page = """
            ```c
            not taken
            ```
            ```c clinic.c
            int a;
            ```
            ```json Catalogue/strings.json
            {}
            ```
            """
        let blocks = MarkedBlock.blocks(in: SourceFile(path: "README.md", text: page))
        #expect(blocks.map(\.fileName) == ["clinic.c", "Catalogue/strings.json"])
        #expect(blocks.map(\.text) == ["int a;\n", "{}\n"])
        #expect(blocks.map(\.line) == [5, 8])
    }

    private static func blocks() throws -> [MarkedBlock] {
        MarkedBlock.blocks(in: try #require(House.standing.file("PluginAPI/README.md")))
    }
}

/// A fenced block whose first line names the file that the author would write: ```c clinic.c
struct MarkedBlock: Sendable {
    let language: String
    let fileName: String
    /// Where its text begins.
    let line: Int
    let text: String

    static func blocks(in file: SourceFile) -> [MarkedBlock] {
        var blocks: [MarkedBlock] = []
        var open: (words: [String], line: Int, text: String)?
        for line in file.lines {
            if let block = open, line.text.hasPrefix("```") {
                if block.words.count == 2 {
                    blocks.append(MarkedBlock(language: block.words[0], fileName: block.words[1], line: block.line, text: block.text))
                }
                open = nil
            } else if open != nil {
                open?.text += line.text + "\n"
            } else if line.text.hasPrefix("```") {
                open = (line.text.dropFirst(3).split(separator: " ").map(String.init), line.number + 1, "")
            }
        }
        return blocks
    }
}
