// Do the public C headers keep their promises to authors: comments, thread tags, every standard? Compiles into nowhere.
import Foundation
import Testing

@Suite("Public headers")
struct HeaderTests {
    private var headers: [SourceFile] { House.standing.files(".h", under: ["PluginAPI/CSamvad/include/"]) }

    @Test("each function pointer says in brackets on which thread it is called")
    func threadTags() { report(headers.flatMap(HeaderRules.tagFindings)) }

    @Test("at least half of the headers' lines speak to people")
    func commentShare() {
        let read = headers.flatMap(\.lines).filter { !$0.isBlank }
        let comments = read.filter(\.hasComment).count
        #expect(comments * 2 >= read.count, "\(comments) of \(read.count) lines hold a comment")
    }

    @Test("all headers together can be read in an afternoon: under 1,500 lines")
    func length() { #expect(headers.reduce(0) { $0 + $1.lines.count } < 1_500) }

    @Test(
        "each header compiles by itself, in every C standard and in C++, without a warning or a hidden gap",
        arguments: HeaderRules.compilers)
    func compiles(_ compiler: HeaderRules.Compiler) throws {
        let folder = try ScratchFolder()
        // No header may be the main file: compilers read that one with other warnings.
        let user = try folder.write("void samvad_tidy(void);\n", to: "user.c").path
        for file in headers {
            let path = House.standing.root.appending(path: file.path).path
            let include = House.standing.root.appending(path: "PluginAPI/CSamvad/include").path
            let outcome = try Shell.run(
                [compiler.program, "-std=\(compiler.standard)"] + HeaderRules.warnings
                    + ["-fsyntax-only", "-I", include, "-include", path, "-x", compiler.language, user])
            #expect(outcome.status == 0, "\(file.path) with \(compiler.program) -std=\(compiler.standard):\n\(outcome.output)")
        }
    }

    @Test("a function pointer without its tag is found")
    func samples() {
        let text = """
            // [any] Said.
            void (*said)(void);
            // Two lines,
            // [worker] the second tagged.
            int *(*both)(int a,
                         int b);

            void (*bare)(void);
            // No tag.
            void (*untagged)(void);
            """
        let found = HeaderRules.tagFindings(in: SourceFile(path: "PluginAPI/CSamvad/include/a.h", text: text))
        #expect(found.map(\.line) == [8, 10])
    }
}

enum HeaderRules {
    struct Compiler: Sendable, CustomStringConvertible {
        let program: String
        let language: String
        let standard: String

        var description: String { "\(program) -std=\(standard)" }
    }

    static let compilers: [Compiler] =
        ["gcc", "clang"].flatMap { program in
            ["c11", "c17", "c2x"].map { Compiler(program: program, language: "c", standard: $0) }
        } + ["g++", "clang++"].map { Compiler(program: $0, language: "c++", standard: "c++17") }

    static let warnings = ["-Wall", "-Wextra", "-Wpadded", "-Wpedantic", "-Werror"]

    static let tags = ["[init]", "[worker]", "[any]"]

    /// Members that are function pointers; a typedef only names a type.
    static func tagFindings(in file: SourceFile) -> [Finding] {
        file.lines.indices.compactMap { index in
            let line = file.lines[index]
            guard line.code.contains("(*"), !line.code.contains("typedef"), let name = line.code.firstMatch(of: #/\(\*(\w+)\)\s*\(/#)
            else { return nil }
            var above = index - 1
            var comment = line.comment
            while above >= 0, file.lines[above].hasComment, !file.lines[above].hasCode {
                comment += file.lines[above].comment
                above -= 1
            }
            if tags.contains(where: comment.contains) { return nil }
            return Finding(
                file.path, line.number, "\(name.1) doesn't say on which thread it is called",
                instead: "Begin the comment above it with one of \(tags.joined(separator: " "))")
        }
    }
}
