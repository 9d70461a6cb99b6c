// What a module says about itself, read from its note without running any of its code. Called by the host, the kit and
// the packer; pure; any thread.
import Crypto
import Foundation

/// The manifest and catalogue of one module file.
public struct ModuleFile: Sendable, Equatable {
    public struct ABI: Sendable, Equatable {
        public var major: Int
        public var minor: Int
    }

    public struct Capabilities: Sendable, Equatable {
        public var required: [String]
        public var optional: [String]
    }

    public var module: String
    public var version: String
    public var abi: ABI
    /// `c`, `cpp`, `swift`, `rust`, `other`; `none` when there is no code to load.
    public var language: String
    public var capabilities: Capabilities
    /// Canonical JSON: `department`, `services`, `strings`, `lists`.
    public var catalogueJSON: Data
    /// Of the whole file, lower-case hex: the module's address in the host.
    public var sha256: String

    /// False when the department is a catalogue alone.
    public var hasCode: Bool { language != "none" }

    static let sectionName = ".note.samvad"
    /// As the assembler writes a note's name: with its NUL, which `namesz` counts.
    static let noteName = Array("Samvad\0".utf8)
    static let noteType: UInt32 = 1
    static let format: Int64 = 1
    static let languages = ["c", "cpp", "swift", "rust", "other", "none"]
    /// A hundred services with all sentences in three languages take about 2 MiB.
    public static let catalogueBytesMax = 8 << 20
    /// Manifest without catalogue.
    static let manifestBytesMax = 64 << 10

    public static func read(_ bytes: [UInt8]) throws(ModuleFileError) -> ModuleFile {
        let elf = try ELF(bytes)
        let notes = elf.sections.filter { $0.name == sectionName }
        guard let note = notes.first else {
            throw ModuleFileError(.noNote, "no section \(sectionName): pack it with `samvad module pack`")
        }
        guard notes.count == 1, note.type == ELF.typeNote else {
            throw ModuleFileError(.badNote, "\(sectionName) must be one section of type note, found \(notes.count)")
        }
        let range = try elf.contents(of: note, "the notes")
        return try ModuleFile(manifest: description(in: bytes[range]), of: bytes)
    }

    /// The description of the section's one record: sizes of name and description, type, both padded to four bytes.
    private static func description(in note: ArraySlice<UInt8>) throws(ModuleFileError) -> [UInt8] {
        let note = Array(note)
        guard note.count <= catalogueBytesMax + manifestBytesMax else {
            throw ModuleFileError(
                .tooBig, "the note has \(note.count) bytes; a catalogue has at most \(catalogueBytesMax)")
        }
        let start = 12 + aligned(noteName.count)
        guard note.count >= start else { throw ModuleFileError(.badNote, "the note ends inside its head") }
        let nameSize: UInt32 = ELF.load(note, 0)
        let size = Int(ELF.load(note, 4) as UInt32)
        let type: UInt32 = ELF.load(note, 8)
        guard nameSize == noteName.count, note[12...].starts(with: noteName), type == noteType else {
            throw ModuleFileError(.badNote, "the note is not named Samvad with type \(noteType)")
        }
        guard size <= note.count - start, aligned(size) == note.count - start else {
            throw ModuleFileError(.badNote, "a description of \(size) bytes in a note of \(note.count)")
        }
        return Array(note[start..<start + size])
    }

    static func note(description: [UInt8]) -> [UInt8] {
        var note = [UInt8](repeating: 0, count: 12)
        ELF.store(UInt32(noteName.count), into: &note, 0)
        ELF.store(UInt32(description.count), into: &note, 4)
        ELF.store(noteType, into: &note, 8)
        note += noteName + [UInt8](repeating: 0, count: aligned(noteName.count) - noteName.count)
        return note + description + [UInt8](repeating: 0, count: aligned(description.count) - description.count)
    }

    private static func aligned(_ count: Int) -> Int { (count + 3) & ~3 }

    private init(manifest bytes: [UInt8], of file: [UInt8]) throws(ModuleFileError) {
        let manifest: JSON
        do throws(JSONError) { manifest = try JSON.read(bytes) } catch {
            throw ModuleFileError(.badManifest, "the manifest is not JSON: \(error)")
        }
        func need<Value>(_ key: String, _ value: Value?) throws(ModuleFileError) -> Value {
            guard let value else { throw ModuleFileError(.badManifest, "`\(key)` is missing or of the wrong kind") }
            return value
        }
        let known: Set = [
            "abi", "capabilities", "catalogue", "catalogue_sha256", "format", "language", "module", "version",
        ]
        let unknown = try need("manifest", manifest.object).keys.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else { throw ModuleFileError(.badManifest, "unknown key `\(unknown[0])`") }
        guard manifest["format"] == .integer(Self.format) else {
            throw ModuleFileError(.badManifest, "`format` must be \(Self.format)")
        }
        module = try need("module", manifest["module"]?.string.flatMap { Rules.isModuleID($0) ? $0 : nil })
        version = try need("version", manifest["version"]?.string.flatMap { Rules.isVersion($0) ? $0 : nil })
        language = try need("language", manifest["language"]?.string.flatMap { Self.languages.contains($0) ? $0 : nil })
        let small = 0...Int64(UInt16.max)
        abi = ABI(
            major: Int(
                try need("abi.major", manifest["abi"]?["major"]?.integer.flatMap { small.contains($0) ? $0 : nil })),
            minor: Int(
                try need("abi.minor", manifest["abi"]?["minor"]?.integer.flatMap { small.contains($0) ? $0 : nil })))
        capabilities = Capabilities(
            required: try need("capabilities.required", manifest["capabilities"]?["required"]?.strings),
            optional: try need("capabilities.optional", manifest["capabilities"]?["optional"]?.strings))
        let catalogue = try need("catalogue", manifest["catalogue"].flatMap { $0.object == nil ? nil : $0 }).canonical
        let hash = try need("catalogue_sha256", manifest["catalogue_sha256"]?.string)
        guard hash == catalogue.sha256 else {
            throw ModuleFileError(.hashMismatch, "the catalogue is not the one whose hash the manifest names")
        }
        catalogueJSON = Data(catalogue)
        sha256 = file.sha256
    }
}

extension JSON {
    /// An array of strings, or nil.
    var strings: [String]? {
        guard let values = array else { return nil }
        let texts = values.compactMap(\.string)
        return texts.count == values.count ? texts : nil
    }
}

extension [UInt8] {
    /// Lower-case hex.
    var sha256: String {
        let digits = [Character]("0123456789abcdef")
        return String(SHA256.hash(data: self).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
