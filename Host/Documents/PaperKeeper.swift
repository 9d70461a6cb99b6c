// The conversation's document port: a paper is fetched from WhatsApp, checked, and kept encrypted. TurnRunner calls it,
// on any task.
import Conversation
import Foundation
import Model

public struct PaperKeeper: DocumentKeeper {
    /// Fetches a medium's bytes from WhatsApp. Problems with the codes below are final; every other one is WhatsApp's
    /// or ours, and the citizen is asked to send the paper again a little later.
    public typealias Fetch = @Sendable (InboundMedia, LineID) async throws(Problem) -> [UInt8]
    /// Meta has it no longer.
    public static let goneCode = "MEDIA_GONE"
    /// It is larger than the fetcher takes.
    public static let tooLargeCode = "MEDIA_TOO_LARGE"

    private let vault: DocumentVault
    private let check: PaperCheck
    private let bounds: DocumentBounds
    private let fetch: Fetch

    public init(vault: DocumentVault, bounds: DocumentBounds = DocumentBounds(), fetch: @escaping Fetch) {
        self.vault = vault
        self.bounds = bounds
        self.fetch = fetch
        check = PaperCheck(bounds)
    }

    public func keep(
        _ media: InboundMedia, sentTo line: LineID, for requirement: DocumentRequirement
    ) async
        -> DocumentCheck
    {
        guard media.kind == .image || media.kind == .document else { return Self.refused(.wrongType) }
        do throws(Problem) {
            let bytes = try await fetch(media, line)
            guard Self.isWhole(bytes, claimed: media.sha256) else {
                throw Problem(
                    code: "MEDIA_HASH", sentence: "a medium's bytes are not those that WhatsApp announced",
                    retryAfterSeconds: 60)
            }
            let forms = PaperForms(requirement.accepts.map { $0 == .photo ? .photo : .pdf })
            switch examine(bytes, accepting: forms, portrait: requirement.portrait ?? false) {
            case .failure(let refusal): return Self.refused(refusal)
            case .success(let paper):
                let sha256 = try await vault.keep(bytes)
                return .kept(KeptDocument(sha256: sha256, mimeType: paper.mimeType, bytesCount: bytes.count))
            }
        } catch {
            switch error.code {
            case Self.goneCode: return Self.refused(.gone)
            case Self.tooLargeCode: return Self.refused(.tooLarge)
            default: return .unavailable(error)
            }
        }
    }

    public func bytes(of sha256: String) async throws(Problem) -> [UInt8] { try await vault.bytes(of: sha256) }

    /// Only that it is a PDF of a sane size: a department's signed certificate may carry what a citizen's paper may
    /// not.
    public func keep(issued bytes: [UInt8]) async throws(Problem) -> String {
        guard FileKind(of: bytes) == .pdf, bytes.count <= bounds.pdfBytesMax else {
            throw Problem(
                code: "DOCUMENT_ISSUED",
                sentence: "the issued document is no PDF, or is larger than \(bounds.pdfBytesMax) bytes")
        }
        return try await vault.keep(bytes)
    }

    private func examine(_ bytes: [UInt8], accepting: PaperForms, portrait: Bool) -> Result<Paper, PaperRefusal> {
        Result { () throws(PaperRefusal) in try check.inspect(bytes, accepting: accepting, portrait: portrait) }
    }

    private static func refused(_ refusal: PaperRefusal) -> DocumentCheck { .refused(code: refusal.rawValue) }

    /// Webhooks write the hash in base64, the documentation in hexadecimal: both are understood. None given proves
    /// nothing.
    private static func isWhole(_ bytes: [UInt8], claimed: String?) -> Bool {
        guard let claimed, !claimed.isEmpty else { return true }
        let hash = DocumentVault.hash(of: bytes)
        if claimed.utf8.count == 64 { return claimed.lowercased() == hash }
        guard let raw = Data(base64Encoded: claimed) else { return false }
        return raw.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == hash
    }
}
