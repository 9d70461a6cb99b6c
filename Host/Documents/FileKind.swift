// What a file is by its bytes; the sender's claim and the file's name are never asked. PaperCheck calls it on any
// thread.

public enum FileKind: String, Sendable, CaseIterable {
    case jpeg, png, pdf, webp, heic, gif, tiff, bmp, zip, rar, sevenZip, gzip, office, executable, script, audio, video,
        unknown

    /// The type under which we keep it; nil for all that we don't take.
    public var mimeType: String? {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .pdf: "application/pdf"
        default: nil
        }
    }

    public init(of bytes: [UInt8]) {
        self = Self.signatures.first { bytes.holds($0.bytes, at: $0.offset) }?.kind ?? .unknown
        if self == .unknown { self = Self.container(bytes) }
    }

    /// A PDF's header must stand at the very start: readers look for it in the first 1,024 bytes, and that is how one
    /// file is a picture to us and a PDF to them.
    private static let signatures: [(kind: FileKind, offset: Int, bytes: [UInt8])] = [
        (.jpeg, 0, [0xFF, 0xD8, 0xFF]),
        (.png, 0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.pdf, 0, Array("%PDF-".utf8)),
        (.gif, 0, Array("GIF8".utf8)),
        (.tiff, 0, [0x49, 0x49, 0x2A, 0x00]),
        (.tiff, 0, [0x4D, 0x4D, 0x00, 0x2A]),
        (.zip, 0, [0x50, 0x4B, 0x03, 0x04]),
        (.zip, 0, [0x50, 0x4B, 0x05, 0x06]),
        (.rar, 0, Array("Rar!".utf8)),
        (.sevenZip, 0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        (.gzip, 0, [0x1F, 0x8B]),
        (.office, 0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        (.executable, 0, [0x7F, 0x45, 0x4C, 0x46]),
        (.executable, 0, Array("MZ".utf8)),
        (.executable, 0, Array("dex\n".utf8)),
        (.script, 0, Array("#!".utf8)),
        (.audio, 0, Array("OggS".utf8)),
        (.audio, 0, Array("ID3".utf8)),
        (.bmp, 0, Array("BM".utf8)),
    ]

    private static func container(_ bytes: [UInt8]) -> FileKind {
        if bytes.holds(Array("RIFF".utf8), at: 0) { return bytes.holds(Array("WEBP".utf8), at: 8) ? .webp : .audio }
        guard bytes.holds(Array("ftyp".utf8), at: 4) else { return .unknown }
        let brands = ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif"]
        return brands.contains { bytes.holds(Array($0.utf8), at: 8) } ? .heic : .video
    }
}

extension [UInt8] {
    func holds(_ other: [UInt8], at offset: Int) -> Bool {
        offset >= 0 && offset + other.count <= count && self[offset..<offset + other.count].elementsEqual(other)
    }
}
