// Where the compiler's protection is left, and what must be said there. Called by UnsafeTests; the allow-list is here.

enum UnsafeRules {
    /// Each needs its reason, on the line or in the comment right above it.
    static let needReason: [String] = [
        "@unchecked Sendable", "nonisolated(unsafe)", "try!", "as!", "fatalError(", "unsafeBitCast(", "unsafeDowncast(",
        "unsafelyUnwrapped", "assumeIsolated(",
    ]

    /// Files that may hold raw addresses, and why no other way is there.
    static let pointers: [String: String] = [
        "PluginAPI/SamvadKit/Bridge.swift": "the C ABI on the author's side",
        "Host/HTTPClient/Bridge.swift": "libcurl's engine, behind CCurl",
        "Host/Modules/InProcessTransport.swift": "the runner of CLoader, in this process",
        "Host/Modules/WorkerTransport.swift": "frames to and from the worker",
        "Host/Modules/ModuleFrame.swift": "frames of cloader/wire.h, read in place",
        "Host/Modules/FrameWriter.swift": "frames of cloader/wire.h, written in place",
        "Host/Modules/ModuleImage.swift": "the sealed memory file",
        "Host/Portals/XMLTree.swift": "libxml2's document, behind CXML",
    ]

    static func reasonFindings(in file: SourceFile) -> [Finding] {
        guard file.path.hasSuffix(".swift") else { return [] }
        return file.lines.indices.flatMap { index -> [Finding] in
            let line = file.lines[index]
            return needReason.filter { line.code.contains($0) }.compactMap { form in
                if hasReason(at: index, in: file) { return nil }
                return Finding(
                    file.path, line.number, "\(form) stands without its reason",
                    instead: "Say in a comment on the line why it can't go wrong, or write it without")
            }
        }
    }

    /// A comment on the line, or a plain one that ends right above; lines of the same kind may share it.
    private static func hasReason(at index: Int, in file: SourceFile) -> Bool {
        if file.lines[index].hasComment { return true }
        var above = index - 1
        while above >= 0, needReason.contains(where: file.lines[above].code.contains), !file.lines[above].hasComment { above -= 1 }
        return above >= 0 && file.lines[above].hasComment && !file.lines[above].hasCode
    }

    static func pointerFindings(in file: SourceFile) -> [Finding] {
        guard file.path.hasSuffix(".swift"), !file.isTest, pointers[file.path] == nil else { return [] }
        let form = #/\b(?:Unsafe\w*Pointer|Unmanaged|OpaquePointer|withMemoryRebound|withUnsafe\w*)\b/#
        return file.lines.compactMap { line in
            guard let found = line.code.firstMatch(of: form), !line.hasComment else { return nil }
            return Finding(
                file.path, line.number, "\(found.output) outside the files that may hold addresses",
                instead: "Use Span, arrays or the room's bridge; a single call that needs one says why on its line")
        }
    }
}
