// What a citizen can send, after Meta's envelope is gone. Kept in the inbox as JSON, so cases are added, never renamed.

public struct InboundMessage: Codable, Sendable, Equatable {
    public let id: MessageID
    public let line: LineID
    public let from: CitizenAddress
    /// Meta's own timestamp; only for age, never for order.
    public let sentAt: Moment
    public let content: InboundContent
    /// The message of ours that this one answers, where WhatsApp says so.
    public let answers: MessageID?

    public init(
        id: MessageID, line: LineID, from: CitizenAddress, sentAt: Moment, content: InboundContent, answers: MessageID? = nil
    ) {
        self.id = id
        self.line = line
        self.from = from
        self.sentAt = sentAt
        self.content = content
        self.answers = answers
    }
}

public enum InboundContent: Codable, Sendable, Equatable {
    case text(String)
    /// A tap on a reply button or a list row: the id we gave it, and the title that the citizen saw.
    case tap(id: String, title: String)
    /// A tap on a template's quick reply.
    case templateButton(payload: String, title: String)
    case media(InboundMedia)
    case location(latitude: Double, longitude: Double, name: String?, address: String?)
    case contacts(count: Int)
    case reaction(emoji: String?, to: MessageID?)
    case order
    /// A native form came back: its name and its JSON as text. Supplied by the citizen's telephone: never trusted.
    case formReply(name: String, json: String)
    case numberChanged(newPhone: String?)
    case edited(original: MessageID?)
    case revoked(original: MessageID?)
    /// The chat was opened for the first time.
    case welcome
    /// A kind that WhatsApp can't pass on or that we do not know, kept by its own name.
    case unsupported(kind: String)
}

public struct InboundMedia: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable {
        case image, document, audio, video, sticker
    }

    public let kind: Kind
    public let id: MediaID
    /// As the sender claims; the bytes decide.
    public let claimedType: String
    public let sha256: String?
    public let caption: String?
    public let filename: String?

    public init(kind: Kind, id: MediaID, claimedType: String, sha256: String? = nil, caption: String? = nil, filename: String? = nil) {
        self.kind = kind
        self.id = id
        self.claimedType = claimedType
        self.sha256 = sha256
        self.caption = caption
        self.filename = filename
    }
}

/// What WhatsApp says about a message of ours. Ranks never go down.
public struct DeliveryStatus: Codable, Sendable, Equatable {
    public enum Stage: String, Codable, Sendable {
        case sent, delivered, read, failed

        /// `failed` and `read` are ends; a lower rank never overwrites a higher one.
        public var rank: Int {
            switch self {
            case .sent: 1
            case .delivered: 2
            case .read: 3
            case .failed: 4
            }
        }
    }

    public let line: LineID
    public let message: MessageID
    public let stage: Stage
    public let at: Moment
    /// Our own token, echoed: what settles a send whose answer was lost.
    public let callback: String?
    public let errorCode: Int?

    public init(line: LineID, message: MessageID, stage: Stage, at: Moment, callback: String?, errorCode: Int?) {
        self.line = line
        self.message = message
        self.stage = stage
        self.at = at
        self.callback = callback
        self.errorCode = errorCode
    }
}
