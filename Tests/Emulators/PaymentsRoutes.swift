// The gateway's HTTP face under /payments: its API for the host, and the pay page's actions for the citizen.
import Foundation
import HTTPTypes
import Hummingbird

struct PaymentsRoutes: Sendable {
    let gateway: PaymentsGateway
    let pages: Pages

    func add(to router: Router<BasicRequestContext>) {
        router.post("/payments/v1/orders") { request, _ -> Response in
            try await guarded(request) { try gateway.create(try await request.controlJSON()) }
        }
        router.get("/payments/v1/orders") { request, _ -> Response in
            try await guarded(request) {
                let items = gateway.order(request.query("receipt") ?? "").map { [PaymentsGateway.json($0)] } ?? []
                return ["entity": "collection", "count": .int(items.count), "items": .array(items)]
            }
        }
        router.get("/payments/v1/orders/:id") { request, context -> Response in
            try await guarded(request) { PaymentsGateway.json(try known(context.parameters.get("id"))) }
        }
        router.get("/payments/v1/orders/:id/payments") { request, context -> Response in
            try await guarded(request) {
                let order = try known(context.parameters.get("id"))
                let items = order.payments.map { PaymentsGateway.json($0, of: order) }
                return ["entity": "collection", "count": .int(items.count), "items": .array(items)]
            }
        }
        router.get("/payments/pay") { _, _ -> Response in pages.answer("pay.html") }
        router.get("/payments/pay/order") { request, _ -> Response in
            guard let order = gateway.order(request.query("reference") ?? "") else {
                return Response(status: .notFound)
            }
            return .json(PaymentsGateway.json(order))
        }
        router.post("/payments/pay") { request, _ -> Response in
            let body = try await request.controlJSON()
            return pay(body)
        }
    }

    func pay(_ body: JSONValue) -> Response {
        do throws(GraphError) {
            let name = body["outcome"]?.string ?? "success"
            guard let outcome = PaymentsGateway.Outcome(rawValue: name) else { throw .invalid("outcome", "is unknown") }
            let payment = try gateway.pay(
                reference: body["reference_id"]?.string ?? "", outcome: outcome, method: body["method"]?.string ?? "upi"
            )
            return .json(["id": .string(payment.id), "status": .string(payment.status)])
        } catch { return .refused(error) }
    }

    private func known(_ id: String?) throws -> GatewayOrder {
        guard let order = gateway.order(id ?? "") else { throw GraphError(100, "The id provided does not exist") }
        return order
    }

    /// Basic authentication with key id and secret; errors in the gateway's own shape.
    private func guarded(_ request: Request, _ body: () async throws -> JSONValue) async throws -> Response {
        let configuration = gateway.configuration
        let credentials = Data("\(configuration.keyID):\(configuration.keySecret)".utf8).base64EncodedString()
        guard request.headers[.authorization] == "Basic \(credentials)" else {
            return .json(
                ["error": ["code": "BAD_REQUEST_ERROR", "description": "Authentication failed"]], status: .unauthorized)
        }
        do { return .json(try await body()) } catch let error as GraphError {
            return .json(
                ["error": ["code": "BAD_REQUEST_ERROR", "description": .string(error.details)]], status: .badRequest)
        }
    }
}
