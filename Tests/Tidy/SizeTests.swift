// Are files, functions and lines short enough to be read? Run by the test runner; reads files only.
import Testing

@Suite("Sizes")
struct SizeTests {
    @Test("no file is longer than one sitting: 500 lines, tests 800, data and pages 600")
    func files() {
        let read = House.standing.files(
            ".swift", ".c", ".h", ".cpp", ".rs", ".json", ".html", ".css", ".js", ".svg",
            under: ["Host/", "PluginAPI/", "Plugins/", "Tests/", "Package.swift"])
        report(read.flatMap(SizeRules.fileFindings))
    }

    @Test("no function is longer than 70 lines")
    func functions() { report(House.standing.sources.flatMap(SizeRules.functionFindings)) }

    @Test("no line is wider than 140 columns")
    func lines() {
        let read = House.standing.files(
            ".swift", ".c", ".h", ".cpp", ".rs", ".html", ".css", ".js",
            under: ["Host/", "PluginAPI/", "Plugins/", "Tests/", "Package.swift"])
        let wide = read.reduce(0) { $0 + $1.lines.filter { $0.text.count > SizeRules.columnsWanted }.count }
        print("Tidy: \(wide) lines are wider than \(SizeRules.columnsWanted) columns, which is allowed")
        report(read.flatMap(SizeRules.lineFindings))
    }

    @Test("braces in strings and comments don't mislead the count of a function's lines")
    func swiftFunctions() {
        let file = SourceFile(
            path: "Host/Model/A.swift",
            text: #"""
                protocol P { func none() }
                struct A {
                    var stored = 1
                    var computed: Int { 2 }
                    init(a: Int = { 3 }()) {
                        print("} \(a.map { "}" }) {")  // }
                    }
                    func long<T>(
                        a: T
                    ) throws
                        -> Int
                    {
                        /* } /* } */ */
                        #"}"#
                    }
                }
                """#)
        let functions = FunctionReader.functions(in: file)
        #expect(functions.map(\.name) == ["var computed", "init", "func long"])
        #expect(functions.map(\.linesCount) == [1, 3, 8])
    }

    @Test("functions in C are found behind declarations, tables and extern blocks")
    func cFunctions() {
        let file = SourceFile(
            path: "Host/Worker/a.c",
            text: """
                #define X(a) { a }
                extern "C" {
                static const int table[] = {1, 2};
                int declared(int a);
                static int
                two(int a) {
                  if (a) { return '}'; }
                  return 1; // }
                }
                typedef struct a { int b; } a_t;
                void one(void) { }
                }
                """)
        let functions = FunctionReader.functions(in: file)
        #expect(functions.map(\.name) == ["two", "one"])
        #expect(functions.map(\.linesCount) == [5, 1])
    }
}
