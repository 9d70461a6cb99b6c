// What a module says about itself survives packing and reading, and no hostile file does more than be refused.
import Foundation
import Testing

@testable import Loader

@Suite struct ModuleFileTests {
    @Test("a packed catalogue is read back as it was written")
    func roundTrip() throws {
        let fixture = try Fixture()
        let bytes = try fixture.pack()
        let module = try ModuleFile.read(bytes)
        #expect(module.module == "fire")
        #expect(module.version == "1.2.3")
        #expect(module.abi == ModulePacker.abi)
        #expect(module.language == "none")
        #expect(!module.hasCode)
        #expect(module.capabilities == .init(required: [], optional: ["samvad.log/1"]))
        #expect(module.sha256 == bytes.sha256)
        let catalogue = try JSON.read([UInt8](module.catalogueJSON))
        #expect(catalogue == (try ModulePacker().catalogue(of: fixture.directory)))
        #expect(catalogue["services"]?.array?.count == 1)
        #expect(catalogue["lists"]?.object?.keys.sorted() == ["district"], "only lists that a service refers to")
        #expect([UInt8](module.catalogueJSON) == catalogue.canonical)
        #expect(!String(decoding: module.catalogueJSON, as: UTF8.self).contains("\\/"))
    }

    @Test("packing the same department twice gives the same bytes, and packing again does not let the file grow")
    func reproducible() throws {
        let fixture = try Fixture()
        let once = try fixture.pack(ELF.empty)
        #expect(try fixture.pack(ELF.empty) == once)
        #expect(try fixture.pack(once) == once)
    }

    @Test("a repacked module carries the new catalogue only")
    func repack() throws {
        let old = try Fixture().pack(ELF.empty)
        let new = try Fixture { $1.replacingOccurrences(of: "1.2.3", with: "1.3.0") }.pack(old)
        #expect(try ModuleFile.read(new).version == "1.3.0")
        #expect(!String(decoding: new, as: UTF8.self).contains("1.2.3"))
    }

    @Test("what is loaded of a shared object stays where it was", arguments: ["x86_64", "aarch64"])
    func keepsCode(machine: String) throws {
        guard let contents = FileManager.default.contents(atPath: "/lib/\(machine)-linux-gnu/libm.so.6") else { return }
        let object = [UInt8](contents)
        let packed = try Fixture().pack(object)
        // Only the header's words about section headers differ.
        #expect(packed[64..<object.count] == object[64...])
        #expect(packed[..<40] == object[..<40])
        #expect(try ModuleFile.read(packed).language == "other")
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("samvad-\(UUID().uuidString).so")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(packed).write(to: file)
        let handle = try #require(dlopen(file.path, RTLD_NOW | RTLD_LOCAL))
        #expect(dlsym(handle, "cos") != nil)
    }

    @Test("a file cut off at any byte is refused")
    func truncated() throws {
        let bytes = try Fixture().pack()
        for count in bytes.indices {
            #expect(throws: ModuleFileError.self, "cut at \(count)") { try ModuleFile.read(Array(bytes[..<count])) }
        }
    }

