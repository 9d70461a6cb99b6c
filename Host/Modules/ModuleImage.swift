// A module's file as a sealed file in memory: the bytes that were verified are the bytes that run. Made once a load.
import CLinux
import CLoader
import Glibc
import Model

/// Owns the descriptor; closes it when nobody starts the module from it any more.
final class ModuleImage: Sendable {
    let descriptor: Int32
    private let bytesCount: Int

    convenience init(_ bytes: [UInt8]) throws(Problem) {
        try self.init(sealing: bytes.span.bytes)
    }

    private init(sealing bytes: RawSpan) throws(Problem) {
        var why = samvad_why_t()
        let descriptor = bytes.withUnsafeBytes {
            samvad_memory_file_make($0.bindMemory(to: UInt8.self).baseAddress, UInt64($0.count), &why)
        }
        guard descriptor >= 0 else { throw Problem(code: "MODULE_NO_MEMORY_FILE", sentence: why.sentence) }
        self.descriptor = descriptor
        bytesCount = bytes.byteCount
    }

    deinit { close(descriptor) }

    /// The same bytes in a file of their own: loaded into one process twice, they then are two modules with two states.
    /// The caller owns the descriptor.
    func copy() throws(Problem) -> Int32 {
        guard let bytes = mmap(nil, bytesCount, PROT_READ, MAP_SHARED, descriptor, 0), bytes != MAP_FAILED else {
            throw Problem(code: "MODULE_NO_MEMORY_FILE", sentence: "the module's file can't be read again")
        }
        defer { munmap(bytes, bytesCount) }
        var why = samvad_why_t()
        let copy = samvad_memory_file_make(bytes.assumingMemoryBound(to: UInt8.self), UInt64(bytesCount), &why)
        guard copy >= 0 else { throw Problem(code: "MODULE_NO_MEMORY_FILE", sentence: why.sentence) }
        return copy
    }
}

extension samvad_why_t {
    var sentence: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
