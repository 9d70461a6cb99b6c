// Writes a department's manifest and catalogue into its module's note. Called by `samvad module pack`; reads files
// only.
import Foundation

/// What a department is made of, and where it lies.
public struct ModulePacker: Sendable {
    /// As in PluginAPI/CSamvad/include/samvad/version.h; a test holds them together.
    public static let abi = ModuleFile.ABI(major: 1, minor: 0)
    /// The largest service file is a form of 40 questions in three languages, some 60 KiB.
    static let fileBytesMax = 1 << 20

    /// The lists that departments share; nil: the folder `Lists` beside the department's.
    public var listsDirectory: URL?

    public init(listsDirectory: URL? = nil) { self.listsDirectory = listsDirectory }

    /// The module file: `object` with the note, or without an object a file that holds the note alone. Packing again
    /// replaces the note. Throws `CatalogueError` with everything that is wrong, or `ModuleFileError`.
    public func pack(directory: URL, object: [UInt8]?) throws -> [UInt8] {
        let catalogue = try catalogue(of: directory)
        let bytes = catalogue.canonical
        guard bytes.count <= ModuleFile.catalogueBytesMax else {
            throw ModuleFileError(
                .tooBig, "the catalogue has \(bytes.count) bytes, at most \(ModuleFile.catalogueBytesMax) are allowed")
        }
        let department = catalogue["department"]
        let manifest = JSON.object([
            "format": .integer(ModuleFile.format),
            "module": department?["id"] ?? .null,
            "version": department?["version"] ?? .null,
            "abi": .object(["major": .integer(Int64(Self.abi.major)), "minor": .integer(Int64(Self.abi.minor))]),
            "language": .string(object == nil ? "none" : language(of: directory, object: object ?? [])),
            "capabilities": department?["capabilities"] ?? .null,
            "catalogue_sha256": .string(bytes.sha256),
            "catalogue": catalogue,
        ])
        let packed = try ELF(object ?? ELF.empty)
            .adding(note: ModuleFile.note(description: manifest.canonical), named: ModuleFile.sectionName)
        _ = try ModuleFile.read(packed)
        return packed
    }

    /// The checked catalogue: `department`, `services` sorted by id, `strings`, and the `lists` that are referred to.
    public func catalogue(of directory: URL) throws(CatalogueError) -> JSON {
        var folder = Folder(root: directory)
        let listsRoot = listsDirectory ?? directory.deletingLastPathComponent().appendingPathComponent("Lists")
        var lists: [String: JSON] = [:]
        for name in folder.names(in: listsRoot, shown: "../Lists") {
            lists[name] = folder.json(listsRoot.appendingPathComponent(name + ".json"), shown: "../Lists/\(name).json")
        }
        let names = folder.names(
            in: directory.appendingPathComponent("Catalogue/services"), shown: "Catalogue/services")
        if names.isEmpty {
            folder.problem("Catalogue/services", "no service", expected: "at least one file <service_id>.json")
        }

        var check = CatalogueCheck(lists: lists)
        var services: [JSON] = []
        for name in names {
            let file = "Catalogue/services/\(name).json"
            guard let service = folder.json(directory.appendingPathComponent(file), shown: file) else { continue }
            check.service(service, file: file, id: name)
            services.append(service)
        }
        let department = folder.json(directory.appendingPathComponent("department.json"), shown: "department.json")
        if let department { check.department(department, services: Set(names)) }
        let stringsFile = "Catalogue/strings.json"
        let strings = folder.json(directory.appendingPathComponent(stringsFile), shown: stringsFile)
        if let strings { check.strings(strings, file: stringsFile) }
        let used = check.listsUsed
        for id in used.sorted() { if let list = lists[id] { check.list(list, id: id) } }

        let problems = folder.problems + check.problems
        guard problems.isEmpty, let department, let strings else { throw CatalogueError(problems: problems) }
        return .object([
            "department": department, "services": .array(services), "strings": strings,
            "lists": .object(lists.filter { used.contains($0.key) }),
        ])
    }

    /// By the sources in the folder; when only the catalogue is there, by what the object's old note says.
    private func language(of directory: URL, object: [UInt8]) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        if names.contains("Cargo.toml") { return "rust" }
        let languages = ["swift": "swift", "c": "c", "cpp": "cpp", "cc": "cpp", "rs": "rust"]
        let found = Set(names.compactMap { languages[URL(fileURLWithPath: $0).pathExtension] })
        if found.count == 1, let language = found.first { return language }
        return (try? ModuleFile.read(object))?.language ?? "other"
    }
}

/// Reads the department's files and remembers those that could not be read.
private struct Folder {
    let root: URL
    private(set) var problems: [CatalogueProblem] = []

    init(root: URL) { self.root = root }

    mutating func problem(_ file: String, _ found: String, expected: String) {
        problems.append(CatalogueProblem(file: file, field: "", found: found, expected: expected))
    }

    /// Names of the JSON files without their ending, sorted. Anything else in a catalogue's folder is a problem: it
    /// would silently stay behind.
    mutating func names(in directory: URL, shown: String) -> [String] {
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
        for file in files where !file.hasSuffix(".json") && !file.hasPrefix(".") {
            problem("\(shown)/\(file)", "a file of another kind", expected: "only .json files here")
        }
        return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    mutating func json(_ url: URL, shown: String) -> JSON? {
        guard let contents = try? Data(contentsOf: url) else {
            problem(shown, "missing or unreadable", expected: "a JSON file")
            return nil
        }
        guard contents.count <= ModulePacker.fileBytesMax else {
            problem(shown, "\(contents.count) bytes", expected: "at most \(ModulePacker.fileBytesMax)")
            return nil
        }
        do throws(JSONError) { return try JSON.read([UInt8](contents)) } catch {
            problem(shown, "\(error)", expected: "JSON")
            return nil
        }
    }
}
