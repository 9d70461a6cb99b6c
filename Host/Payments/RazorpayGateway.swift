// Looks up what became of a bill at the gateway (Razorpay's order API). Called by jobs; the answer here is the only one
// that is believed, whatever chat or callback say.
import Conversation
import Foundation
import HTTPClient
import Model

public struct RazorpayGateway: PaymentGateway {
    private let url: String
    private let authorization: String
    private let client: HTTPClient

    /// - Parameter url: up to and without `/v1`.
    public init(url: String, keyID: String, keySecret: String, client: HTTPClient) {
        self.url = url
        authorization = "Basic " + Data("\(keyID):\(keySecret)".utf8).base64EncodedString()
        self.client = client
    }

    public func outcome(of reference: String) async throws(PortalFailure) -> (outcome: PaymentOutcome, paidPaise: Int64) {
        guard let order = try await items("/v1/orders?receipt=\(escaped(reference))", as: Order.self).first else { return (.pending, 0) }
        let payments = try await items("/v1/orders/\(escaped(order.id))/payments", as: Payment.self)
        if let paid = payments.first(where: { $0.status == "captured" }) { return (.paid, paid.amount) }
        if payments.isEmpty || payments.contains(where: { $0.status != "failed" }) { return (.pending, 0) }
        return (.failed, 0)
    }

    private struct Order: Decodable {
        let id: String
    }

    private struct Payment: Decodable {
        let status: String
        let amount: Int64
    }

    private struct Page<Item: Decodable>: Decodable {
        let items: [Item]
    }

    private func items<Item: Decodable>(_ path: String, as type: Item.Type) async throws(PortalFailure) -> [Item] {
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await client.send(HTTPRequest(.get, url + path, headers: [("Authorization", authorization)]))
        } catch {
            throw PortalFailure(
                problem: Problem(
                    code: "GATEWAY_\(error.code.rawValue.uppercased())", sentence: "the payment gateway did not answer: \(error.sentence)"),
                retryable: true)
        }
        guard response.status == 200, let page = try? JSONDecoder().decode(Page<Item>.self, from: Data(response.body)) else {
            throw PortalFailure(
                problem: Problem(code: "GATEWAY_HTTP_\(response.status)", sentence: "the payment gateway answered \(response.status)"),
                retryable: true)
        }
        return page.items
    }

    private func escaped(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "" }

    /// RFC 3986, 2.3: these need no escaping anywhere in a URL.
    private var unreserved: CharacterSet { .alphanumerics.union(CharacterSet(charactersIn: "-._~")) }
}
