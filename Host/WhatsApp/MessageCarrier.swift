// What the Sender needs from Graph, and how a call to it can end. GraphClient carries; tests carry by hand.
import Model

public protocol MessageCarrier: Sendable {
    func send(_ message: CarriedMessage) async -> CarrierAnswer<MessageID>
    func upload(_ file: CarriedFile) async -> CarrierAnswer<MediaID>
    /// Lines with the same number share an access token.
    func tokenGroup(of line: LineID) -> Int
    /// How many such numbers there are.
    var tokenGroupCount: Int { get }
}

public struct CarriedMessage: Sendable {
    public let line: LineID
    public let to: CitizenAddress
    public let content: OutboundContent
    public let callback: String
    /// The uploaded file of a document.
    public let media: MediaID?

    public init(line: LineID, to: CitizenAddress, content: OutboundContent, callback: String, media: MediaID? = nil) {
        self.line = line
        self.to = to
        self.content = content
        self.callback = callback
        self.media = media
    }
}

public struct CarriedFile: Sendable {
    public let line: LineID
    public let bytes: [UInt8]
    public let filename: String
    public let mimeType: String

    public init(line: LineID, bytes: [UInt8], filename: String, mimeType: String) {
        self.line = line
        self.bytes = bytes
        self.filename = filename
        self.mimeType = mimeType
    }
}

/// How a call ended. `inDoubt` perhaps did something, the others but `done` surely nothing.
public enum CarrierAnswer<Value: Sendable>: Sendable {
    case done(Value)
    case refused(GraphRefusal)
    case unsent(code: String)
    case inDoubt(code: String)
    /// We could not even begin: a document of ours was not to be had.
    case unready(Problem)

    func flatMap<Other>(_ transform: (Value) -> CarrierAnswer<Other>) -> CarrierAnswer<Other> {
        switch self {
        case .done(let value): transform(value)
        case .refused(let refusal): .refused(refusal)
        case .unsent(let code): .unsent(code: code)
        case .inDoubt(let code): .inDoubt(code: code)
        case .unready(let problem): .unready(problem)
        }
    }

    func flatMapAsync<Other>(_ transform: (Value) async -> CarrierAnswer<Other>) async -> CarrierAnswer<Other> {
        switch self {
        case .done(let value): await transform(value)
        case .refused(let refusal): .refused(refusal)
        case .unsent(let code): .unsent(code: code)
        case .inDoubt(let code): .inDoubt(code: code)
        case .unready(let problem): .unready(problem)
        }
    }

    func map<Other>(_ transform: (Value) -> Other) -> CarrierAnswer<Other> { flatMap { .done(transform($0)) } }
}

/// Meta said no. Without a code of Meta's, the status is all there is.
public struct GraphRefusal: Error, Sendable, Equatable {
    public let code: Int?
    public let subcode: Int?
    public let httpStatus: Int

    public init(code: Int?, subcode: Int? = nil, httpStatus: Int) {
        self.code = code
        self.subcode = subcode
        self.httpStatus = httpStatus
    }

    /// What metrics count: `GRAPH_131047`, or `GRAPH_HTTP_503` for an answer without a code of Meta's.
    public var name: String { code.map { "GRAPH_\($0)" } ?? "GRAPH_HTTP_\(httpStatus)" }

    public var rule: GraphErrorRule {
        if let code { return GraphErrorTable.rule(for: code, subcode: subcode) }
        switch httpStatus {
        case 401: return GraphErrorTable.rule(for: 190)
        case 429, 500...599:
            return GraphErrorRule(httpStatus, .retry, "WhatsApp, or something before it, has passing trouble")
        default: return GraphErrorRule(httpStatus, .unknown, "something before WhatsApp refused the call")
        }
    }
}
