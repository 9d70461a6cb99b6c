// The conversation's port: fetch, check, keep.
import Conversation
import Foundation
import Model
import Testing

@testable import Documents

@Suite("Keeping a paper that a citizen sent")
struct PaperKeeperTests {
    private func requirement(_ accepts: String) throws -> DocumentRequirement {
        let sentence = #"{"hi":"x","en":"x","hi-Latn":"x"}"#
        let json = #"{"id":"identity","label":\#(sentence),"ask":\#(sentence),"accepts":\#(accepts)}"#
        return try JSONDecoder().decode(DocumentRequirement.self, from: Data(json.utf8))
    }

    private func media(_ kind: InboundMedia.Kind = .document, sha256: String? = nil) -> InboundMedia {
        InboundMedia(kind: kind, id: "1", claimedType: "image/jpeg", sha256: sha256, caption: nil, filename: "a.exe")
    }

    private func with(
        _ fetch: @escaping PaperKeeper.Fetch, _ body: (PaperKeeper) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "keeper-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let vault = try DocumentVault(directory: directory, key: [UInt8](repeating: 7, count: 32))
        try await body(PaperKeeper(vault: vault, fetch: fetch))
    }

    @Test("a good photo is kept under the type its bytes have, and can be read again")
    func good() async throws {
        let photo = SamplePaper.png()
        let fetch: PaperKeeper.Fetch = { _, _ in photo }
        try await with(fetch) { keeper in
            let check = try await keeper.keep(media(), sentTo: "1", for: requirement(#"["photo","pdf"]"#))

            let kept = KeptDocument(
                sha256: DocumentVault.hash(of: photo), mimeType: "image/png", bytesCount: photo.count)
            #expect(check == .kept(kept))
            #expect(try await keeper.bytes(of: kept.sha256) == photo)
        }
    }

    @Test(
        "WhatsApp's hash is understood in both spellings; other bytes are asked for again",
        arguments: ["hex", "base64", "wrong"])
    func hash(spelling: String) async throws {
        let photo = SamplePaper.jpeg()
        let hex = DocumentVault.hash(of: photo)
        let raw = stride(from: 0, to: 64, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
        let claimed = [
            "hex": hex.uppercased(), "base64": Data(raw).base64EncodedString(),
            "wrong": Data(raw.reversed()).base64EncodedString(),
        ]
        let fetch: PaperKeeper.Fetch = { _, _ in photo }
        try await with(fetch) { keeper in
            let check = try await keeper.keep(
                media(sha256: claimed[spelling]), sentTo: "1", for: requirement(#"["photo"]"#))

            switch check {
            case .kept: #expect(spelling != "wrong")
            case .unavailable(let problem): #expect(spelling == "wrong" && problem.code == "MEDIA_HASH")
            case .refused: Issue.record("refused")
            }
        }
    }

    @Test("a refusal carries its stable code; voice and stickers are not even fetched")
    func refused() async throws {
        let fetch: PaperKeeper.Fetch = { _, _ in SamplePaper.pdf() }
        try await with(fetch) { keeper in
            let pdf = try await keeper.keep(media(), sentTo: "1", for: requirement(#"["photo"]"#))
            #expect(pdf == .refused(code: "photo_needed"))
        }
        let fetched: PaperKeeper.Fetch = { _, _ throws(Problem) in throw Problem(code: "FETCHED", sentence: "") }
        try await with(fetched) { keeper in
            for kind in [InboundMedia.Kind.audio, .video, .sticker] {
                let check = try await keeper.keep(media(kind), sentTo: "1", for: requirement(#"["photo"]"#))
                #expect(check == .refused(code: "wrong_type"))
            }
        }
    }

    @Test("what Meta no longer has is gone; a fetch that failed is nobody's refusal")
    func fetchFails() async throws {
        for (code, expected) in [("MEDIA_GONE", "gone"), ("MEDIA_TOO_LARGE", "too_large")] {
            let fetch: PaperKeeper.Fetch = { _, _ throws(Problem) in throw Problem(code: code, sentence: "") }
            try await with(fetch) { keeper in
                let check = try await keeper.keep(media(), sentTo: "1", for: requirement(#"["photo"]"#))
                #expect(check == .refused(code: expected))
            }
        }
        let away = Problem(code: "GRAPH_TIMEOUT", sentence: "", retryAfterSeconds: 5)
        let failing: PaperKeeper.Fetch = { _, _ throws(Problem) in throw away }
        try await with(failing) { keeper in
            let check = try await keeper.keep(media(), sentTo: "1", for: requirement(#"["photo"]"#))
            #expect(check == .unavailable(away))
        }
    }

    @Test("a department's certificate is kept as it is, if it is a PDF")
    func issued() async throws {
        let signed = SamplePaper.pdf(SamplePaper.plainObjects + ["<< /Type /EmbeddedFile >>"])
        let fetch: PaperKeeper.Fetch = { _, _ in [] }
        try await with(fetch) { keeper in
            let sha256 = try await keeper.keep(issued: signed)

            #expect(try await keeper.bytes(of: sha256) == signed)
            await #expect(throws: Problem.self) { try await keeper.keep(issued: SamplePaper.jpeg()) }
        }
    }
}
