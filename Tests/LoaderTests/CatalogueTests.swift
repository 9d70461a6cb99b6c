// An author who breaks a rule of the catalogue is told where, what was found and what would be right, all at once.
import Foundation
import Testing

@testable import Loader

@Suite struct CatalogueTests {
    @Test("the small department obeys the rules")
    func right() throws {
        #expect(try Fixture().problems() == [])
    }

    struct Slip: Sendable {
        var file = "fire_licence.json"
        var replace: String
        var with: String
        var field: String
    }

    static let slips = [
        Slip(replace: #""portal":null"#, with: #""portal":"other""#, field: "portal"),
        Slip(replace: #""portal":null,"#, with: "", field: "portal"),
        Slip(replace: #""portal":null"#, with: #""portal":null,"gate":1"#, field: "gate"),
        Slip(replace: #""hooks":["submit"]"#, with: #""hooks":["send"]"#, field: "hooks[0]"),
        Slip(replace: #""hooks":["submit"]"#, with: #""hooks":["submit","submit"]"#, field: "hooks[1]"),
        Slip(replace: #""type":"number""#, with: #""type":"digits""#, field: "fields[2].type"),
        Slip(replace: #""type":"number""#, with: #""type":"yes_no""#, field: "fields[2].min"),
        Slip(replace: #""field":"kind""#, with: #""field":"seats""#, field: "fields[2].when.field"),
        Slip(replace: #""field":"kind""#, with: #""field":"nobody""#, field: "fields[2].when.field"),
        Slip(replace: #""in":["hall"]"#, with: #""in":["tent"]"#, field: "fields[2].when.in"),
        Slip(replace: #""id":"seats""#, with: #""id":"kind""#, field: "fields[2].id"),
        Slip(replace: #""id":"hall""#, with: #""id":"shop""#, field: "fields[0].options[1].id"),
        Slip(replace: #""id":"plan""#, with: #""id":"kind""#, field: "documents[0].id"),
        Slip(replace: #""accepts":["photo","pdf"]"#, with: #""accepts":[]"#, field: "documents[0].accepts"),
        Slip(replace: #""accepts":["#, with: #""portrait":true,"accepts":["#, field: "documents[0].accepts"),
        Slip(replace: #""min":1"#, with: #""min":901"#, field: "fields[2].min"),
        Slip(replace: #""paise":500"#, with: #""paise":5,"quoted":true"#, field: "fee"),
        Slip(replace: #""paise":500"#, with: #""paise":-5"#, field: "fee.paise"),
        Slip(replace: #""paise":500"#, with: #""rate":"Fee!""#, field: "fee.rate"),
        Slip(replace: #""id":"fire_licence""#, with: #""id":"other""#, field: "id"),
        Slip(replace: #""en":"For shops","#, with: "", field: "summary.en"),
        Slip(replace: #""en":"For shops""#, with: #""en":" ""#, field: "summary.en"),
        Slip(replace: #""en":"For shops""#, with: #""en":"For {what} shops""#, field: "summary"),
        Slip(
            replace: #""en":"Licence""#, with: #""en":"A licence for shops and halls""#, field: "title.en"),
        Slip(
            replace: #""en":"Which kind?""#, with: #""en":"\#(String(repeating: "so ", count: 40))""#,
            field: "fields[0].ask.en"),
        Slip(file: "department.json", replace: #"["fire_licence"]"#, with: #"["gone"]"#, field: "menu[0].services[0]"),
        Slip(file: "department.json", replace: "1.2.3", with: "1.2", field: "version"),
        Slip(file: "department.json", replace: #""fire""#, with: #""Fire""#, field: "id"),
        Slip(file: "department.json", replace: "samvad.log/1", with: "log", field: "capabilities.optional[0]"),
        Slip(file: "Lists/district.json", replace: #""south""#, with: #""so uth""#, field: "entries[0].id"),
        Slip(file: "strings.json", replace: #""hello""#, with: #""Hello""#, field: "Hello"),
        Slip(file: "strings.json", replace: "{", with: "", field: ""),
    ]

    @Test("each slip is found where it was made", arguments: slips)
    func slip(_ slip: Slip) throws {
        let problems = try Fixture { file, text in
            guard file.hasSuffix(slip.file) else { return text }
            guard let range = text.range(of: slip.replace) else { return "the slip finds nothing to replace" }
            return text.replacingCharacters(in: range, with: slip.with)
        }.problems()
        #expect(
            problems.contains { $0.file.hasSuffix(slip.file) && $0.field == slip.field && !$0.expected.isEmpty },
            "\(problems.map(\.description))")
    }

    @Test("all problems come at once")
    func allAtOnce() throws {
        let problems = try Fixture { _, text in
            text.replacingOccurrences(of: #""action":"apply""#, with: #""action":"dance""#)
                .replacingOccurrences(of: #""min":1"#, with: #""min":"one""#)
                .replacingOccurrences(of: "1.2.3", with: "one")
        }.problems()
        #expect(Set(problems.map(\.field)) == ["action", "fields[2].min", "version"])
    }

    @Test("canonical JSON has sorted keys, no spaces, plain slashes and letters as they are")
    func canonical() throws {
        let text = " { \"b\\u0001\" : [ 1 , -2 , true , null ] , \"a/é\" : \"\\/ \\\" \\\\ \\n \\ud83d\\ude00 क\" } "
        let value = try JSON.read(Array(text.utf8))
        #expect(
            String(decoding: value.canonical, as: UTF8.self)
                == "{\"a/é\":\"/ \\\" \\\\ \\n 😀 क\",\"b\\u0001\":[1,-2,true,null]}")
        #expect(try JSON.read(value.canonical) == value)
    }

    static let notJSON = [
        "1.5", "1e3", "01", "+1", "--1", "9223372036854775808", "tru", "\"\u{1}\"", "\"\\x\"", "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "[1,]", "{\"a\":1,}", "{a:1}", "[1 2]", "1 2", "", "\"", "{\"a\"", "\"\\u12\"",
    ]

    @Test("what is not strict JSON is refused with its line and column", arguments: notJSON)
    func strict(text: String) {
        #expect(throws: JSONError.self) { try JSON.read(Array(text.utf8)) }
    }

    @Test("invalid UTF-8 in a text is refused")
    func invalidUTF8() {
        #expect(throws: JSONError.self) { try JSON.read([UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")]) }
    }

    @Test("the project's own departments obey the rules")
    func ownDepartments() throws {
        let plugins = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Plugins")
        for name in try FileManager.default.contentsOfDirectory(atPath: plugins.path).sorted() {
            let directory = plugins.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: directory.appendingPathComponent("department.json").path)
            else {
                continue
            }
            do throws(CatalogueError) { _ = try ModulePacker().catalogue(of: directory) } catch {
                Issue.record("\(name): \(error)")
            }
        }
    }
}
