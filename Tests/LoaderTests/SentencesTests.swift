// What the departments' code says and what their catalogues can say are the same; so are the packer's ABI and the header's.
import Foundation
import Testing

@testable import Loader

@Suite struct SentencesTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Keys that the host uses by itself.
    static let hostKeys: Set = ["delivered", "not_found"]

    @Test("every sentence a department's code asks for is in its catalogue, and none is there in vain")
    func sentences() throws {
        let plugins = Self.root.appendingPathComponent("Plugins")
        for name in try FileManager.default.contentsOfDirectory(atPath: plugins.path).sorted() {
            let directory = plugins.appendingPathComponent(name)
            let sources = ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? [])
                .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") }
            guard !sources.isEmpty, let catalogue = try? ModulePacker().catalogue(of: directory) else { continue }
            let code = try sources.sorted().map {
                try String(contentsOf: directory.appendingPathComponent($0), encoding: .utf8)
            }.joined()
            let services = catalogue["services"]?.array ?? []
            let known = services.reduce(into: Self.hostKeys) { $0.formUnion(($1["messages"]?.object ?? [:]).keys) }
            for match in code.matches(of: #/Message\("([a-z0-9_]+)"/#) {
                #expect(known.contains(String(match.1)), "\(name): no service has the sentence \(match.1)")
            }
            for key in known.subtracting(Self.hostKeys).sorted() {
                let stem = key.hasSuffix("_no_reason") ? String(key.dropLast(10)) : key
                #expect(code.contains("\"\(stem)\""), "\(name): no code says \(key)")
            }
        }
    }

    @Test("the packer writes the header's ABI numbers")
    func abi() throws {
        let header = Self.root.appendingPathComponent("PluginAPI/CSamvad/include/samvad/version.h")
        let text = try String(contentsOf: header, encoding: .utf8)
        #expect(text.contains("#define SAMVAD_ABI_MAJOR \(ModulePacker.abi.major)\n"))
        #expect(text.contains("#define SAMVAD_ABI_MINOR \(ModulePacker.abi.minor)\n"))
    }
}
