// Whether a paper can be kept and later read by an officer: size, kind, wholeness, and that it does nothing by itself.
// PaperKeeper asks it before anything is stored; pure, on any thread.

/// Why a paper is refused. The raw value is the stable code that the conversation turns into a sentence.
public enum PaperRefusal: String, Error, Sendable, CaseIterable {
    case tooLarge = "too_large"
    case wrongType = "wrong_type"
    case unreadable
    case tooSmall = "too_small"
    case password
    case empty
    case activeContent = "active_content"
    case gone
    case photoNeeded = "photo_needed"
}

/// What is known of a paper that passed.
public struct Paper: Sendable, Equatable {
    public let mimeType: String
    /// 1 for a picture.
    public let pages: Int
    /// Nil for a PDF.
    public let width: Int?
    public let height: Int?
}

public struct PaperCheck: Sendable {
    private let bounds: DocumentBounds

    public init(_ bounds: DocumentBounds = DocumentBounds()) { self.bounds = bounds }

    public func inspect(_ bytes: [UInt8], accepting: PaperForms, portrait: Bool = false) throws(PaperRefusal) -> Paper {
        guard !bytes.isEmpty else { throw .empty }
        let kind = FileKind(of: bytes)
        switch kind {
        case .pdf where !accepting.contains(.pdf): throw .photoNeeded
        case .jpeg where !accepting.contains(.photo), .png where !accepting.contains(.photo): throw .wrongType
        case .pdf: return try pdf(bytes)
        case .jpeg, .png: return try picture(bytes, kind, portrait: portrait)
        default: throw .wrongType
        }
    }

    private func picture(_ bytes: [UInt8], _ kind: FileKind, portrait: Bool) throws(PaperRefusal) -> Paper {
        guard bytes.count <= bounds.imageBytesMax else { throw .tooLarge }
        guard !Self.isAlsoArchive(bytes), Array(bytes.prefix(1024)).place(of: "%PDF-", from: 0) == nil else {
            throw .wrongType
        }
        guard let header = kind == .jpeg ? ImageHeader(jpeg: bytes) : ImageHeader(png: bytes) else { throw .unreadable }
        guard header.width <= bounds.imagePixelsMax / header.height else { throw .tooLarge }
        let least = portrait ? bounds.portraitShorterSidePixelsMin : bounds.shorterSidePixelsMin
        guard min(header.width, header.height) >= least else { throw .tooSmall }
        return Paper(mimeType: kind.mimeType ?? "", pages: 1, width: header.width, height: header.height)
    }

    private func pdf(_ bytes: [UInt8]) throws(PaperRefusal) -> Paper {
        guard bytes.count <= bounds.pdfBytesMax else { throw .tooLarge }
        guard !Self.isAlsoArchive(bytes) else { throw .wrongType }
        do throws(PDFInspection.Finding) {
            let inspection = try PDFInspection(bytes, unpackedBytesMax: bounds.unpackedBytesMax)
            guard inspection.pages <= bounds.pagesMax else { throw .unpacksTooLarge }
            return Paper(mimeType: "application/pdf", pages: inspection.pages, width: nil, height: nil)
        } catch .encrypted {
            throw .password
        } catch .active {
            throw .activeContent
        } catch .unpacksTooLarge {
            throw .tooLarge
        } catch {
            throw .unreadable
        }
    }

    /// A ZIP is read from its end, so it can hide behind any other file: its directory's mark stands in the last
    /// 65,535 + 22 bytes.
    private static func isAlsoArchive(_ bytes: [UInt8]) -> Bool {
        Array(bytes.suffix(65_557)).place(of: "PK\u{5}\u{6}", from: 0) != nil
    }
}

/// In which forms a requirement takes its paper.
public struct PaperForms: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let photo = PaperForms(rawValue: 1)
    public static let pdf = PaperForms(rawValue: 2)
}
