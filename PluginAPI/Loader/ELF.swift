// The part of ELF64 that the note needs: section headers read with every bound checked, and one section appended.
// The bytes may be hostile: each offset is checked before it is followed. Called by ModuleFile and ModulePacker; pure.

/// A module file that can't be trusted or used, and what was wrong with it.
public struct ModuleFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case notELF = "not_elf"
        case wrongMachine = "wrong_machine"
        case damaged
        case noNote = "no_note"
        case badNote = "bad_note"
        case badManifest = "bad_manifest"
        case hashMismatch = "hash_mismatch"
        case tooBig = "too_big"
    }

    public var code: Code
    public var reason: String
    public var description: String { "\(code.rawValue): \(reason)" }

    init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

struct ELF {
    static let headerSize = 64
    static let sectionHeaderSize = 64
    /// A linked module has about 30 sections; with debugging information under 60.
    static let sectionsMax = 1024
    /// A section's name has tens of bytes.
    static let namesBytesMax = 64 << 10
    /// With debugging information and a static runtime a module has some 100 MB; the reader holds it whole in memory.
    static let fileBytesMax = 256 << 20

    struct Section {
        var header: [UInt8]
        var name: String

        var type: UInt32 { ELF.load(header, 4) }
        var offset: UInt64 { ELF.load(header, 24) }
        var size: UInt64 { ELF.load(header, 32) }

        mutating func place(name: UInt32, offset: Int, size: Int) {
            ELF.store(name, into: &header, 0)
            ELF.store(UInt64(offset), into: &header, 24)
            ELF.store(UInt64(size), into: &header, 32)
        }
    }

    static let typeNoBits: UInt32 = 8
    static let typeNote: UInt32 = 7
    static let typeNames: UInt32 = 3

    private(set) var bytes: [UInt8]
    private(set) var sections: [Section]
    private let namesIndex: Int

    init(_ bytes: [UInt8]) throws(ModuleFileError) {
        self.bytes = bytes
        try Self.checkHeader(bytes)
        let start: UInt64 = Self.load(bytes, 40)
        let size: UInt16 = Self.load(bytes, 58)
        let count: UInt16 = Self.load(bytes, 60)
        namesIndex = Int(Self.load(bytes, 62) as UInt16)
        guard size == Self.sectionHeaderSize else {
            throw ModuleFileError(.damaged, "a section header must have 64 bytes, this file says \(size)")
        }
        guard (1...Self.sectionsMax).contains(Int(count)), namesIndex < count else {
            throw ModuleFileError(.damaged, "\(count) sections with names in section \(namesIndex) can't be")
        }
        let table = try Self.range(
            start, UInt64(count) * UInt64(Self.sectionHeaderSize), bytes.count, "the section headers")
        sections = (0..<Int(count)).map { index in
            let from = table.lowerBound + index * Self.sectionHeaderSize
            return Section(header: Array(bytes[from..<from + Self.sectionHeaderSize]), name: "")
        }
        let names = try contents(of: sections[namesIndex], "the section names")
        guard names.count <= Self.namesBytesMax else {
            throw ModuleFileError(
                .damaged, "\(names.count) bytes of section names, at most \(Self.namesBytesMax) are read")
        }
        for index in sections.indices {
            sections[index].name = try Self.name(at: Self.load(sections[index].header, 0), in: bytes[names])
        }
    }

    private static func checkHeader(_ bytes: [UInt8]) throws(ModuleFileError) {
        guard bytes.count <= fileBytesMax else {
            throw ModuleFileError(.tooBig, "\(bytes.count) bytes, at most \(fileBytesMax) are read")
        }
        guard bytes.count >= headerSize, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw ModuleFileError(.notELF, "the file does not begin as an ELF file")
        }
        guard bytes[4] == 2, bytes[5] == 1, bytes[6] == 1 else {
            throw ModuleFileError(.notELF, "only 64-bit little-endian ELF of version 1 is a module")
        }
        let type: UInt16 = load(bytes, 16)
        guard type == 3 else {
            throw ModuleFileError(.notELF, "a module is a shared object, ELF type 3, this is \(type)")
        }
        let machine: UInt16 = load(bytes, 18)
        guard machine == Self.machine else {
            throw ModuleFileError(.wrongMachine, "built for ELF machine \(machine), this host is \(Self.machine)")
        }
    }

    #if arch(x86_64)
        static let machine: UInt16 = 62
    #elseif arch(arm64)
        static let machine: UInt16 = 183
    #endif

    /// Where the section's bytes lie.
    func contents(of section: Section, _ what: String) throws(ModuleFileError) -> Range<Int> {
        guard section.type != Self.typeNoBits else {
            throw ModuleFileError(.damaged, "\(what) have no bytes in the file")
        }
        return try Self.range(section.offset, section.size, bytes.count, what)
    }

    private static func range(
        _ offset: UInt64, _ size: UInt64, _ count: Int, _ what: String
    ) throws(ModuleFileError) -> Range<Int> {
        let (end, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, end <= UInt64(count) else {
            throw ModuleFileError(
                .damaged, "\(what) are said to lie at \(offset), \(size) bytes, in a file of \(count)")
        }
        return Int(offset)..<Int(end)
    }

    private static func name(at offset: UInt32, in names: ArraySlice<UInt8>) throws(ModuleFileError) -> String {
        guard UInt64(offset) < UInt64(names.count),
            let end = names[(names.startIndex + Int(offset))...].firstIndex(of: 0)
        else { throw ModuleFileError(.damaged, "a section's name is said to lie at \(offset), outside of the names") }
        return String(decoding: names[(names.startIndex + Int(offset))..<end], as: UTF8.self)
    }
}

