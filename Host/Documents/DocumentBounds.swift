// Every bound on a paper that a citizen sends, with unit and reason. PaperCheck and PaperKeeper keep them.

public struct DocumentBounds: Sendable {
    /// WhatsApp's own bound on a photo (Cloud API, media reference, read November 2025).
    public var imageBytesMax = 5 << 20
    /// Ten scanned pages at 300 dpi; DigiLocker's upload bound is the same.
    public var pdfBytesMax = 10 << 20
    /// Below this the print on an identity card can't be read: a card's 85 mm at 90 dpi.
    public var shorterSidePixelsMin = 300
    /// A passport photo of 5 × 4.5 cm scanned at 90 dpi is good enough for the portals.
    public var portraitShorterSidePixelsMin = 150
    /// Decoding more than that takes 200 MB of memory; the best telephones' cameras stay below.
    public var imagePixelsMax = 50_000_000
    /// More than any proof has; an officer reads them all.
    public var pagesMax = 100
    /// Bytes of objects that a PDF may unpack to while it is checked: honest ones have a few hundred KB.
    public var unpackedBytesMax = 32 << 20

    public init() {}
}
