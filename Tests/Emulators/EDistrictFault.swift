// A refusal of the e-District emulator: thrown by its register and routes, rendered as the contract's Fault document.
import Hummingbird

struct EDistrictFault: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let retryable: Bool
    let reason: String

    static func badRequest(_ reason: String) -> Self {
        Self(status: .badRequest, code: "BAD_REQUEST", retryable: false, reason: reason)
    }

    static let unauthorized = Self(
        status: .unauthorized, code: "UNAUTHORIZED", retryable: true, reason: "the key is missing or wrong")
    static let conflict = Self(
        status: .conflict, code: "CONFLICT", retryable: false, reason: "this key was used for another application")
    static let unknownApplication = Self(
        status: .notFound, code: "UNKNOWN_APPLICATION", retryable: false, reason: "no application has this number")
    static let notReady = Self(
        status: .conflict, code: "NOT_READY", retryable: true, reason: "the certificate has not been issued")
    static let unavailable = Self(
        status: .serviceUnavailable, code: "UNAVAILABLE", retryable: true, reason: "the portal is under maintenance")

    var response: Response {
        let node = XMLNode(
            "Fault",
            children: [
                XMLNode("Code", text: code), XMLNode("Retryable", text: retryable ? "true" : "false"),
                XMLNode("Reason", text: reason),
            ])
        return .xml(node, status: status)
    }
}

extension Response {
    static func xml(_ node: XMLNode, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/xml; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: node.document(namespace: EDistrictSchema.namespace))))
    }
}
