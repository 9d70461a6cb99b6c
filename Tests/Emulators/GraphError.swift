// Meta's errors as it words them; thrown by the rules, answered by the Graph routes, repeated in failed statuses.

/// One refusal. `details` says to the host's engineer what is wrong, in our words, with the path of the field.
struct GraphError: Error, Sendable, Equatable {
    let code: Int
    let details: String
    var subcode: Int?

    init(_ code: Int, _ details: String, subcode: Int? = nil) {
        self.code = code
        self.details = details
        self.subcode = subcode
    }

    /// A required field that is not there.
    static func missing(_ path: String) -> GraphError { GraphError(131008, "Parameter '\(path)' is required.") }
    /// A field whose value cannot be.
    static func invalid(_ path: String, _ why: String) -> GraphError {
        GraphError(131009, "Parameter '\(path)': \(why)")
    }

    static func unknownObject(_ id: String, method: String) -> GraphError {
        GraphError(
            100,
            "Unsupported \(method) request. Object with ID '\(id)' does not exist, cannot be loaded due to missing "
                + "permissions, or does not support this operation.", subcode: 33)
    }

    /// HTTP status and title of each code; throttles are 400. Source: Cloud API error codes, read 2026-11.
    struct Kind: Sendable {
        let status: Int
        let title: String
    }

    static let kinds: [Int: Kind] = [
        0: Kind(status: 401, title: "AuthException"),
        1: Kind(status: 400, title: "API Unknown"),
        2: Kind(status: 503, title: "API Service"),
        3: Kind(status: 500, title: "API Method"),
        4: Kind(status: 400, title: "API Too Many Calls"),
        10: Kind(status: 403, title: "Permission Denied"),
        100: Kind(status: 400, title: "Invalid parameter"),
        190: Kind(status: 401, title: "Access token has expired"),
        200: Kind(status: 403, title: "API Permission"),
        368: Kind(status: 403, title: "Temporarily blocked for policies violations"),
        2046: Kind(status: 400, title: "Invalid order status transition"),
        2047: Kind(status: 400, title: "Unknown reference id"),
        2500: Kind(status: 400, title: "Unknown path components"),
        80007: Kind(status: 400, title: "Rate limit issues"),
        80008: Kind(status: 400, title: "Rate limit issues"),
        130429: Kind(status: 400, title: "Rate limit hit"),
        130472: Kind(status: 400, title: "User's number is part of an experiment"),
        130497: Kind(status: 403, title: "Business account is restricted from messaging users in this country."),
        131000: Kind(status: 500, title: "Something went wrong"),
        131005: Kind(status: 403, title: "Access denied"),
        131008: Kind(status: 400, title: "Required parameter is missing"),
        131009: Kind(status: 400, title: "Parameter value is not valid"),
        131016: Kind(status: 500, title: "Service unavailable"),
        131021: Kind(status: 400, title: "Recipient cannot be sender"),
        131026: Kind(status: 400, title: "Message undeliverable"),
        131031: Kind(status: 403, title: "Business Account locked"),
        131037: Kind(status: 400, title: "Display name approval needed before message can be sent"),
        131042: Kind(status: 400, title: "Business eligibility payment issue"),
        131045: Kind(status: 500, title: "Incorrect certificate"),
        131047: Kind(status: 400, title: "Re-engagement message"),
        131048: Kind(status: 400, title: "Spam rate limit hit"),
        131049: Kind(status: 400, title: "Meta chose not to deliver"),
        131050: Kind(status: 400, title: "User has stopped marketing messages"),
        131051: Kind(status: 400, title: "Unsupported message type"),
        131052: Kind(status: 400, title: "Media download error"),
        131053: Kind(status: 400, title: "Media upload error"),
        131056: Kind(status: 400, title: "(Business Account, Consumer Account) pair rate limit hit"),
        131057: Kind(status: 500, title: "Account in maintenance mode"),
        131062: Kind(status: 400, title: "Business-scoped user id not supported for this message"),
        132000: Kind(status: 400, title: "Template Param Count Mismatch"),
        132001: Kind(status: 404, title: "Template does not exist"),
        132005: Kind(status: 400, title: "Template Hydrated Text Too Long"),
        132007: Kind(status: 400, title: "Template Format Character Policy Violated"),
        132012: Kind(status: 400, title: "Template Parameter Format Mismatch"),
        132015: Kind(status: 400, title: "Template is Paused"),
        132016: Kind(status: 400, title: "Template is Disabled"),
        132018: Kind(status: 400, title: "Template parameter has forbidden characters"),
        133004: Kind(status: 503, title: "Server Temporarily Unavailable"),
        133010: Kind(status: 400, title: "Phone number not registered"),
        134011: Kind(status: 400, title: "Payments terms of service not accepted"),
        137000: Kind(status: 400, title: "Recipient identity key hash mismatch"),
    ]

    private var kind: Kind { Self.kinds[code] ?? Kind(status: 400, title: "Error") }

    var httpStatus: Int { kind.status }
    var title: String { kind.title }

    /// The answer's body. `traceID` is Meta's `fbtrace_id`.
    func body(traceID: String) -> JSONValue {
        let general = code < 2000 || code == 2500
        let message =
            switch code {
            case 100 where subcode == 33: details
            case 0, 190, 2500: details
            default: general ? "(#\(code)) \(details)" : "(#\(code)) \(title)"
            }
        return [
            "error": [
                "message": .string(message),
                "type": .string(subcode == 33 ? "GraphMethodException" : "OAuthException"),
                "code": .int(code),
                "error_subcode": subcode.map { .int($0) },
                "error_data": general ? nil : ["messaging_product": "whatsapp", "details": .string(details)],
                "fbtrace_id": .string(traceID),
            ]
        ]
    }

    /// The same refusal when it arrives later, in `statuses[].errors[]`.
    var statusError: JSONValue {
        [
            "code": .int(code), "title": .string(title), "message": .string(title),
            "error_data": ["details": .string(details)],
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        ]
    }
}
