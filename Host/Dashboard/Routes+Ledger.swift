// The tamper-evident ledger: read page by page, and asked for its verdict on itself.
import Conversation
import Hummingbird
import Model

extension Office {
    static let ledgerRowsMax = 1000
    static let ledgerRowsDefault = 100

    var ledgerRoutes: [OfficeRoute] {
        [
            OfficeRoute(
                method: .get, path: "/api/v1/ledger", admission: .token, purpose: "Rows of the ledger, oldest first.",
                parameters: [
                    .init(
                        name: "after", place: .query, purpose: "Rows after this sequence; 0 by default.",
                        schema: .integer),
                    .init(
                        name: "limit", place: .query,
                        purpose: "1 to \(Self.ledgerRowsMax); \(Self.ledgerRowsDefault) by default.", schema: .integer),
                ],
                answers: [
                    .json("LedgerPage", "The rows."), .failure(400, "A parameter is wrong."),
                    .failure(503, "The store does not answer."),
                ],
                answer: { try await ledgerPage($0) }),
            OfficeRoute(
                method: .get, path: "/api/v1/ledger/verify", admission: .token,
                purpose: "Reads the whole chain of hashes again. 200 in both cases: the checking was done.",
                answers: [.json("Verdict", "Whole or broken."), .failure(503, "The store does not answer.")],
                answer: { _ in .json(Verdict(try await store.verifyLedger())) }),
        ]
    }

    private func ledgerPage(_ asked: OfficeRequest) async throws -> Response {
        guard let after = Int64(asked.query("after") ?? "0"), after >= 0 else {
            throw OfficeFailure.wrong("after", "a whole number from 0")
        }
        guard let limit = Int(asked.query("limit") ?? "\(Self.ledgerRowsDefault)"),
            (1...Self.ledgerRowsMax).contains(limit)
        else { throw OfficeFailure.wrong("limit", "1 to \(Self.ledgerRowsMax)") }
        let rows = try await store.ledger(after: after, limit: limit)
        return .json(LedgerPage(rows: rows, next: rows.count == limit ? rows.last?.sequence : nil))
    }
}

struct LedgerPage: Encodable, Sendable {
    let rows: [LedgerRow]
    /// What to ask for after; missing on the last page.
    let nextAfter: Int64?

    init(rows: [LedgerRow], next: Int64?) {
        self.rows = rows
        nextAfter = next
    }
}

struct Verdict: Encodable, Sendable {
    let whole: Bool
    let entries: Int64?
    let head: String?
    let brokenAt: Int64?
    let why: String?

    init(_ verdict: LedgerVerdict) {
        switch verdict {
        case .whole(let entries, let head):
            (whole, self.entries, self.head, brokenAt, why) = (true, entries, head, nil, nil)
        case .broken(let sequence, let reason):
            (whole, entries, head, brokenAt, why) = (false, nil, nil, sequence, reason)
        }
    }
}
