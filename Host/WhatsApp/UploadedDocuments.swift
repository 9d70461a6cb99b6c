// Brings a document of ours to Meta before it is sent, once a line; Sender asks from its calls. An actor of its own.
import Conversation
import Model

actor UploadedDocuments {
    /// Days that an uploaded file is used: Meta keeps it for 30.
    private static let daysMax: Int64 = 29
    /// Files remembered; a receipt is sent once or twice, so a few thousand are plenty.
    private static let filesMax = 4096

    private struct Key: Hashable {
        let line: LineID
        let sha256: String
    }

    private let carrier: any MessageCarrier
    private let document: @Sendable (_ sha256: String) async throws(Problem) -> [UInt8]
    private let now: @Sendable () -> Moment
    private var known: [Key: (media: MediaID, until: Moment)] = [:]

    init(
        carrier: any MessageCarrier, document: @escaping @Sendable (_ sha256: String) async throws(Problem) -> [UInt8],
        now: @escaping @Sendable () -> Moment
    ) {
        self.carrier = carrier
        self.document = document
        self.now = now
    }

    /// Nil media for a message without a document.
    nonisolated func media(for row: OutboxRow) async -> CarrierAnswer<MediaID?> {
        guard case .document(let sha256, let filename, _) = row.content else { return .done(nil) }
        return await media(of: sha256, filename, on: row.line).map { $0 }
    }

    /// After a message that Meta would never take: the file may be why.
    func forget(_ row: OutboxRow) {
        if case .document(let sha256, _, _) = row.content { known[Key(line: row.line, sha256: sha256)] = nil }
    }

    private func media(of sha256: String, _ filename: String, on line: LineID) async -> CarrierAnswer<MediaID> {
        let key = Key(line: line, sha256: sha256)
        if let found = known[key], now() < found.until { return .done(found.media) }
        let bytes: [UInt8]
        do {
            bytes = try await document(sha256)
        } catch {
            return .unready(error)
        }
        let file = CarriedFile(
            line: line, bytes: bytes, filename: filename, mimeType: Self.mimeType(of: bytes, filename))
        let answer = await carrier.upload(file)
        switch answer {
        case .done(let media): remember(media, as: key)
        // An upload that was perhaps taken has harmed nobody: it is simply done again.
        case .inDoubt(let code): return .unsent(code: code)
        case .refused, .unsent, .unready: break
        }
        return answer
    }

    private func remember(_ media: MediaID, as key: Key) {
        let moment = now()
        if known.count >= Self.filesMax {
            known = known.filter { $0.value.until > moment }
            if known.count >= Self.filesMax { known.removeAll() }
        }
        known[key] = (media, moment.adding(seconds: Self.daysMax * 24 * 3600))
    }

    /// By the first bytes, as Meta checks them; by the name for the kinds that have no such mark.
    static func mimeType(of bytes: [UInt8], _ filename: String) -> String {
        if bytes.starts(with: "%PDF".utf8) { return "application/pdf" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        return filename.lowercased().hasSuffix(".txt") ? "text/plain" : "application/pdf"
    }
}
