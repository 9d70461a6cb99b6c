// Every screen of the citizen's phone, of the console and of the pay page: both widths, both languages, light and dark.
import Foundation
import Testing

@testable import EndToEnd

extension BrowserTests {
    @Test("nothing on the phone is cut off, unreadable or nameless", arguments: Window.Tongue.allCases)
    func phoneLooks(_ tongue: Window.Tongue) async throws {
        let citizen = tongue == .hindi ? "919810000301" : "919810000302"
        try await prepareChat(try Self.stage(), citizen, tongue)
        try await Self.withBrowser(.phone(tongue)) { stage, browser in
            for window in Window.all where window.tongue == tongue {
                try await browser.show(window)
                try await browser.open(stage.phone(citizen, tongue))
                try await browser.wait("the chats", for: "document.querySelectorAll('.chat').length === 4")
                try await stage.inspect(browser, "chats", window)
                if !window.isDark { try await stage.walkFocus(browser, "chats", window) }

                try await browser.open(stage.phone(citizen, tongue, line: stage.revenue))
                try await browser.wait(
                    "the whole chat",
                    for: "document.querySelectorAll('.theirs').length >= 3 && document.querySelector('.picture img')?.complete")
                try await stage.inspect(browser, "chat", window)
                if !window.isDark { try await stage.walkFocus(browser, "chat", window) }
            }
        }
    }

    /// A chat with a picture, buttons, a list, a place and a long word.
    private func prepareChat(_ stage: Stage, _ citizen: String, _ tongue: Window.Tongue) async throws {
        let phone = CitizenPhone(world: stage.rig.world, line: stage.revenue, citizen: citizen)
        for text in tongue == .hindi ? ["नमस्ते", "आय प्रमाण पत्र"] : ["income certificate", "menu"] {
            try await phone.say(text)
            _ = try await phone.replies(1)
        }
        try await phone.photo("identity-proof.jpg")
        _ = try await phone.replies(1)
        try await phone.say(String(repeating: "A9", count: 40))
        _ = try await phone.replies(1)
    }

    @Test("the console and the pay page fit on both screens, in the light and in the dark")
    func consoleAndPayPage() async throws {
        try await Self.withBrowser(.desk(.english)) { stage, browser in
            for window in Window.all where window.tongue == .english {
                try await browser.show(window)
                try await browser.open(stage.phoneURL + "/console")
                try await browser.wait("the counters", for: "document.querySelectorAll('#counters dd').length > 4")
                try await stage.inspect(browser, "console", window)
            }
            let reference = "SV0000001"
            let made = try await browser.run(Self.orderScript, [.string(reference)])
            #expect(made.int == 200)
            for window in Window.all where window.tongue == .hindi {
                try await browser.show(window)
                try await browser.open(stage.phoneURL + "/payments/pay?reference=\(reference)")
                try await browser.wait("the sum", for: "document.getElementById('amount').innerText.includes('1,234.50')")
                try await stage.inspect(browser, "pay", window)
            }
        }
    }

    /// An order at the gateway, as the host would make it.
    private static let orderScript = """
        return fetch('/payments/v1/orders', {
          method: 'POST', body: JSON.stringify({ amount: 123450, currency: 'INR', receipt: arguments[0] }),
          headers: { Authorization: 'Basic ' + btoa('rzp_test_emulator:emulator-key-secret'), 'Content-Type': 'application/json' },
        }).then((answer) => answer.status)
        """
}
