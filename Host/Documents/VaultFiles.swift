// The vault's files: ab/cd/abcd…, written beside and renamed, so that a name always leads to a whole file. Called by
// DocumentVault on its queue only.
import Foundation
import Glibc
import Model

struct VaultFiles: Sendable {
    private let root: String
    private var scratch: String { root + "/tmp" }

    init(directory: String) throws(Problem) {
        root = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw Problem(code: "DOCUMENT_STORE", sentence: "the documents' directory can't be made")
        }
        guard chmod(directory, 0o700) == 0 else { throw Self.problem("the documents' directory is not ours") }
        try makeDirectory(scratch)
        // What a crash left half written has no name, so nobody was told that it is kept.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? [] {
            unlink(scratch + "/" + name)
        }
    }

    func read(sha256: String, bytesMax: Int) throws(Problem) -> [UInt8] {
        let file = open(path(sha256), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT {
                throw Problem(code: "DOCUMENT_GONE", sentence: "a document is not in the store (any more)")
            }
            throw Self.problem("a document can't be opened")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size <= bytesMax else {
            throw Self.problem("a document's file is too large")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw Self.problem("a document can't be read") }
            count += got
        }
        return bytes
    }

    /// Durable when it returns: the bytes are on disk before they get their name, and the name before we say so.
    func write(_ bytes: [UInt8], sha256: String) throws(Problem) {
        let outer = root + "/" + sha256.prefix(2)
        let inner = outer + "/" + sha256.dropFirst(2).prefix(2)
        if try makeDirectory(outer) { try sync(root) }
        if try makeDirectory(inner) { try sync(outer) }
        let draft = scratch + "/" + sha256
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.problem("a document can't be written") }
        var failure = fill(file, bytes)
        if failure == nil, fsync(file) != 0 { failure = Self.problem("a document can't be made durable") }
        if close(file) != 0, failure == nil { failure = Self.problem("a document can't be written") }
        if failure == nil, rename(draft, path(sha256)) != 0 { failure = Self.problem("a document can't be named") }
        if let failure {
            unlink(draft)
            throw failure
        }
        try sync(inner)
    }

    func delete(sha256: String) throws(Problem) {
        guard unlink(path(sha256)) == 0 else {
            if errno == ENOENT { return }
            throw Self.problem("a document can't be deleted")
        }
        try sync(root + "/" + sha256.prefix(2) + "/" + sha256.dropFirst(2).prefix(2))
    }

    private func path(_ sha256: String) -> String {
        root + "/" + sha256.prefix(2) + "/" + sha256.dropFirst(2).prefix(2) + "/" + sha256
    }

    private func fill(_ file: Int32, _ bytes: [UInt8]) -> Problem? {
        bytes.withUnsafeBytes { buffer in
            var count = 0
            while count < buffer.count {
                let put = Glibc.write(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                if put < 0, errno == EINTR { continue }
                guard put > 0 else { return Self.problem("a document can't be written") }
                count += put
            }
            return nil
        }
    }

    /// Whether it is new.
    @discardableResult
    private func makeDirectory(_ path: String) throws(Problem) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw Self.problem("a directory for documents can't be made") }
        return false
    }

    private func sync(_ directory: String) throws(Problem) {
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw Self.problem("a directory of documents can't be opened") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw Self.problem("a directory of documents can't be made durable") }
    }

    /// With errno's name; a full disk is told apart, since it passes when somebody makes room.
    private static func problem(_ sentence: String) -> Problem {
        let number = errno
        let full = number == ENOSPC || number == EDQUOT
        return Problem(
            code: full ? "DOCUMENT_STORE_FULL" : "DOCUMENT_STORE",
            sentence: "\(sentence): \(String(cString: strerror(number)))", retryAfterSeconds: 60)
    }
}
