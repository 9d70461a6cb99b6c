// A small department on disk for the packer's tests, made fresh for each test and removed after it.
import Foundation

@testable import Loader

struct Fixture: ~Copyable {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("samvad-loader-\(UUID().uuidString)")
    var directory: URL { root.appendingPathComponent("Fire") }

    static let department = """
        {"id":"fire","version":"1.2.3","name":\(sentence("Fire Service")),"welcome":\(sentence("Welcome")),
        "menu":[{"title":\(sentence("Licence")),"services":["fire_licence"]}],
        "capabilities":{"required":[],"optional":["samvad.log/1"]}}
        """
    static let service = """
        {"id":"fire_licence","action":"apply","title":\(sentence("Licence")),"name":\(sentence("Fire licence")),
        "summary":\(sentence("For shops")),"issuer":\(sentence("Fire office")),
        "samples":{"hi":["अनुमति"],"en":["fire licence"],"hi-Latn":["anumati"]},"keywords":["fire"],
        "statutory_days":null,"fee":{"paise":500},"portal":null,"hooks":["submit"],"legal_basis":"Act",
        "purpose":\(sentence("To decide")),"retention_days":30,
        "fields":[{"id":"kind","type":"choice","label":\(sentence("Kind")),"ask":\(sentence("Which kind?")),
        "options":[{"id":"shop","label":\(sentence("Shop"))},{"id":"hall","label":\(sentence("Hall"))}]},
        {"id":"zone","type":"district","label":\(sentence("Zone")),"ask":\(sentence("Where?"))},
        {"id":"seats","type":"number","label":\(sentence("Seats")),"ask":\(sentence("How many?")),"min":1,"max":900,
        "when":{"field":"kind","in":["hall"]}}],
        "documents":[{"id":"plan","label":\(sentence("Plan")),"ask":\(sentence("Send it")),"accepts":["photo","pdf"]}],
        "messages":{"kept":\(sentence("Kept until {day} / a \\\\ b"))}}
        """
    static let list = #"{"id":"district","entries":[{"id":"south","label":\#(sentence("South")),"also":["दक्षिण"]}]}"#
    static let unusedList = #"{"id":"state","entries":[{"id":"goa","label":\#(sentence("Goa"))}]}"#

    static func sentence(_ text: String) -> String { #"{"hi":"\#(text)","en":"\#(text)","hi-Latn":"\#(text)"}"# }

    /// `edit` may change a file's text before it is written, by its path in the department.
    init(_ edit: (_ file: String, _ text: String) -> String = { $1 }) throws {
        let files = [
            "Fire/department.json": Self.department, "Fire/Catalogue/services/fire_licence.json": Self.service,
            "Fire/Catalogue/strings.json": #"{"hello":\#(Self.sentence("Hello"))}"#,
            "Lists/district.json": Self.list, "Lists/state.json": Self.unusedList,
        ]
        for (path, text) in files {
            let url = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try edit(path, text).write(to: url, atomically: false, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func pack(_ object: [UInt8]? = nil) throws -> [UInt8] {
        try ModulePacker().pack(directory: directory, object: object)
    }

    func problems() -> [CatalogueProblem] {
        do throws(CatalogueError) {
            _ = try ModulePacker().catalogue(of: directory)
            return []
        } catch { return error.problems }
    }
}
