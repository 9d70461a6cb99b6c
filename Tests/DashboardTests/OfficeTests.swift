// What the routes do: modules, rates, ledger, readiness.
import Conversation
import Foundation
import Model
import Testing

@testable import Dashboard

@Suite("what the office does")
struct OfficeTests {
    private let token = OfficeSite.token

    @Test("a module's file arrives byte for byte, sent raw or in a browser's form, with its assignment")
    func loading() async throws {
        try await OfficeSite.run { site in
            let file = [0x7F] + (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) } + Array("\r\n--x\r\n".utf8)
            let path = "/api/v1/modules?department=revenue&phone_number_id=100000000000009&isolation=in-process"
            let raw = try await site.send("POST", path, token: OfficeSite.token, body: file)
            #expect(raw.status == 201)
            let form =
                Array("--b0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n".utf8)
                + Array("--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.so\"\r\n\r\n".utf8)
                + file + Array("\r\n--b0--\r\n".utf8)
            let upload = try await site.send(
                "POST", path, token: OfficeSite.token,
                headers: [("Content-Type", "multipart/form-data; boundary=\"b0\"")], body: form)
            #expect(upload.status == 201)
            let loaded = site.house.now.loaded
            #expect(loaded.count == 2)
            for one in loaded {
                #expect(one.bytes == file)
                #expect(one.department == "revenue")
                #expect(one.phoneNumberID == "100000000000009")
                #expect(one.isolation == .inProcess)
            }
            let entries = site.house.now.ledger.map(\.entry)
            #expect(entries.map(\.kind) == ["module_load", "module_load"])
            #expect(entries[0].detail["bytes"] == "\(file.count)")
        }
    }

    @Test("a refused module is 422 with the code, and the ledger holds the try and the refusal")
    func refusedModule() async throws {
        try await OfficeSite.run { site in
            let answer = try await site.send("POST", "/api/v1/modules", token: OfficeSite.token, body: [1, 2, 3])
            #expect(answer.status == 422)
            #expect(answer.code == "MODULE_NOT_ELF")
            #expect(site.house.now.ledger.map(\.entry.kind) == ["module_load", "module_load_refused"])
        }
    }

    @Test("a file above the bound is refused, announced or not, before anybody loads it")
    func tooLargeModule() async throws {
        try await OfficeSite.run(settings: { $0.moduleBytesMax = 1000 }) { site in
            let body = [UInt8](repeating: 0x7F, count: 2000)
            let announced = try await site.send("POST", "/api/v1/modules", token: OfficeSite.token, body: body)
            #expect(announced.status == 413)
            #expect(announced.code == "BODY_TOO_LARGE")
            let head =
                "POST /api/v1/modules HTTP/1.1\r\nConnection: close\r\nHost: x\r\n"
                + "Authorization: Bearer \(OfficeSite.token)\r\n"
            let chunks = Array("Transfer-Encoding: chunked\r\n\r\n7d0\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8)
            let unannounced = try await Connection(port: site.port, sending: Array(head.utf8) + chunks).wholeAnswer()
            #expect(unannounced.status == 413)
            #expect(site.house.now.loaded.isEmpty)
        }
    }

    @Test(
        "a wrong parameter is named", arguments: ["isolation=cloud", "department=../etc", "phone_number_id=abc"])
    func wrongParameters(query: String) async throws {
        try await OfficeSite.run { site in
            let answer = try await site.send("POST", "/api/v1/modules?\(query)", token: OfficeSite.token, body: [0x7F])
            #expect(answer.status == 400)
            let name = String(query.prefix { $0 != "=" })
            #expect(try answer.json()["error"]?["sentence"]?.string?.hasPrefix(name) == true)
            #expect(site.house.now.loaded.isEmpty)
        }
    }

    @Test(
        "an action that this host lacks is 501, one in the wrong state 409, one for nobody 404",
        arguments: [
            ("revenue/drain", 501, "ACTION_NOT_BUILT"), ("revenue/enable", 409, "MODULE_ENABLED"),
            ("nobody/reload", 404, "MODULE_UNKNOWN"), ("revenue/explode", 404, "NOT_FOUND"),
        ])
    func refusedActions(path: String, status: Int, code: String) async throws {
        try await OfficeSite.run { site in
            let answer = try await site.send("POST", "/api/v1/modules/\(path)", token: OfficeSite.token)
            #expect(answer.status == status)
            #expect(answer.code == code)
        }
    }

    @Test("a rate that is set is in force for the store, in the list, and in the ledger with who set it")
    func settingARate() async throws {
        try await OfficeSite.run { site in
            let (cookie, csrf) = try await site.signIn()
            let wish = Array(#"{"key":"income_certificate.fee","value":1500,"valid_from":"2026-04-01"}"#.utf8)
            let answer = try await site.send(
                "PUT", "/api/v1/rates", headers: [cookie, ("X-Csrf-Token", csrf)], body: wish)
            #expect(answer.status == 200)
            let list = try await site.send("GET", "/api/v1/rates", token: OfficeSite.token).json()
            #expect(list["rates"]?[0]?["value"]?.integer == 1500)
            #expect(list["rates"]?[0]?["valid_from"]?.string == "2026-04-01")
            #expect(list["rates"]?[0]?["set_by"]?.string?.hasPrefix("administrator:session-") == true)
            #expect(list["keys_needed"] == .list([.string("income_certificate.fee")]))
            let entry = try #require(site.house.now.ledger.map(\.entry).first { $0.kind == "rate_set" })
            #expect(entry.subject == "income_certificate.fee")
            #expect(entry.detail == ["value": "1500", "valid_from": "2026-04-01"])
        }
    }

    @Test(
        "a wrong rate changes nothing, not even the ledger",
        arguments: [
            #"{"key":"","value":1,"valid_from":"2026-01-01"}"#, #"{"key":"A B","value":1,"valid_from":"2026-01-01"}"#,
            #"{"key":"a","value":-1,"valid_from":"2026-01-01"}"#, #"{"key":"a","value":1.5,"valid_from":"2026-01-01"}"#,
            #"{"key":"a","value":100000000001,"valid_from":"2026-01-01"}"#,
            #"{"key":"a","value":1,"valid_from":"2026-02-29"}"#,
            #"{"key":"a","value":1,"valid_from":"01-02-2026"}"#, #"{"key":"a","value":1}"#, "[]", "",
        ])
    func wrongRates(body: String) async throws {
        try await OfficeSite.run { site in
            let answer = try await site.send("PUT", "/api/v1/rates", token: OfficeSite.token, body: Array(body.utf8))
            #expect(answer.status == 400)
            #expect(site.house.now.rates.isEmpty)
            #expect(site.house.now.ledger.isEmpty)
        }
    }

    @Test("when the ledger can't be written, nothing is done")
    func noLedgerNoDeed() async throws {
        try await OfficeSite.run { site in
            site.house.change {
                $0.fault = Problem(code: "DISK_FULL", sentence: "The disk is full.", retryAfterSeconds: 30)
            }
            let answer = try await site.send("POST", "/api/v1/modules", token: OfficeSite.token, body: [0x7F])
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") == "30")
            #expect(try answer.json()["error"]?["retry_after_seconds"]?.integer == 30)
            #expect(site.house.now.loaded.isEmpty)
        }
    }

    @Test("the ledger is read page by page to its end")
    func ledgerPages() async throws {
        try await OfficeSite.run { site in
            for number in 1...5 {
                try await site.house.record(
                    LedgerEntry(kind: "test", actor: "test", subject: "\(number)"), at: Moment(milliseconds: 1))
            }
            var seen: [Int64] = []
            var after: Int64? = 0
            while let position = after {
                let page = try await site.send(
                    "GET", "/api/v1/ledger?after=\(position)&limit=2", token: OfficeSite.token
                ).json()
                seen += (page["rows"]?.list ?? []).compactMap { $0["sequence"]?.integer }
                after = page["next_after"]?.integer
            }
            #expect(seen == [1, 2, 3, 4, 5])
            for query in ["after=-1", "after=x", "limit=0", "limit=1001"] {
                #expect(try await site.send("GET", "/api/v1/ledger?\(query)", token: OfficeSite.token).status == 400)
            }
        }
    }

    @Test("a broken ledger says where and why")
    func brokenLedger() async throws {
        try await OfficeSite.run { site in
            site.house.change { $0.verdict = .broken(at: 17, why: "The hash differs.") }
            let verdict = try await site.send("GET", "/api/v1/ledger/verify", token: OfficeSite.token).json()
            #expect(
                verdict
                    == .object(["whole": .bool(false), "broken_at": .integer(17), "why": .string("The hash differs.")]))
        }
    }

    @Test("ready means: storage takes rows and a module is live; one broken department is only a warning")
    func readiness() async throws {
        try await OfficeSite.run { site in
            let cases: [(states: [ModuleStatus.State], writable: Bool, status: Int, reasons: [String], warnings: [String])] = [
                ([.ready], true, 200, [], []),
                ([.ready, .failed, .parked], true, 200, [], ["MODULE_FAILED", "MODULE_PARKED"]),
                ([.ready, .starting], true, 503, ["MODULE_STARTING"], []),
                ([.failed], true, 503, ["NO_MODULE_LIVE"], ["MODULE_FAILED"]), ([], true, 503, ["NO_MODULES"], []),
                ([.ready], false, 503, ["STORAGE_NOT_WRITABLE"], []),
            ]
            for one in cases {
                site.house.change { contents in
                    contents.modules = one.states.map { FakeHouse.module("revenue", $0) }
                    contents.isWritable = one.writable
                }
                let answer = try await site.send("GET", "/readyz")
                let json = try answer.json()
                #expect(answer.status == one.status, "\(one.states)")
                #expect((json["reasons"]?.list ?? []).compactMap { $0["code"]?.string } == one.reasons)
                #expect((json["warnings"]?.list ?? []).compactMap { $0["code"]?.string } == one.warnings)
            }
        }
    }

    @Test(
        "a broken form gives no file",
        arguments: ["", "--b\r\n", "--b\r\n\r\nx", "--b\r\nfilename=\r\n\r\nx\r\n--c--", "--b--\r\n"])
    func brokenForms(body: String) {
        #expect(Multipart.file(in: Array(body.utf8), contentType: "multipart/form-data; boundary=b") == nil)
        #expect(Multipart.file(in: Array(body.utf8), contentType: "multipart/form-data") == nil)
    }
}
