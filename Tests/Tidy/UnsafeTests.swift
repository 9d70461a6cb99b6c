// Does each place that leaves the compiler's protection say why? Run by the test runner; reads files only.
import Testing

@Suite("Unsafe places")
struct UnsafeTests {
    @Test("an unchecked promise, a forced cast or a deliberate stop carries its reason")
    func reasons() { report(House.standing.sources.flatMap(UnsafeRules.reasonFindings)) }

    @Test("addresses stay in the files that the design allows them, elsewhere each says why on its line")
    func pointers() { report(House.standing.sources.flatMap(UnsafeRules.pointerFindings)) }

    @Test("every file on the list of those with addresses is still there and still has some")
    func listIsAlive() {
        let house = House.standing
        for path in UnsafeRules.pointers.keys.sorted() {
            let file = house.file(path)
            #expect(file?.lines.contains { $0.code.contains("Pointer") || $0.code.contains("Unsafe") } == true, "\(path)")
        }
    }

    @Test("a reason counts on its line or right above, and nowhere else")
    func samples() {
        func count(_ text: String) -> Int {
            UnsafeRules.reasonFindings(in: SourceFile(path: "Host/Model/A.swift", text: text)).count
        }
        #expect(count("let a = try! b()") == 1)
        #expect(count("let a = try! b()  // b never fails on a literal") == 0)
        #expect(count("// b never fails on a literal\nlet a = try! b()\nlet c = try! b()") == 0)
        #expect(count("// far away\nlet x = 1\nlet a = try! b()") == 1)
        #expect(count("let text = \"try! it\"") == 0)
    }
}
