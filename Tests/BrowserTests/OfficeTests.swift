// The office's page in a browser: coming in, watching citizens live without seeing who they are, setting a fee, going out.
import Foundation
import Testing

@testable import EndToEnd

extension BrowserTests {
    @Test("a wrong token is refused kindly, the right one comes in, and signing out ends it")
    func signIn() async throws {
        try await Self.withBrowser(.phone(.hindi)) { stage, browser in
            // The gate speaks both languages at once, since it does not know yet who comes.
            for window in Window.all where window.tongue == .hindi {
                try await browser.show(window)
                try await browser.open(stage.officeURL + "/")
                try await stage.inspect(browser, "gate", window)
                try await browser.type("not-the-token" + Browser.Key.enter.rawValue, into: "#token")
                try await browser.wait("the refusal", for: "document.querySelector('.fault[role=alert]')")
                let refusal = try await browser.text(".fault")
                #expect(refusal.contains("यह टोकन सही नहीं है") && refusal.contains("This token is not right"))
                #expect(try await browser.run("return document.getElementById('token').value").string == "")
                // The browser itself notes that the answer was 401; nothing else may be said.
                #expect(try await browser.complaints().filter { !$0.contains("401") }.isEmpty)
                try await stage.inspect(browser, "refused", window)
            }
            try await comeIn(stage, browser, .hindi)
            try await browser.click("form[action='/sign-out'] button")
            try await browser.wait("the form again", for: "document.getElementById('token')")
            try await browser.open(stage.officeURL + "/")
            #expect(try await browser.url.hasSuffix("/sign-in"))
        }
    }

    @Test("the office sees a citizen write without a reload, and never the citizen's number")
    func live() async throws {
        try await Self.withBrowser(.desk(.hindi)) { stage, browser in
            try await comeIn(stage, browser, .hindi)
            try await browser.run("window.stays = true")
            let citizen = "919810044071"
            let phone = CitizenPhone(world: stage.rig.world, line: Line.all[3].id, citizen: citizen)
            try await phone.say("नमस्ते, मुझे शिकायत करनी है")
            try await browser.wait(
                "a new conversation", for: "[...document.querySelectorAll('#conversations code')].some((one) => one.innerText === '…71')")
            try await browser.wait(
                "a counter above nothing",
                for:
                    "Number(document.querySelector('#figures dd').innerText) > 0 && document.querySelector('#line').dataset.state === 'live'"
            )
            #expect(try await browser.run("return window.stays").bool == true, "the page was not loaded again")
            // Neither the number nor a piece of it that would name somebody, in no attribute and no script's memory.
            let held = try await browser.run("return document.documentElement.outerHTML + JSON.stringify(view)").string ?? ""
            #expect(!held.isEmpty && !held.contains(citizen) && !held.contains("9810044071") && !held.contains("98100 44071"))
            let before = try await browser.text("#lines tr:last-child td.number")
            _ = try await phone.replies(1)
            try await phone.say("menu")
            try await browser.wait(
                "one more message on the line",
                for: "Number(document.querySelector('#lines tr:last-child td.number').innerText) > arguments[0]",
                [.number(Double(before) ?? 0)])
        }
    }

    @Test("a fee that the office sets stands in the next offer in the chat")
    func fee() async throws {
        try await Self.withBrowser(.desk(.english)) { stage, browser in
            try await comeIn(stage, browser, .english)
            try await browser.click("#rates summary")
            try await browser.type("revenue.income_certificate.fee", into: "#rate-form [name=key]")
            try await browser.type("37.50", into: "#rate-form [name=rupees]")
            try await browser.run(
                """
                const day = document.querySelector('#rate-form [name=valid_from]')
                day.value = '2027-01-01'
                day.dispatchEvent(new Event('input', { bubbles: true }))
                """)
            try await browser.click("#rate-form button[type=submit]")
            try await browser.wait("that it is done", for: "document.querySelector('#rate-form output.ok')")
            try await browser.wait(
                "the new row",
                for:
                    "[...document.querySelectorAll('#rates tr')].some((one) => one.innerText.includes('37.50') && one.innerText.includes('In force'))"
            )
            #expect(try await browser.complaints().isEmpty)
        }
        try await Self.withBrowser(.phone(.english)) { stage, browser in
            let phone = PhonePage(browser: browser, window: .phone(.english))
            try await browser.open(stage.phone("919810044072", .english, line: stage.revenue))
            try await phone.say("I need an income certificate")
            try await phone.hears("37.50")
        }
    }

    @Test("the dashboard is whole on both screens, in both languages, in the light and in the dark")
    func looks() async throws {
        try await Self.withBrowser(.desk(.hindi)) { stage, browser in
            try await comeIn(stage, browser, .hindi)
            let ready =
                "document.querySelectorAll('#modules tbody tr').length === 4 && [...document.querySelectorAll('#modules tbody tr')].every((one) => one.querySelector('.mark.ok'))"
            try await browser.wait("four modules that are live", for: ready)
            for window in Window.all {
                try await browser.show(window)
                try await browser.click("[data-tongue=\(window.tongue.rawValue)]")
                try await browser.wait(
                    "the language", for: "document.documentElement.lang === arguments[0]", [.string(window.tongue.rawValue)])
                try await browser.wait(
                    "the words of it", for: "document.querySelector('#modules .mark.ok').innerText === arguments[0]",
                    [window.tongue == .hindi ? "चालू" : "Live"])
                try await stage.inspect(browser, "office", window)
                try await browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
                try await stage.inspect(browser, "office-unfolded", window)
                try await browser.run("for (const one of document.querySelectorAll('details')) one.open = false")
                if !window.isDark { try await stage.walkFocus(browser, "office", window) }
            }
            try await browser.reload()
            try await browser.wait(
                "the language is kept over a reload",
                for: "document.documentElement.lang === 'en' && document.querySelector('#modules .mark.ok')")
        }
    }

    /// Through the form, as an administrator does.
    private func comeIn(_ stage: Stage, _ browser: Browser, _ tongue: Window.Tongue) async throws {
        try await browser.open(stage.officeURL + "/")
        try await browser.type(Rig.adminToken, into: "#token")
        try await browser.click("form[action='/sign-in'] button")
        try await browser.wait("the live line", for: "document.getElementById('line')?.dataset.state === 'live'")
        try await browser.click("[data-tongue=\(tongue.rawValue)]")
        try await browser.wait("the language", for: "document.documentElement.lang === arguments[0]", [.string(tongue.rawValue)])
    }
}