    @Test(
        "any single byte may be wrong: the file is refused or read, and the reader lives",
        arguments: [0x00, 0x7F, 0xFF])
    func damaged(value: Int) throws {
        let bytes = try Fixture().pack()
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] = UInt8(value)
            _ = try? ModuleFile.read(damaged)
        }
    }

    @Test("damaged bytes of the note itself are always noticed")
    func hashed() throws {
        let bytes = try Fixture().pack()
        let start = try #require(bytes.firstRange(of: Array("\"services\"".utf8))).lowerBound
        for index in start..<start + 400 where bytes[index] != UInt8(ascii: "x") {
            var damaged = bytes
            damaged[index] = UInt8(ascii: "x")
            #expect(throws: ModuleFileError.self) { try ModuleFile.read(damaged) }
        }
    }

    struct Lie: Sendable {
        var what: String
        var code: ModuleFileError.Code
        var tell: @Sendable (inout [UInt8], _ section: Int, _ note: Int) -> Void
    }

    static let lies = [
        Lie(what: "no ELF", code: .notELF) { bytes, _, _ in bytes[1] = 0 },
        Lie(what: "32 bits", code: .notELF) { bytes, _, _ in bytes[4] = 1 },
        Lie(what: "an executable", code: .notELF) { bytes, _, _ in ELF.store(UInt16(2), into: &bytes, 16) },
        Lie(what: "another machine", code: .wrongMachine) { bytes, _, _ in ELF.store(UInt16(8), into: &bytes, 18) },
        Lie(what: "headers past the end", code: .damaged) { bytes, _, _ in ELF.store(UInt64.max - 63, into: &bytes, 40)
        },
        Lie(what: "headers near the end", code: .damaged) { bytes, _, _ in
            ELF.store(UInt64(bytes.count - 8), into: &bytes, 40)
        },
        Lie(what: "too many sections", code: .damaged) { bytes, _, _ in ELF.store(UInt16.max, into: &bytes, 60) },
        Lie(what: "no section", code: .damaged) { bytes, _, _ in ELF.store(UInt16(0), into: &bytes, 60) },
        Lie(what: "names in no section", code: .damaged) { bytes, _, _ in ELF.store(UInt16(200), into: &bytes, 62) },
        Lie(what: "small headers", code: .damaged) { bytes, _, _ in ELF.store(UInt16(40), into: &bytes, 58) },
        Lie(what: "a name far away", code: .damaged) { bytes, at, _ in ELF.store(UInt32.max, into: &bytes, at) },
        Lie(what: "a note past the end", code: .damaged) { bytes, at, _ in ELF.store(UInt64.max, into: &bytes, at + 24)
        },
        Lie(what: "a note too long", code: .damaged) { bytes, at, _ in ELF.store(UInt64.max, into: &bytes, at + 32) },
        Lie(what: "a note without bytes", code: .badNote) { bytes, at, _ in ELF.store(UInt32(8), into: &bytes, at + 4)
        },
        Lie(what: "an empty note", code: .badNote) { bytes, at, _ in ELF.store(UInt64(0), into: &bytes, at + 32) },
        Lie(what: "a long name", code: .badNote) { bytes, _, at in ELF.store(UInt32.max, into: &bytes, at) },
        Lie(what: "a long description", code: .badNote) { bytes, _, at in ELF.store(UInt32.max, into: &bytes, at + 4) },
        Lie(what: "a short description", code: .badNote) { bytes, _, at in ELF.store(UInt32(9), into: &bytes, at + 4) },
        Lie(what: "another type", code: .badNote) { bytes, _, at in ELF.store(UInt32(3), into: &bytes, at + 8) },
        Lie(what: "another name", code: .badNote) { bytes, _, at in bytes[at + 12] = UInt8(ascii: "G") },
    ]

    @Test("a lie in a length, an offset or a name is named", arguments: lies)
    func namesTheLie(_ lie: Lie) throws {
        var bytes = try Fixture().pack()
        let headers = Int(ELF.load(bytes, 40) as UInt64)
        let section = headers + 2 * 64  // nothing, the names, the note
        let note = Int(ELF.load(bytes, section + 24) as UInt64)
        lie.tell(&bytes, section, note)
        let error = #expect(throws: ModuleFileError.self, "\(lie.what)") { try ModuleFile.read(bytes) }
        #expect(error?.code == lie.code, "\(lie.what): \(error?.reason ?? "")")
    }

    @Test("two notes are one too many")
    func twoNotes() throws {
        var bytes = try Fixture().pack()
        let headers = Int(ELF.load(bytes, 40) as UInt64)
        bytes += Array(bytes[headers + 128..<headers + 192])
        ELF.store(UInt16(4), into: &bytes, 60)
        let error = #expect(throws: ModuleFileError.self) { try ModuleFile.read(bytes) }
        #expect(error?.code == .badNote)
    }

    static let manifests = [
        "", "null", "[]", "{}", #"{"format":1}"#, String(repeating: "[", count: 10_000),
        #"{"format":2,"module":"fire","version":"1.0.0"}"#, #"{"format":1,"format":1}"#, #"{"extra":1}"#, "\u{0}",
        "{\"",
    ]

    @Test("a manifest that is not one is refused with a reason", arguments: manifests)
    func badManifest(text: String) throws {
        let bytes = try ELF(ELF.empty).adding(
            note: ModuleFile.note(description: Array(text.utf8)), named: ModuleFile.sectionName)
        let error = #expect(throws: ModuleFileError.self) { try ModuleFile.read(bytes) }
        #expect(error?.code == .badManifest)
    }

    @Test("a catalogue above the bound is not even parsed")
    func tooBig() throws {
        let description = [UInt8](repeating: UInt8(ascii: " "), count: ModuleFile.catalogueBytesMax + (65 << 10))
        let bytes = try ELF(ELF.empty).adding(note: ModuleFile.note(description: description), named: ".note.samvad")
        let error = #expect(throws: ModuleFileError.self) { try ModuleFile.read(bytes) }
        #expect(error?.code == .tooBig)
    }
}
