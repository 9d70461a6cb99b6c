// Files in the cloud: uploads of both sides, five-minute download addresses, expiry; called by Graph, phone and control.
import Crypto
import Foundation

extension Cloud {
    static let uploadLifeSeconds: TimeInterval = 30 * 24 * 3600
    static let citizenFileLifeSeconds: TimeInterval = 7 * 24 * 3600
    static let linkLifeSeconds: TimeInterval = 5 * 60

    /// - Parameter line: the uploading number; nil for a citizen's file.
    func store(bytes: [UInt8], type: String, fileName: String?, line: String?) throws(GraphError) -> MediaRecord {
        try MediaRules.check(claimedType: type, bytes: bytes[...])
        let life = line == nil ? Self.citizenFileLifeSeconds : Self.uploadLifeSeconds
        let media = MediaRecord(
            id: identifiers.objectID(), type: MediaRules.bare(type), fileName: fileName, sha256: Self.digest(bytes),
            bytes: bytes, line: line, expiresAt: clock.now.addingTimeInterval(life))
        state.withLock { state in
            state.media[media.id] = media
            if line != nil { state.counters.uploads += 1 }
        }
        return media
    }

    static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    func media(_ id: String) -> MediaRecord? {
        let now = clock.now
        return state.withLock { state in state.media[id].flatMap { $0.expiresAt > now ? $0 : nil } }
    }

    func removeMedia(_ id: String) -> Bool { state.withLock { $0.media.removeValue(forKey: id) != nil } }

    func changeMedia(_ id: String, _ body: (inout MediaRecord) -> Void) -> Bool {
        state.withLock { state in
            guard state.media[id] != nil else { return false }
            body(&state.media[id]!)
            return true
        }
    }

    /// Meta's answer to `GET /{media_id}`, with a fresh address.
    func describe(_ media: MediaRecord, base: String) -> JSONValue {
        let token = identifiers.token()
        let expiresAt = clock.now.addingTimeInterval(Self.linkLifeSeconds)
        state.withLock { state in
            if state.mediaLinks.count > 10_000 {
                let now = clock.now
                state.mediaLinks = state.mediaLinks.filter { $0.value.expiresAt > now }
            }
            state.mediaLinks[token] = (media.id, expiresAt)
        }
        let hash = media.lies ? [UInt8](repeating: 0xEE, count: 32) : media.sha256
        return [
            "messaging_product": "whatsapp",
            "url": .string(
                "\(base)/graph/lookaside/attachments/?mid=\(media.id)&ext=\(Int(expiresAt.timeIntervalSince1970))&hash=\(token)"
            ),
            "mime_type": .string(media.type), "sha256": .string(hash.hexText), "file_size": .int(media.bytes.count),
            "id": .string(media.id),
        ]
    }

    /// Nil once the address is five minutes old, or the file gone.
    func download(token: String) -> MediaRecord? {
        let now = clock.now
        return state.withLock { state in
            guard let link = state.mediaLinks[token], link.expiresAt > now else { return nil }
            state.counters.downloads += 1
            return state.media[link.id]
        }
    }

    func expireLinks() { state.withLock { $0.mediaLinks.removeAll() } }

    /// The media member of a citizen's message: an id from the phone, a sample by name, or bytes in base64.
    func mediaPart(_ json: JSONValue, type: String) throws(GraphError) -> JSONValue {
        let part = json[type]
        let media: MediaRecord
        if let id = json["id"]?.string ?? part?["id"]?.string {
            guard let known = self.media(id) else { throw .invalid("id", "no such media") }
            media = known
        } else if let name = json["sample"]?.string {
            guard let paper = samples.paper(name) else {
                throw .invalid("sample", "one of \(samples.names.joined(separator: ", "))")
            }
            media = try store(bytes: paper.bytes, type: paper.type, fileName: paper.name, line: nil)
        } else if let text = json["base64"]?.string, let bytes = Data(base64Encoded: text) {
            guard let mime = json["mime_type"]?.string else { throw .missing("mime_type") }
            media = try store(bytes: Array(bytes), type: mime, fileName: json["filename"]?.string, line: nil)
        } else {
            throw .missing("id, sample or base64")
        }
        if json["sha_mismatch"]?.bool == true { _ = changeMedia(media.id) { $0.lies = true } }
        let hash = json["sha_mismatch"]?.bool == true ? [UInt8](repeating: 0xEE, count: 32) : media.sha256
        return [
            "caption": json["caption"] ?? part?["caption"], "mime_type": .string(media.type),
            "sha256": .string(Data(hash).base64EncodedString()), "id": .string(media.id),
            "filename": type == "document" ? (json["filename"] ?? .string(media.fileName ?? "file")) : nil,
            "voice": type == "audio" ? true : nil,
        ]
    }
}
