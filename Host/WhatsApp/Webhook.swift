// Meta's way in: the handshake and the deliveries. Hummingbird calls it, one task a request; everything here is safe
// from any task. A delivery is answered 200 only once all that is in it is durable.
import Conversation
import HTTPTypes
import Hummingbird
import Logging
import Model
import Synchronization

public final class Webhook: Sendable {
    public struct Settings: Sendable {
        public var verifyToken: String
        /// The app secret; while a new one is brought in, both.
        public var appSecrets: [String]
        /// Bytes of one body. Meta says at most 3 MB.
        public var bodyBytesMax = 3 << 20
        /// Bytes of all bodies being read or stored at one time: 20 of the largest, or thousands of the usual ones.
        public var bytesInFlightMax = 64 << 20
        /// Seconds after which Meta is asked to come again; it has a schedule of its own, other callers listen.
        public var retryAfterSeconds = 5

        public init(verifyToken: String, appSecrets: [String]) {
            self.verifyToken = verifyToken
            self.appSecrets = appSecrets
        }
    }

    /// How a delivery ended, for metrics and for the rates that count what comes in. Holds nothing of a citizen.
    public struct Receipt: Sendable {
        public enum Outcome: String, Sendable {
            case accepted, unsigned, unreadable, busy
            case tooLarge = "too_large"
            case notStored = "not_stored"
        }

        public let outcome: Outcome
        public var messagesByLine: [LineID: Int] = [:]
        public var statuses = 0
        public var kept = 0
    }

    private struct State: Sendable {
        var settings: Settings
        var signature: Signature
        var bytesInFlight = 0
    }

    private let state: Mutex<State>
    private let inbox: any InboxStore
    private let now: @Sendable () -> Moment
    private let onAccepted: @Sendable ([LaneID]) -> Void
    private let observe: @Sendable (Receipt) -> Void
    private let logger: Logger

    /// `onAccepted` gets the lanes that have new work, after it is durable; it must not block.
    public init(
        _ settings: Settings, inbox: any InboxStore, now: @escaping @Sendable () -> Moment, logger: Logger,
        observe: @escaping @Sendable (Receipt) -> Void = { _ in }, onAccepted: @escaping @Sendable ([LaneID]) -> Void
    ) {
        state = Mutex(State(settings: settings, signature: Signature(secrets: settings.appSecrets)))
        self.inbox = inbox
        self.now = now
        self.logger = logger
        self.observe = observe
        self.onAccepted = onAccepted
    }

    /// New secrets and bounds from now on; requests in hand keep the old ones.
    public func replace(_ settings: Settings) {
        let signature = Signature(secrets: settings.appSecrets)
        state.withLock {
            $0.settings = settings
            $0.signature = signature
        }
    }

    public func addRoutes(
        to router: some RouterMethods<some RequestContext>, at path: RouterPath = "/webhooks/whatsapp"
    ) {
        router.get(path) { request, _ in self.handshake(request) }
        router.post(path) { request, _ in await self.respond(to: request) }
    }

    /// Echoes the challenge, byte for byte, to whoever knows our token.
    public func handshake(_ request: Request) -> Response {
        let query = request.uri.queryParameters
        let expected = state.withLock { $0.settings.verifyToken }
        guard query["hub.mode"] == "subscribe", let token = query["hub.verify_token"],
            let challenge = query["hub.challenge"],
            !expected.isEmpty, Self.areEqual(token.utf8, expected.utf8)
        else { return Response(status: .forbidden) }
        return Response(
            status: .ok, headers: [.contentType: "text/plain"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: String(challenge))))
    }

    public func respond(to request: Request) async -> Response {
        let (settings, signature) = state.withLock { ($0.settings, $0.signature) }
        var reservation = Reservation(webhook: self)
        defer { reservation.end() }
        let body: [UInt8]
        switch await collect(request, settings, &reservation) {
        case .body(let bytes): body = bytes
        case .refused(let response): return response
        }
        guard signature.isValid(request.headers[Self.signatureField], for: body) else {
            observe(Receipt(outcome: .unsigned))
            return Response(status: .unauthorized)
        }
        return await accept(body, settings)
    }

    private static let signatureField = HTTPField.Name(Signature.headerName)!

    private enum Collected {
        case body([UInt8])
        case refused(Response)
    }

    /// Copies the chunks once, into the one array that is then signed and read.
    private func collect(_ request: Request, _ settings: Settings, _ reservation: inout Reservation) async -> Collected {
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= settings.bodyBytesMax else { return refuse(.tooLarge, .contentTooLarge, settings) }
        // Room is counted as bytes come, never as they are announced: anybody can announce.
        var body: [UInt8] = []
        do {
            for try await chunk in request.body {
                let count = body.count + chunk.readableBytes
                guard count <= settings.bodyBytesMax else { return refuse(.tooLarge, .contentTooLarge, settings) }
                guard reservation.grow(to: count, max: settings.bytesInFlightMax) else {
                    return refuse(.busy, .serviceUnavailable, settings)
                }
                body.append(contentsOf: chunk.readableBytesView)
            }
        } catch {
            // The sender went away in the middle: there is nobody left to answer.
            return .refused(Response(status: .badRequest))
        }
        return .body(body)
    }

    private func refuse(_ outcome: Receipt.Outcome, _ status: HTTPResponse.Status, _ settings: Settings) -> Collected {
        observe(Receipt(outcome: outcome))
        return .refused(outcome == .busy ? retryLater(settings) : Response(status: status))
    }

    private func accept(_ body: [UInt8], _ settings: Settings) async -> Response {
        let moment = now()
        let read = WebhookReader.items(in: body, receivedAt: moment)
        do {
            let lanes = try await inbox.accept(read ?? [WebhookReader.kept(notJSON: body)], at: moment)
            if !lanes.isEmpty { onAccepted(lanes) }
        } catch {
            logger.error("a webhook could not be stored", metadata: ["code": "\(error.code)"])
            observe(Receipt(outcome: .notStored))
            return retryLater(settings)
        }
        observe(Self.receipt(read))
        return Response(status: read == nil ? .badRequest : .ok)
    }

    private func retryLater(_ settings: Settings) -> Response {
        Response(status: .serviceUnavailable, headers: [.retryAfter: String(settings.retryAfterSeconds)])
    }

    private static func receipt(_ items: [InboundItem]?) -> Receipt {
        var receipt = Receipt(outcome: items == nil ? .unreadable : .accepted)
        for item in items ?? [] {
            switch item {
            case .message(let message): receipt.messagesByLine[message.line, default: 0] += 1
            case .status: receipt.statuses += 1
            case .kept: receipt.kept += 1
            }
        }
        return receipt
    }

    /// Takes as long for a wrong byte at the start as for one at the end.
    private static func areEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// One request's share of the bytes in flight.
    private struct Reservation {
        let webhook: Webhook
        private var bytes = 0

        init(webhook: Webhook) { self.webhook = webhook }

        mutating func grow(to count: Int, max: Int) -> Bool {
            let more = count - bytes
            guard more > 0 else { return true }
            let isGranted = webhook.state.withLock { state in
                guard state.bytesInFlight + more <= max else { return false }
                state.bytesInFlight += more
                return true
            }
            if isGranted { bytes = count }
            return isGranted
        }

        func end() { webhook.state.withLock { $0.bytesInFlight -= bytes } }
    }
}
