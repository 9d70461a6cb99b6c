// POST /payments/{gateway}/callback: the gateway says that something happened. Verified over the raw bytes, then only a
// reason to look: the state comes from the gateway's own API.
import Conversation
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Model

public struct PaymentCallback: Sendable {
    /// A callback is a few kilobytes; more is none.
    private static let bodyBytesMax = 64 * 1024

    private let secret: SymmetricKey
    private let store: any ConversationStore
    private let clock: @Sendable () -> Moment
    private let onAccepted: @Sendable () -> Void

    public init(
        secret: String, store: any ConversationStore, clock: @escaping @Sendable () -> Moment, onAccepted: @escaping @Sendable () -> Void
    ) {
        self.secret = SymmetricKey(data: Data(secret.utf8))
        self.store = store
        self.clock = clock
        self.onAccepted = onAccepted
    }

    public func addRoutes(to router: some RouterMethods<some RequestContext>) {
        router.post("/payments/:gateway/callback") { request, context in
            guard context.parameters.get("gateway") == "razorpay" else { return Response(status: .notFound) }
            return await respond(to: request)
        }
    }

    private func respond(to request: Request) async -> Response {
        guard let buffer = try? await request.body.collect(upTo: PaymentCallback.bodyBytesMax) else {
            return Response(status: .contentTooLarge)
        }
        let body = Data(buffer.readableBytesView)
        guard let name = HTTPField.Name("X-Razorpay-Signature"), let signature = request.headers[name].flatMap(bytes(hex:)),
            HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: body, using: secret)
        else { return Response(status: .unauthorized) }
        guard let reference = PaymentCallback.reference(in: body) else { return Response(status: .badRequest) }
        do throws(Problem) {
            guard let application = try await store.application(ApplicationNumber(reference)) else { return Response(status: .ok) }
            let digest = SHA256.hash(data: body).map { String(format: "%02x", $0) }.joined()
            // The same callback again has the same key and changes nothing.
            let job = Job(
                key: "\(reference)/callback/\(digest.prefix(16))", lane: application.lane, work: .checkPayment(application.number),
                runAt: clock())
            try await store.schedule([job], at: clock())
        } catch {
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "5"])
        }
        onAccepted()
        return Response(status: .ok)
    }

    /// The order's receipt is our application number.
    static func reference(in body: Data) -> String? {
        guard let root = try? JSONSerialization.jsonObject(with: body) as? [String: Any], let payload = root["payload"] as? [String: Any]
        else { return nil }
        for name in ["order", "payment"] {
            guard let entity = (payload[name] as? [String: Any])?["entity"] as? [String: Any] else { continue }
            if let receipt = entity["receipt"] as? String { return receipt }
            if let notes = entity["notes"] as? [String: Any], let reference = notes["reference_id"] as? String { return reference }
        }
        return nil
    }

    private func bytes(hex: String) -> Data? {
        guard hex.utf8.count == 64 else { return nil }
        var bytes = Data()
        var index = hex.startIndex
        while index < hex.endIndex {
            let next = hex.index(index, offsetBy: 2)
            guard let byte = UInt8(hex[index..<next], radix: 16) else { return nil }
            bytes.append(byte)
            index = next
        }
        return bytes
    }
}