// MARK: - Writing

extension ELF {
    /// The smallest shared object: no code, no segments. What a department without code is packed into.
    static var empty: [UInt8] {
        let names = Array("\0.shstrtab\0".utf8)
        let headersStart = aligned(headerSize + names.count)
        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: headerSize - 7)
        store(UInt16(3), into: &file, 16)
        store(machine, into: &file, 18)
        store(UInt32(1), into: &file, 20)
        store(UInt64(headersStart), into: &file, 40)
        store(UInt16(headerSize), into: &file, 52)
        store(UInt16(56), into: &file, 54)
        store(UInt16(sectionHeaderSize), into: &file, 58)
        store(UInt16(2), into: &file, 60)
        store(UInt16(1), into: &file, 62)
        file += names
        pad(&file)
        var section = Section(header: [UInt8](repeating: 0, count: sectionHeaderSize), name: "")
        file += section.header
        store(typeNames, into: &section.header, 4)
        store(UInt64(1), into: &section.header, 48)
        section.place(name: 1, offset: headerSize, size: names.count)
        return file + section.header
    }

    /// The file with one more section, of type note, not loaded: first its bytes, then all names, then all headers.
    /// What is loaded keeps its place. A section of that name that is there already is replaced.
    func adding(note: [UInt8], named name: String) -> [UInt8] {
        var file = withoutTail(named: name)
        var kept = sections
        let names = kept[namesIndex].name
        kept.removeAll { $0.name == name }
        Self.pad(&file)
        var added = Section(header: [UInt8](repeating: 0, count: Self.sectionHeaderSize), name: name)
        Self.store(Self.typeNote, into: &added.header, 4)
        Self.store(UInt64(4), into: &added.header, 48)
        added.place(name: 0, offset: file.count, size: note.count)
        kept.append(added)
        file += note

        var table: [UInt8] = [0]
        let starts = kept.map { section -> UInt32 in
            guard !section.name.isEmpty else { return 0 }
            defer { table += Array(section.name.utf8) + [0] }
            return UInt32(table.count)
        }
        for index in kept.indices {
            Self.store(starts[index], into: &kept[index].header, 0)
            guard kept[index].name == names, kept[index].type == Self.typeNames else { continue }
            kept[index].place(name: starts[index], offset: file.count, size: table.count)
        }
        let namesPosition = kept.firstIndex { $0.name == names && $0.type == Self.typeNames } ?? 0
        file += table
        Self.pad(&file)
        Self.store(UInt64(file.count), into: &file, 40)
        Self.store(UInt16(kept.count), into: &file, 60)
        Self.store(UInt16(namesPosition), into: &file, 62)
        for section in kept { file += section.header }
        return file
    }

    /// Packing again must not let the file grow: what the last packing appended is cut off, if nothing else lies there.
    private func withoutTail(named name: String) -> [UInt8] {
        guard let old = sections.first(where: { $0.name == name })?.offset else { return bytes }
        let others = sections.enumerated().filter { $0.offset != namesIndex && $0.element.name != name }.map(\.element)
        let isTail = others.allSatisfy { $0.type == Self.typeNoBits || $0.offset <= old && $0.size <= old - $0.offset }
        return isTail && old >= UInt64(Self.headerSize) && old <= UInt64(bytes.count)
            ? Array(bytes[..<Int(old)]) : bytes
    }

    static func aligned(_ count: Int) -> Int { (count + 7) & ~7 }

    private static func pad(_ file: inout [UInt8]) {
        file += [UInt8](repeating: 0, count: aligned(file.count) - file.count)
    }

    /// Little-endian, byte by byte: no alignment is promised. The caller has checked the bound.
    static func load<Number: FixedWidthInteger>(_ bytes: [UInt8], _ offset: Int) -> Number {
        (0..<MemoryLayout<Number>.size).reversed().reduce(0) {
            $0 << 8 | Number(truncatingIfNeeded: bytes[offset + $1])
        }
    }

    static func store<Number: FixedWidthInteger>(_ number: Number, into bytes: inout [UInt8], _ offset: Int) {
        for index in 0..<MemoryLayout<Number>.size {
            bytes[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * Number(index)))
        }
    }
}
