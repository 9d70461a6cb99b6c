// Everything that the emulated cloud knows, as plain values; owned by Cloud behind its lock.
import Foundation

/// A department's number.
struct Line: Sendable, Equatable {
    let id: String
    /// Digits with country code.
    let displayNumber: String
    let name: String
}

struct ChatKey: Hashable, Sendable {
    let line: String
    let citizen: String
}

enum Delivery: Int, Sendable, Comparable {
    case accepted, sent, delivered, read, failed

    var name: String {
        switch self {
        case .accepted: "accepted"
        case .sent: "sent"
        case .delivered: "delivered"
        case .read: "read"
        case .failed: "failed"
        }
    }

    static func < (left: Delivery, right: Delivery) -> Bool { left.rawValue < right.rawValue }
}

struct ChatMessage: Sendable {
    let sequence: Int
    let id: String
    let fromCitizen: Bool
    /// `{"type":T, T:{…}}`
    let content: JSONValue
    let contextID: String?
    let callbackData: String?
    let at: Date
    var delivery: Delivery
    var errorCode: Int?

    func json(_ key: ChatKey) -> JSONValue {
        [
            "sequence": .int(sequence), "id": .string(id), "line": .string(key.line), "citizen": .string(key.citizen),
            "direction": fromCitizen ? "in" : "out", "timestamp": .double(at.timeIntervalSince1970),
            "status": .string(delivery.name), "error_code": errorCode.map { .int($0) },
            "context_id": contextID.map { .string($0) }, "biz_opaque_callback_data": callbackData.map { .string($0) },
            "message": content,
        ]
    }
}

/// The messages between one line and one citizen, oldest first.
struct Chat: Sendable {
    /// More than a citizen scrolls; keeps a load test of 100,000 citizens in memory.
    static let messagesMax = 500

    var messages: [ChatMessage] = []
    /// Opens the 24-hour window of this (line, citizen).
    var lastInboundAt: Date?
    var pair: TokenBucket
    var typingUntil: Date?
    var unread = 0

    mutating func append(_ message: ChatMessage) {
        messages.append(message)
        if messages.count > Self.messagesMax + 64 { messages.removeFirst(messages.count - Self.messagesMax) }
    }

    func index(of id: String) -> Int? { messages.lastIndex { $0.id == id } }
}

struct Citizen: Sendable {
    let number: String
    var name: String
    /// The business-scoped id, the same for all lines of the portfolio.
    let userID: String
    var username: String?
    /// A citizen with a username whose number Meta keeps back.
    var hidesNumber = false
    var onWhatsApp = true
}

struct MediaRecord: Sendable {
    let id: String
    let type: String
    let fileName: String?
    let sha256: [UInt8]
    let bytes: [UInt8]
    /// The line that may send it; nil for a citizen's file, which any line may fetch.
    let line: String?
    let expiresAt: Date
    /// Answers with a hash that is not the file's.
    var lies = false
}

struct OrderRecord: Sendable, Equatable {
    let referenceID: String
    let totalPaise: Int
    /// payment_gateway, upi_intent_link or payment_link.
    let mode: String
    let gateway: String
    let configuration: String
    let order: JSONValue
    let expiresAt: Int?
    let createdAt: Date
    var status = "pending"
    var line = ""
    var citizen = ""
    var messageID = ""
}

struct CloudSettings: Sendable {
    /// 131047 as a failed status after 200, which is what the real cloud does today, or at once.
    var windowRefusedAtOnce = false
    /// 131026 likewise.
    var unknownRefusedAtOnce = false
    /// The highest status sent as a webhook: none, sent, delivered or read.
    var statusesUpTo: Delivery? = .read
    var statusDelaySeconds: TimeInterval = 0
    var statusesDropped = false
    /// Statuses leave before the answer of the send does.
    var statusBeforeResponse = false
    var messagesPerSecond = TokenBucket.messagesPerSecondDefault
    var pairRateLimited = true
    /// Unique citizens a rolling day that templates may reach outside a window, for all lines together.
    var portfolioLimit = 100_000
    /// approve, reject or hold.
    var templateReview = "approve"
    var templateReviewSeconds: TimeInterval = 1
}

struct CloudState: Sendable {
    var lines: [String: Line] = [:]
    var lineOrder: [String] = []
    var chats: [ChatKey: Chat] = [:]
    var citizens: [String: Citizen] = [:]
    var numberOfUserID: [String: String] = [:]
    var media: [String: MediaRecord] = [:]
    /// Token of a download address → media id and the moment it stops working.
    var mediaLinks: [String: (id: String, expiresAt: Date)] = [:]
    var templates: [String: TemplateRecord] = [:]
    var orders: [String: OrderRecord] = [:]
    var profiles: [String: JSONValue] = [:]
    var lineBuckets: [String: TokenBucket] = [:]
    var businessInitiated: [String: Date] = [:]
    /// Inbound message → its chat, for marking read; bounded by `messageIndexMax`, oldest generation dropped.
    var inboundChat: [String: ChatKey] = [:]
    var inboundChatOlder: [String: ChatKey] = [:]
    var settings = CloudSettings()
    var counters = CloudCounters()
    var sequence = 0

    static let messageIndexMax = 200_000

    static func templateKey(_ name: String, _ language: String) -> String { "\(name)/\(language)" }

    mutating func remember(inbound id: String, in key: ChatKey) {
        if inboundChat.count >= Self.messageIndexMax {
            inboundChatOlder = inboundChat
            inboundChat = [:]
        }
        inboundChat[id] = key
    }

    func chatOfInbound(_ id: String) -> ChatKey? { inboundChat[id] ?? inboundChatOlder[id] }
}
