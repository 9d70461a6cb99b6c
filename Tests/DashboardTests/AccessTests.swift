// Who comes in: the form, the session and its end, forged requests, guessing.
import Foundation
import Hummingbird
import Testing

@testable import Dashboard

@Suite("who is let in")
struct AccessTests {
    @Test("the form gives a cookie that scripts can't read and other sites can't send")
    func cookieFlags() async throws {
        try await OfficeSite.run { site in
            let form = try await site.send("POST", "/sign-in", body: Array("token=\(OfficeSite.token)".utf8))
            #expect(form.status == 303)
            #expect(form.header("location") == "/")
            let cookie = try #require(form.header("set-cookie"))
            #expect(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict") && !cookie.contains("Secure"))
            #expect(!cookie.contains(OfficeSite.token))

            let behindTLS = try await site.send(
                "POST", "/sign-in", headers: [("X-Forwarded-Proto", "https")],
                body: Array("token=\(OfficeSite.token)".utf8))
            #expect(behindTLS.header("set-cookie")?.hasSuffix("; Secure") == true)
        }
    }

    @Test("without a session the dashboard leads to the sign-in page, and the API says 401")
    func signedOut() async throws {
        try await OfficeSite.run { site in
            let page = try await site.send("GET", "/")
            #expect(page.status == 303)
            #expect(page.header("location") == "/sign-in")
            let forged = try await site.send(
                "GET", "/api/v1/snapshot", headers: [("Cookie", "\(Access.cookieName)=00")])
            #expect(forged.status == 401)
        }
    }

    @Test("a session opens page and API, and is over after its hours")
    func sessionEnds() async throws {
        try await OfficeSite.run { site in
            let (cookie, _) = try await site.signIn()
            #expect(try await site.send("GET", "/api/v1/snapshot", headers: [cookie]).status == 200)
            site.advance(seconds: 12 * 3600 - 1)
            #expect(try await site.send("GET", "/api/v1/snapshot", headers: [cookie]).status == 200)
            site.advance(seconds: 2)
            #expect(try await site.send("GET", "/api/v1/snapshot", headers: [cookie]).status == 401)
            #expect(try await site.send("GET", "/", headers: [cookie]).status == 303)
        }
    }

    @Test("signing out ends the session at once, and only the page itself can sign out")
    func signOut() async throws {
        try await OfficeSite.run { site in
            let (cookie, csrf) = try await site.signIn()
            let forged = try await site.send("POST", "/sign-out", headers: [cookie], body: Array("csrf=00".utf8))
            #expect(forged.status == 403)
            let out = try await site.send("POST", "/sign-out", headers: [cookie], body: Array("csrf=\(csrf)".utf8))
            #expect(out.status == 303)
            #expect(out.header("set-cookie")?.contains("Max-Age=0") == true)
            #expect(try await site.send("GET", "/api/v1/snapshot", headers: [cookie]).status == 401)
        }
    }

    @Test("a change with a session alone, without the page's own token, is refused")
    func changeNeedsCSRF() async throws {
        try await OfficeSite.run { site in
            let (cookie, csrf) = try await site.signIn()
            let path = "/api/v1/modules/revenue/disable"
            let forged = try await site.send("POST", path, headers: [cookie])
            #expect(forged.status == 403)
            #expect(forged.code == "OTHER_SITE")
            #expect(try await site.send("POST", path, headers: [cookie, ("X-Csrf-Token", "guess")]).status == 403)
            #expect(try await site.send("POST", path, headers: [cookie, ("X-Csrf-Token", csrf)]).status == 200)
        }
    }

    @Test(
        "another site's sign-in form is refused; our own and a script are not",
        arguments: [
            ([("Origin", "https://evil.example")], 403), ([("Origin", "null")], 403),
            ([("Sec-Fetch-Site", "cross-site")], 403),
            ([("Sec-Fetch-Site", "same-site")], 403), ([("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], 303),
            ([], 303),
        ] as [([(String, String)], Int)])
    func signInFromElsewhere(headers: [(String, String)], status: Int) async throws {
        try await OfficeSite.run { site in
            let answer = try await site.send(
                "POST", "/sign-in", headers: headers, body: Array("token=\(OfficeSite.token)".utf8))
            #expect(answer.status == status)
            let own = try await site.send(
                "POST", "/sign-in", headers: [("Origin", "http://127.0.0.1:\(site.port)")],
                body: Array("token=\(OfficeSite.token)".utf8))
            #expect(own.status == 303)
        }
    }

    @Test("after ten wrong tokens the form waits a minute, then takes the right one")
    func guessingIsSlow() async throws {
        try await OfficeSite.run { site in
            let right = Array("token=\(OfficeSite.token)".utf8)
            for _ in 0..<Access.formTriesMax {
                #expect(try await site.send("POST", "/sign-in", body: Array("token=x".utf8)).status == 401)
            }
            let braked = try await site.send("POST", "/sign-in", body: right)
            #expect(braked.status == 429)
            #expect(braked.header("retry-after") == "60")
            #expect(braked.header("set-cookie") == nil)
            site.advance(seconds: 61)
            #expect(try await site.send("POST", "/sign-in", body: right).status == 303)
        }
    }

    @Test("a wrong token's page never shows the token again")
    func tokenIsNotEchoed() async throws {
        try await OfficeSite.run { site in
            let answer = try await site.send("POST", "/sign-in", body: Array("token=almost-right".utf8))
            #expect(answer.status == 401)
            #expect(!answer.text.contains("almost-right"))
            #expect(answer.text.contains("यह टोकन सही नहीं है"))
        }
    }

    @Test("the brake remembers a bounded number of addresses, and many addresses together are braked too")
    func brakeIsBounded() throws {
        let brake = TriesBrake(triesMax: 2)
        let now = FakeHouse().now.now
        for number in 0..<(TriesBrake.addressesMax + 2) { brake.count("10.0.\(number / 256).\(number % 256)", at: now) }
        #expect(throws: OfficeFailure.self) { try brake.pass("192.168.1.1", at: now) }
        #expect(throws: Never.self) { try brake.pass("10.0.0.1", at: now) }
        #expect(throws: Never.self) { try brake.pass("192.168.1.1", at: now.adding(seconds: 61)) }
    }

    @Test("with an empty token nobody comes in")
    func emptyToken() {
        let access = Access(
            token: "", clock: { FakeHouse().now.now }, randomness: { Array(repeating: 1, count: $0) },
            sessionSeconds: 60,
            sessionsMax: 2)
        #expect(throws: OfficeFailure.self) { try access.signIn("", from: "10.0.0.1") }
    }
}
