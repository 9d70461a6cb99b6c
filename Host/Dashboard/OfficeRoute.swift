// One row of the table of routes: its address, who may come, what it takes and answers, and the code that answers.
import Hummingbird

struct OfficeRoute: Sendable {
    enum Admission: Sendable {
        /// Anybody who reaches the office side.
        case open
        /// A signed-in browser; others are led to the sign-in page.
        case page
        /// The bearer token, or a signed-in browser.
        case token
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query
        }

        let name: String
        let place: Place
        let purpose: String
        let schema: Schema
    }

    struct Body: Sendable {
        /// Media types that are taken.
        let types: [String]
        let schema: Schema
    }

    struct Answer: Sendable {
        let status: Int
        let purpose: String
        /// nil: no body.
        let type: String?
        let schema: Schema?

        static func json(_ schema: String, _ purpose: String) -> Answer { .json(200, schema, purpose) }

        static func json(_ status: Int, _ schema: String, _ purpose: String) -> Answer {
            Answer(status: status, purpose: purpose, type: "application/json", schema: .named(schema))
        }

        static func text(_ type: String, _ purpose: String) -> Answer {
            Answer(status: 200, purpose: purpose, type: type, schema: .string)
        }

        static func failure(_ status: Int, _ purpose: String) -> Answer { .json(status, "Error", purpose) }
        static func redirect(_ purpose: String) -> Answer {
            Answer(status: 303, purpose: purpose, type: nil, schema: nil)
        }
    }

    let method: HTTPRequest.Method
    /// With `{name}` for what varies.
    let path: String
    let admission: Admission
    let purpose: String
    var parameters: [Parameter] = []
    var body: Body?
    /// Besides these: 401 for `token`, 303 for `page`.
    let answers: [Answer]
    let answer: @Sendable (OfficeRequest) async throws -> Response

    /// Whether a request's path is this one.
    func matches(_ path: String) -> Bool {
        let own = self.path.split(separator: "/")
        let asked = path.split(separator: "/")
        return own.count == asked.count && zip(own, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
