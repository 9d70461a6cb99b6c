// Dated fees and rates: a fee that nobody published is a row that an administrator sets, never a constant in code.
import Conversation
import Foundation
import Hummingbird
import Model

extension Office {
    /// A hundred crore rupees: above it somebody typed paise for rupees.
    static let ratePaiseMax: Int64 = 100_000_000_000
    static let rateBodyBytesMax = 4096

    var rateRoutes: [OfficeRoute] {
        [
            OfficeRoute(
                method: .get, path: "/api/v1/rates", admission: .token,
                purpose: "Every dated row, and the keys that the modules' services ask for.",
                answers: [.json("Rates", "The rows."), .failure(503, "The store does not answer.")],
                answer: { _ in
                    let needed = await modules.list().flatMap(\.services).compactMap(\.rate)
                    return .json(RateList(rates: try await store.allRates(), keysNeeded: Set(needed).sorted()))
                }),
            OfficeRoute(
                method: .put, path: "/api/v1/rates", admission: .token,
                purpose: "Sets what a key is worth from a day on. The same key and day again replaces the value.",
                body: .init(types: ["application/json"], schema: .named("RateWish")),
                answers: [
                    .json("Rate", "Set."), .failure(400, "The body is wrong."), .failure(413, "The body is too large."),
                    .failure(503, "The store does not answer."),
                ],
                answer: { try await setRate($0) }),
        ]
    }

    private func setRate(_ asked: OfficeRequest) async throws -> Response {
        let body = try await asked.body(bytesMax: Self.rateBodyBytesMax)
        guard let wish = try? JSONDecoder().decode(RateWish.self, from: Data(body)) else {
            throw OfficeFailure.wrong("body", "{\"key\": text, \"value\": whole paise, \"valid_from\": \"YYYY-MM-DD\"}")
        }
        guard RateWish.isKey(wish.key) else {
            throw OfficeFailure.wrong("key", "1 to 80 of small letters, digits, `_`, `-` and `.`")
        }
        guard (0...Self.ratePaiseMax).contains(wish.value) else {
            throw OfficeFailure.wrong("value", "whole paise, 0 to \(Self.ratePaiseMax)")
        }
        guard RateWish.isDay(wish.validFrom) else { throw OfficeFailure.wrong("valid_from", "a day as YYYY-MM-DD") }
        let rate = Rate(
            key: wish.key, value: wish.value, validFrom: wish.validFrom, setBy: asked.caller.actor, setAt: clock())
        try await record("rate_set", asked.caller, rate.key, ["value": "\(rate.value)", "valid_from": rate.validFrom])
        do {
            try await store.set(rate)
        } catch {
            try? await record("rate_set_failed", asked.caller, rate.key, ["code": error.code])
            throw error
        }
        return .json(rate)
    }
}

struct RateList: Encodable, Sendable {
    let rates: [Rate]
    let keysNeeded: [String]
}

struct RateWish: Decodable, Sendable {
    let key: String
    let value: Int64
    let validFrom: String

    private enum CodingKeys: String, CodingKey {
        case key, value
        case validFrom = "valid_from"
    }

    static func isKey(_ text: String) -> Bool {
        (1...80).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E
            }
    }

    /// A day of the Gregorian calendar between 2000 and 2099.
    static func isDay(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
            text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (2000...2099).contains(year), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }
}
