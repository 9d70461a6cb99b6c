// Papers at rest, and the port through which the conversation keeps them.
import Conversation
import Foundation
import Model
import Testing

@testable import Documents

@Suite("The vault")
struct DocumentVaultTests {
    private static let key = [UInt8](repeating: 7, count: 32)

    /// A directory of its own for one test, gone afterwards.
    private func inDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "vault-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    private func vault(_ directory: String, key: [UInt8] = key) throws -> DocumentVault {
        try DocumentVault(directory: directory, key: key)
    }

    private func path(_ directory: String, _ sha256: String) -> String {
        "\(directory)/\(sha256.prefix(2))/\(sha256.dropFirst(2).prefix(2))/\(sha256)"
    }

    private func code<Value>(_ body: () async throws -> Value) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? Problem)?.code ?? "\(error)"
        }
    }

    @Test("what was kept comes back, also after a restart, and lies encrypted under its hash")
    func keeps() async throws {
        try await inDirectory { directory in
            let bytes = Array("सुनील कुमार, आय 1,20,000".utf8)

            let sha256 = try await vault(directory).keep(bytes)
            let back = try await vault(directory).bytes(of: sha256)

            #expect(back == bytes)
            #expect(sha256 == DocumentVault.hash(of: bytes))
            let file = try Data(contentsOf: URL(filePath: path(directory, sha256)))
            #expect(file.range(of: Data("सुनील".utf8)) == nil)
            #expect(file.count == bytes.count + 36)
            let mode =
                try FileManager.default.attributesOfItem(atPath: path(directory, sha256))[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("the same paper twice is one file, and changes nothing")
    func idempotent() async throws {
        try await inDirectory { directory in
            let vault = try vault(directory)
            let first = try await vault.keep([1, 2, 3])
            let before = try Data(contentsOf: URL(filePath: path(directory, first)))

            let second = try await vault.keep([1, 2, 3])

            #expect(first == second)
            #expect(try Data(contentsOf: URL(filePath: path(directory, first))) == before)
        }
    }

    @Test(
        "a changed, cut or swapped file is noticed, and keeping the paper again mends it",
        arguments: ["changed", "cut", "swapped", "empty"])
    func damaged(how: String) async throws {
        try await inDirectory { directory in
            let vault = try vault(directory)
            let sha256 = try await vault.keep([1, 2, 3])
            let other = try await vault.keep([4, 5, 6])
            let url = URL(filePath: path(directory, sha256))
            var file = try Data(contentsOf: url)
            switch how {
            case "changed": file[file.count - 1] ^= 1
            case "cut": file.removeLast(5)
            case "swapped": file = try Data(contentsOf: URL(filePath: path(directory, other)))
            default: file = Data()
            }
            try file.write(to: url)

            let noticed = await code { try await vault.bytes(of: sha256) }
            _ = try await vault.keep([1, 2, 3])

            #expect(noticed == "DOCUMENT_DAMAGED")
            #expect(try await vault.bytes(of: sha256) == [1, 2, 3])
        }
    }

    @Test("another key opens nothing, and says so")
    func wrongKey() async throws {
        try await inDirectory { directory in
            let sha256 = try await vault(directory).keep([1, 2, 3])
            let other = try vault(directory, key: [UInt8](repeating: 8, count: 32))

            #expect(await code { try await other.bytes(of: sha256) } == "DOCUMENT_KEY")
            #expect(await code { try vault(directory, key: [1]) } == "DOCUMENT_KEY")
        }
    }

    @Test("a deleted paper is gone, deleting it again is no error, and only hashes are names")
    func deletes() async throws {
        try await inDirectory { directory in
            let vault = try vault(directory)
            let sha256 = try await vault.keep([1, 2, 3])

            try await vault.delete(sha256)
            try await vault.delete(sha256)

            #expect(await code { try await vault.bytes(of: sha256) } == "DOCUMENT_GONE")
            #expect(!FileManager.default.fileExists(atPath: path(directory, sha256)))
            for name in ["../../etc/passwd", "", sha256.uppercased(), String(repeating: "/", count: 64)] {
                #expect(await code { try await vault.bytes(of: name) } == "DOCUMENT_NAME")
                #expect(await code { try await vault.delete(name) } == "DOCUMENT_NAME")
            }
        }
    }

    @Test("what a crash left half written is cleared at the next start")
    func leftovers() async throws {
        try await inDirectory { directory in
            _ = try vault(directory)
            try Data([1]).write(to: URL(filePath: directory + "/tmp/half"))

            _ = try vault(directory)

            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/tmp").isEmpty)
        }
    }

    @Test("a directory that can't be used is a problem that is tried again, not a crash")
    func unusable() async throws {
        try await inDirectory { directory in
            let vault = try vault(directory)
            try FileManager.default.removeItem(atPath: directory)
            try Data().write(to: URL(filePath: directory))

            #expect(await code { try await vault.keep([1]) } == "DOCUMENT_STORE")
            #expect(await code { try self.vault("/proc/none") } == "DOCUMENT_STORE")
        }
    }

    @Test("many at once, the same and different ones, are all kept")
    func parallel() async throws {
        try await inDirectory { directory in
            let vault = try vault(directory)
            let kept = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let bytes = [UInt8(index % 10), 9, 9]
                        guard let sha256 = try? await vault.keep(bytes) else { return false }
                        return (try? await vault.bytes(of: sha256)) == bytes
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(kept == 100)
        }
    }
}
