// Which files WhatsApp carries, how large, and what their bytes really are; pure; called on every upload.

struct MediaRules {
    struct Kind: Sendable {
        let name: String
        let types: Set<String>
        let bytesMax: Int
    }

    private static let megabyte = 1_048_576

    /// Meta, "Supported media types", read 2026-11.
    static let kinds: [Kind] = [
        Kind(name: "image", types: ["image/jpeg", "image/png"], bytesMax: 5 * megabyte),
        Kind(
            name: "audio", types: ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
            bytesMax: 16 * megabyte),
        Kind(name: "video", types: ["video/mp4", "video/3gpp"], bytesMax: 16 * megabyte),
        Kind(
            name: "document",
            types: [
                "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ], bytesMax: 100 * megabyte),
        Kind(name: "sticker", types: ["image/webp"], bytesMax: megabyte / 2),
    ]

    /// The largest body an upload can have: the largest document and its multipart frame.
    static let uploadBytesMax = 101 * megabyte

    /// `type` without parameters such as `; codecs=opus`.
    static func bare(_ type: String) -> String {
        String(type.split(separator: ";").first ?? "").lowercased().filter { !$0.isWhitespace }
    }

    static func kind(ofType type: String) -> Kind? { kinds.first { $0.types.contains(bare(type)) } }

    /// The family that the first bytes betray, or nil when they betray none (plain text has no mark).
    static func sniff(_ bytes: ArraySlice<UInt8>) -> String? {
        func starts(_ mark: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + mark.count && bytes.dropFirst(offset).starts(with: mark)
        }
        if starts([0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if starts([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if starts(Array("%PDF-".utf8)) { return "application/pdf" }
        if starts(Array("RIFF".utf8)), starts(Array("WEBP".utf8), at: 8) { return "image/webp" }
        if starts(Array("OggS".utf8)) { return "audio/ogg" }
        if starts(Array("#!AMR".utf8)) { return "audio/amr" }
        if starts(Array("ID3".utf8)) || starts([0xFF, 0xFB]) { return "audio/mpeg" }
        if starts([0xFF, 0xF1]) || starts([0xFF, 0xF9]) { return "audio/aac" }
        if starts(Array("ftyp".utf8), at: 4) { return "video/mp4" }
        if starts([0x50, 0x4B, 0x03, 0x04]) { return "zip" }
        if starts([0xD0, 0xCF, 0x11, 0xE0]) { return "ole" }
        return nil
    }

    /// Judges the bytes, not the claim.
    static func check(claimedType: String, bytes: ArraySlice<UInt8>) throws(GraphError) {
        let type = bare(claimedType)
        guard let kind = kind(ofType: type) else {
            let known = kinds.flatMap(\.types).sorted().joined(separator: ", ")
            throw GraphError(
                100,
                "Param file must be a file with one of the following types: \(known). Received file of type '\(type)'.")
        }
        guard !bytes.isEmpty else { throw GraphError(100, "Param file must not be empty") }
        guard bytes.count <= kind.bytesMax else {
            throw GraphError(
                131053, "Media file size too big: \(bytes.count) bytes; max for \(kind.name) is \(kind.bytesMax)")
        }
        let family =
            switch type {
            case "audio/mp4", "video/3gpp": "video/mp4"
            case _ where type.contains("openxmlformats"): "zip"
            case "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint": "ole"
            default: type
            }
        let found = sniff(bytes)
        let fits = type == "text/plain" ? found == nil && !bytes.contains(0) : found == family
        guard fits else {
            throw GraphError(131053, "Media upload error: bytes are \(found ?? "of no known type"), not \(type)")
        }
    }
}
