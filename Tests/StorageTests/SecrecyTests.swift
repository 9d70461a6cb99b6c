// What somebody who steals the file learns: no number, no name, no word of a citizen.
import Conversation
import Crypto
import Foundation
import Model
import Testing

@testable import Storage

@Suite("Secrecy") struct SecrecyTests {
    @Test("neither the file nor its log holds a number, a name, an answer, a wamid or a token of the citizen")
    func dump() async throws {
        let house = try House()
        let (phone, user, name) = ("919876501234", "IN.77001122334455", "सीता देवी Sitaram")
        let wamid = "wamid." + Data(phone.utf8).base64EncodedString()
        let lane = try #require(
            await house.store.accept([house.text(name, id: wamid, phone: phone, userID: user)], at: House.start).first)
        _ = try await house.store.accept(
            [.kept(kind: "odd", hash: phone, json: "{\"from\":\"\(phone)\"}")], at: House.start)
        let input = try #require(await house.store.beginTurn(in: lane))
        try await house.answer(input, with: ["आपका नाम \(name) है"]) { turn in
            var draft = Draft(service: "income_certificate", startedAt: House.start, place: .summary)
            draft.values = ["name": name, "mobile": phone]
            turn.state.draft = draft
            var filed = application("SMV-1", input)
            filed.values = [FieldAnswer(key: "name", value: name), FieldAnswer(key: "mobile", value: phone)]
            filed.moduleState = Array(name.utf8)
            turn.newApplications = [filed]
        }
        let row = try #require(await house.store.claimDue(at: House.start, limit: 1).first)
        #expect(row.to.phone == phone)
        try await house.store.record([(row.id, .accepted(MessageID(wamid + "x")))], at: House.start)
        _ = try await house.store.accept([status(.sent, of: MessageID(wamid + "y"))], at: House.start)

        let planted = [phone, user, name, "Sitaram", "सीता", wamid, "\(wamid.dropFirst(6))", "\(phone.suffix(10))"]
        for suffix in ["", "-wal"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: house.path + suffix))
            for word in planted {
                #expect(bytes.range(of: Data(word.utf8)) == nil, "\(suffix) holds \(word)")
            }
            if suffix == "-wal" { #expect(bytes.count > 10_000) }
        }
    }

    @Test("the dashboard's view holds two digits of a number, or the head of an opaque key")
    func masked() async throws {
        let house = try House()
        for (id, phone, user) in [("wamid.1", "919876501234", nil), ("wamid.2", nil, "IN.1")]
            as [(String, String?, String?)]
        {
            let lane = try await house.write("hi", id: id, phone: phone, userID: user)
            try await house.answer(try #require(await house.store.beginTurn(in: lane)))
        }
        let shown = try await house.store.snapshot(at: House.start).conversations.map(\.citizen)
        #expect(shown.contains("…34"))
        #expect(shown.allSatisfy { $0 == "…34" || $0.count == 8 })
    }

    @Test("a file is not opened with another key")
    func wrongKey() async throws {
        let house = try House()
        await house.store.close()
        let refused = await code { _ = try House.open(house.path, key: SymmetricKey(size: .bits256)) }
        #expect(refused == "STORE_WRONG_KEY")
    }

    @Test("a sealed value that was moved to another column, cut or changed does not open")
    func sealedValues() throws {
        let sealer = Sealer(key: SymmetricKey(size: .bits256))
        let sealed = try sealer.seal(text: "919876501234", .phone)
        #expect(try sealer.open(text: sealed, .phone) == "919876501234")
        #expect(throws: Problem.self) { try sealer.open(text: sealed, .userID) }
        #expect(throws: Problem.self) { try sealer.open(text: sealed.dropLast(), .phone) }
        #expect(throws: Problem.self) { try sealer.open(text: Data(), .phone) }
        var changed = sealed
        changed[changed.count - 1] ^= 1
        #expect(throws: Problem.self) { try sealer.open(text: changed, .phone) }
        #expect(try sealer.seal(text: "919876501234", .phone) != sealed)
    }
}
