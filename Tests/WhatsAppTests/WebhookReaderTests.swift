// Every kind of delivery that Meta is known to make, as files in Bodies; each says what must come out of it.
import Conversation
import Foundation
import Model
import Testing

@testable import WhatsApp

/// One file of Bodies: `body` (JSON, taken byte for byte) or `text` (any bytes), and the `items` it is read as.
struct RecordedBody: CustomTestStringConvertible, Sendable {
    let name: String
    let about: String
    let bytes: [UInt8]
    /// Nil: refused as not JSON.
    let items: [String]?

    var testDescription: String { "\(name): \(about)" }

    static let all: [RecordedBody] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Bodies")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.compactMap(RecordedBody.init)
    }()

    init?(_ file: URL) {
        guard let data = try? Data(contentsOf: file), let root = JSONDocument(Array(data))?.root,
            let about = root["about"]?.string
        else { return nil }
        name = file.deletingPathExtension().lastPathComponent
        self.about = about
        bytes = root["body"].map { Array($0.slice) } ?? Array((root["text"]?.string ?? "").utf8)
        items = root["items"]?.elements.compactMap(\.string)
    }
}

@Suite("Webhooks are read item by item")
struct WebhookReaderTests {
    static let receivedAt = Moment(milliseconds: 1_763_990_000_000)

    @Test("each recorded body is read as its file says", arguments: RecordedBody.all)
    func recorded(_ body: RecordedBody) {
        let items = WebhookReader.items(in: body.bytes, receivedAt: Self.receivedAt)
        #expect(items?.map(Self.describe) == body.items)
    }

    @Test("there are recorded bodies, at least thirty")
    func thereAreBodies() { #expect(RecordedBody.all.count >= 30) }

    @Test("what is kept is the item's own bytes, and a repeat has the same hash")
    func keptBytes() throws {
        let body = Array(#"{"object":"x","entry":[ ]}"#.utf8)
        let items = try #require(WebhookReader.items(in: body, receivedAt: Self.receivedAt))
        guard case .kept("envelope", let hash, let json) = items.first else {
            Issue.record("not kept")
            return
        }
        #expect(json == #"{"object":"x","entry":[ ]}"#)
        #expect(hash.count == 64)
        #expect(items == WebhookReader.items(in: body, receivedAt: Moment(milliseconds: 5)))
    }

    @Test("the same account event at another time has another hash")
    func eventTimes() throws {
        func hash(_ time: Int) throws -> String {
            let body =
                #"{"object":"whatsapp_business_account","entry":[{"id":"1","time":\#(time),"changes":[{"field":"f","value":{}}]}]}"#
            let items = try #require(WebhookReader.items(in: Array(body.utf8), receivedAt: Self.receivedAt))
            guard case .kept(_, let hash, _) = try #require(items.first) else { return "" }
            return hash
        }
        #expect(try hash(1) == hash(1))
        #expect(try hash(1) != hash(2))
    }

    @Test("a thousand updates in one delivery all arrive, in their order")
    func thousand() throws {
        let messages = (0..<1000).map {
            #"{"from":"91981000\#(1000 + $0)","id":"wamid.\#($0)","type":"text","text":{"body":"\#($0)"}}"#
        }
        let body =
            #"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":["#
            + messages.joined(separator: ",") + "]}}]}]}"
        let items = try #require(WebhookReader.items(in: Array(body.utf8), receivedAt: Self.receivedAt))
        let ids = items.map { item in if case .message(let message) = item { message.id.rawValue } else { "" } }
        #expect(ids == (0..<1000).map { "wamid.\($0)" })
    }

    // One line for each item, so that a file can say what it expects.
    static func describe(_ item: InboundItem) -> String {
        switch item {
        case .kept(let kind, _, _): return "kept \(kind)"
        case .status(let status):
            let callback = status.callback.map { " callback=\($0)" } ?? ""
            let error = status.errorCode.map { " error=\($0)" } ?? ""
            return
                "status \(status.line) \(status.message) \(status.stage.rawValue) \(time(status.at))\(callback)\(error)"
        case .message(let message):
            let from = "\(message.from.phone ?? "-")/\(message.from.userID ?? "-")"
            let answers = message.answers.map { " answers \($0)" } ?? ""
            return
                "message \(message.line) \(message.id) \(from) \(time(message.sentAt)) \(describe(message.content))\(answers)"
        }
    }

    private static func time(_ moment: Moment) -> String {
        moment == receivedAt ? "received" : String(moment.milliseconds / 1000)
    }

    private static func describe(_ content: InboundContent) -> String {
        switch content {
        case .text(let text): "text \"\(text)\""
        case .tap(let id, let title): "tap \(id) \"\(title)\""
        case .templateButton(let payload, let title): "templateButton \(payload) \"\(title)\""
        case .media(let media):
            "media \(media.kind.rawValue) \(media.id) \(media.claimedType)"
                + (media.sha256.map { " sha256=\($0)" } ?? "")
                + (media.caption.map { " \"\($0)\"" } ?? "") + (media.filename.map { " \"\($0)\"" } ?? "")
        case .location(let latitude, let longitude, let name, let address):
            "location \(latitude) \(longitude) \(name ?? "-") \(address ?? "-")"
        case .contacts(let count): "contacts \(count)"
        case .reaction(let emoji, let message): "reaction \(emoji ?? "-") \(message?.rawValue ?? "-")"
        case .order: "order"
        case .formReply(let name, let json): "formReply \(name) \(json)"
        case .numberChanged(let phone): "numberChanged \(phone ?? "-")"
        case .edited(let original): "edited \(original?.rawValue ?? "-")"
        case .revoked(let original): "revoked \(original?.rawValue ?? "-")"
        case .welcome: "welcome"
        case .unsupported(let kind): "unsupported \(kind)"
        }
    }
}
