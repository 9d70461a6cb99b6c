// Papers at rest: each encrypted, in a file named by the SHA-256 of its content. Called on any task; the disk is waited
// for on a queue of its own, never on a thread of the tasks.
import Crypto
import Dispatch
import Foundation
import Model

public final class DocumentVault: Sendable {
    /// Marks our files and their form: version 1, then four bytes that tell the key, then nonce, ciphertext and tag.
    private static let magic = Array("SMV1".utf8)
    private static let headerBytes = 8
    /// AES-GCM: 12 bytes of nonce before, 16 bytes of tag behind.
    private static let sealBytes = 28

    private let files: VaultFiles
    private let key: SymmetricKey
    private let header: [UInt8]
    private let bytesMax: Int
    // One at a time: a paper takes about 10 ms, a city's peak brings a few a second, and two writers of one file never
    // meet.
    private let queue = DispatchQueue(label: "document-vault")

    /// Makes the directory if need be and clears what a crash left half written.
    /// - Parameter key: 32 bytes.
    /// - Parameter bytesMax: of one paper; more is refused.
    public init(directory: String, key: [UInt8], bytesMax: Int = 16 << 20) throws(Problem) {
        guard key.count == 32 else {
            throw Problem(code: "DOCUMENT_KEY", sentence: "the document key has \(key.count) bytes, it must have 32")
        }
        self.key = SymmetricKey(data: key)
        // Of a domain of its own, so that the four bytes say nothing about the key but whether it is the same.
        header = Self.magic + SHA256.hash(data: Array("samvad document key".utf8) + key).prefix(4)
        files = try VaultFiles(directory: directory)
        self.bytesMax = bytesMax
    }

    /// Durable when it returns. Returns the content's hash; the same bytes again change nothing, and mend a damaged
    /// file.
    public func keep(_ bytes: [UInt8]) async throws(Problem) -> String {
        try await onQueue { [self] () throws(Problem) in
            guard bytes.count <= bytesMax else {
                throw Problem(
                    code: "DOCUMENT_TOO_LARGE",
                    sentence: "a document has \(bytes.count) bytes, at most \(bytesMax) are kept")
            }
            let sha256 = Self.hash(of: bytes)
            if (try? open(sha256)) != nil { return sha256 }
            // The hash is authenticated too: a file can't be moved to another's name.
            guard let box = try? AES.GCM.seal(bytes, using: key, authenticating: Array(sha256.utf8)),
                let sealed = box.combined
            else {
                throw Problem(code: "DOCUMENT_KEY", sentence: "a document could not be encrypted")
            }
            try files.write(header + sealed, sha256: sha256)
            return sha256
        }
    }

    /// The content, decrypted and checked against its hash.
    public func bytes(of sha256: String) async throws(Problem) -> [UInt8] {
        try await onQueue { [self] () throws(Problem) in try open(sha256) }
    }

    /// Gone for good when it returns; one that is not there is no error. Papers with the same content share a file: the
    /// caller knows whether another application still needs it.
    public func delete(_ sha256: String) async throws(Problem) {
        try await onQueue { [self] () throws(Problem) in
            try Self.check(sha256)
            try files.delete(sha256: sha256)
        }
    }

    public static func hash(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func open(_ sha256: String) throws(Problem) -> [UInt8] {
        try Self.check(sha256)
        let file = try files.read(sha256: sha256, bytesMax: bytesMax + Self.headerBytes + Self.sealBytes)
        guard file.starts(with: Self.magic), file.count >= Self.headerBytes + Self.sealBytes else { throw Self.damaged }
        guard file.starts(with: header) else {
            throw Problem(
                code: "DOCUMENT_KEY", sentence: "a document was encrypted with another key than the one configured")
        }
        guard let box = try? AES.GCM.SealedBox(combined: file[Self.headerBytes...]),
            let content = try? AES.GCM.open(box, using: key, authenticating: Array(sha256.utf8))
        else { throw Self.damaged }
        let bytes = Array(content)
        guard Self.hash(of: bytes) == sha256 else { throw Self.damaged }
        return bytes
    }

    private func onQueue<Value: Sendable>(
        _ body: @escaping @Sendable () throws(Problem) -> Value
    ) async throws(Problem)
        -> Value
    {
        let result: Result<Value, Problem> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(Problem) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// It becomes a path: nothing but a hash may.
    private static func check(_ sha256: String) throws(Problem) {
        let digits = Array("0123456789abcdef".utf8)
        guard sha256.utf8.count == 64, sha256.utf8.allSatisfy(digits.contains) else {
            throw Problem(code: "DOCUMENT_NAME", sentence: "a document is asked for by something that is no hash")
        }
    }

    private static let damaged = Problem(
        code: "DOCUMENT_DAMAGED", sentence: "a document's file is damaged or was changed")
}
