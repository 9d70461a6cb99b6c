// From the first words to the certificate in a citizen's hand, by touch; and the same phone without a finger, by keyboard.
import Foundation
import Testing

@testable import EndToEnd

extension BrowserTests {
    @Test(
        "a citizen writes what she needs, answers by tapping, sends papers, and downloads the certificate",
        arguments: [Window.phone(.hindi), .desk(.english, dark: true)])
    func journey(_ window: Window) async throws {
        try await Self.withBrowser(window) { stage, browser in
            let phone = PhonePage(browser: browser, window: window)
            let journey = Journey(stage: stage, phone: phone, citizen: "9198100001\(window.width % 100)")
            try await journey.begin()
            try await journey.answer()
            try await journey.sendPapers()
            let number = try await journey.submit()
            try await journey.receive(number)
        }
    }

    @Test(
        "without a finger: Tab reaches the composer, Enter sends, arrows choose in the list, Escape closes it",
        arguments: Window.Tongue.allCases)
    func keyboard(_ tongue: Window.Tongue) async throws {
        for window in [Window.phone(tongue), .desk(tongue)] {
            try await Self.withBrowser(window) { stage, browser in
                try await byKeyboard(stage, PhonePage(browser: browser, window: window))
            }
        }
    }

    private func byKeyboard(_ stage: Stage, _ phone: PhonePage) async throws {
        let browser = phone.browser
        let citizen = "9198100002\(phone.window.width % 100)\(phone.window.tongue == .hindi ? 1 : 2)"
        try await browser.open(stage.phone(citizen, phone.window.tongue))
        try await browser.wait("the list of chats", for: "document.querySelectorAll('.chat').length === 4")
        #expect(try await tabs(to: ".chat", in: browser))
        try await browser.press(.enter)
        try await browser.wait("the open chat", for: "!document.getElementById('chat').hidden")
        #expect(try await tabs(to: "#words", in: browser))
        try await browser.press(phone.words("आय", "income certificate"))
        try await browser.press(.enter)
        try await browser.wait("a reply", for: "document.querySelector('.theirs .action')")
        try await browser.wait(
            "an empty composer with the focus", for: "document.activeElement.id === 'words' && !document.activeElement.value")

        // The list: opened from the bubble, closed by Escape with the focus back where it was, opened again and chosen from.
        try await browser.press(phone.words("सेवाएँ", "all services"))
        try await browser.press(.enter)
        try await browser.wait(
            "the list of services", for: "[...document.querySelectorAll('.theirs')].at(-1)?.querySelector('.action use[href$=\"#list\"]')")
        #expect(try await tabs(to: ".bubble:last-of-type .action", in: browser, backwards: true))
        try await browser.press(.enter)
        try await browser.wait("the sheet", for: "document.querySelector('#sheet[open] input:focus')")
        try await browser.press(.escape)
        try await browser.wait(
            "the closed sheet", for: "!document.getElementById('sheet').open && document.activeElement.matches('.action')")
        try await browser.press(.enter)
        try await browser.wait("the sheet again", for: "document.querySelector('#sheet[open] input:focus')")
        try await browser.press(.down, .down)
        let chosen = try await browser.text("#sheet .row:has(:checked) b")
        try await stage.keepPicture(of: browser, "keyboard-\(phone.window.name)")
        try await browser.press(.enter)
        try await browser.wait(
            "the choice as the citizen's own message",
            for: "[...document.querySelectorAll('.mine')].at(-1).innerText.includes(arguments[0])", [.string(chosen)])
        #expect(try await browser.complaints().isEmpty)
    }

    /// Presses Tab until the focus is on what matches.
    private func tabs(to selector: String, in browser: Browser, backwards: Bool = false, stopsMax: Int = 40) async throws -> Bool {
        for _ in 0..<stopsMax {
            if try await browser.run("return document.activeElement.matches(arguments[0])", [.string(selector)]).bool == true {
                return true
            }
            try await browser.press(.tab, shift: backwards)
        }
        return false
    }
}

/// The steps of one application for a Scheduled Caste certificate, each as a citizen does it.
private struct Journey {
    let stage: Stage
    let phone: PhonePage
    let citizen: String

    private var browser: Browser { phone.browser }
    private func words(_ hindi: String, _ english: String) -> String { phone.words(hindi, english) }

    func begin() async throws {
        try await browser.open(stage.phone(citizen, phone.window.tongue, line: stage.revenue))
        try await phone.say(words("जाति प्रमाण पत्र", "caste certificate"))
        try await phone.clarifies(with: words("SC प्रमाण पत्र (दिल्ली)", "SC certificate (Delhi)"), until: words("शुरू करें", "Start"))
        try await stage.inspect(browser, "offer", phone.window)
        try await phone.tap(words("शुरू करें", "Start"))
    }

    /// Read by the department: two ticks, in another colour than the time beside them.
    private func ticksTurnBlue() async throws {
        try await browser.wait("ticks of a message that was read", for: "document.querySelector('.mine .ticks.read')")
        let isBlue = try await browser.run(
            """
            const tick = getComputedStyle(document.querySelector('.mine .ticks.read')).color
            const [r, g, b] = tick.match(/\\d+/g).map(Number)
            return b > r + 60 && b > g && tick !== getComputedStyle(document.querySelector('.mine footer time')).color
            """)
        #expect(isBlue.bool == true, "the ticks of a message that was read are blue")
        #expect(
            try await browser.run("return document.querySelector('.mine .ticks').getAttribute('aria-label')").string
                == words("पढ़ा गया", "read"))
    }

    func answer() async throws {
        try await phone.tap(words("हाँ", "Yes"))
        try await phone.hears(words("पूरा नाम?", "full name"))
        try await phone.say(words("सुरेश कुमार", "Suresh Kumar"))
        try await phone.hears(words("पिता", "father"))
        try await phone.say(words("रमेश कुमार", "Ramesh Kumar"))
        try await phone.hears("15-08-1985")
        try await phone.say("15/08/1985")
        try await phone.tap(words("पुरुष", "Male"))
        try await phone.hears(words("जाटव", "Jatav"))
        try await phone.openList()
        try await stage.inspect(browser, "list", phone.window)
        try await browser.press(.escape)
        try await phone.pick(words("बलाई", "Balai"))
        try await phone.tap(words("हिंदू", "Hindu"))
        try await phone.tap(words("हाँ", "Yes"))
        try await phone.hears(words("नंबर क्या है", "number"))
        try await phone.say("DL/SC/1998/1234")
        try await phone.hears("PIN")
        try await phone.say(words("12, गली नंबर 4, कालकाजी, नई दिल्ली 110019", "12, Gali 4, Kalkaji, New Delhi 110019"))
        try await phone.pick(words("दक्षिण पूर्व दिल्ली", "South East Delhi"))
        try await phone.tap(words("कालकाजी", "Kalkaji"))
        try await phone.hears("SMS")
        try await phone.say("98100 12345")
    }

    func sendPapers() async throws {
        let received = words("मिल गया", "Received")
        try await phone.pick(words("वोटर कार्ड", "Voter ID"))
        try await phone.hears(words("वोटर कार्ड", "Voter ID"))
        try await phone.sendFile(stage.sample("identity-proof.jpg"), chooser: "#photo")
        try await phone.hears(received)
        try await ticksTurnBlue()
        try await phone.pick(words("बिजली/पानी/गैस का बिल", "Power/water/gas bill"))
        try await phone.hears(words("गैस का बिल", "gas bill"))
        try await browser.click("#attach")
        try await browser.wait("the sample papers", for: "document.querySelectorAll('#sheet[open] .paper').length > 8")
        try await stage.inspect(browser, "attach", phone.window)
        try await browser.press(.escape)
        try await phone.sendSample("address-proof.jpg")
        try await phone.hears(received)
        try await phone.pick(words("स्कूल का प्रमाण पत्र", "School certificate"))
        try await phone.hears(words("स्कूल", "School"))
        try await phone.sendSample("dob-proof.jpg")
        try await phone.hears(received)
        try await phone.sendFile(stage.sample("caste-certificate-sc.jpg"), chooser: "#photo")
        try await phone.hears(received)
        try await phone.sendFile(stage.sample("self-declaration.pdf"), chooser: "#paper")
        try await phone.hears(received)
        try await phone.sendSample("photo.jpg")
        try await phone.hears("DL/SC/1998/1234")
        // Bubbles came faster than pictures: the reader is still at the end.
        try await browser.wait("the end of the chat", for: "document.getElementById('latest').hidden")
        try await browser.wait(
            "the last bubble", for: "[...document.querySelectorAll('.bubble')].at(-1).getBoundingClientRect().bottom < innerHeight", seconds: 3)
        try await stage.inspect(browser, "summary", phone.window)
    }

    /// Returns the portal's number.
    func submit() async throws -> String {
        try await phone.tap(words("सही है, जमा करें", "Correct, submit"))
        let filed = try await phone.hears("ED/2027/")
        let number = try #require(filed.firstMatch(of: #/ED\/2027\/\d{7}/#))
        return String(number.output)
    }

    func receive(_ number: String) async throws {
        try await stage.rig.world.advance(seconds: 21 * 3600)
        let name = number.replacing("/", with: "-")
        try await browser.wait(
            "the certificate", for: "[...document.querySelectorAll('.theirs a.file')].at(-1)?.innerText.includes(arguments[0])",
            [.string(name)])
        try await browser.wait("its size", for: "/PDF · \\d+ kB/.test([...document.querySelectorAll('.theirs a.file')].at(-1).innerText)")
        try await stage.inspect(browser, "certificate", phone.window)
        try await browser.click("the document", finding: "return [...document.querySelectorAll('.theirs a.file')].at(-1)")
        let file = try await browser.download(ending: ".pdf")
        #expect(file.starts(with: Data("%PDF-".utf8)) && file.count > 500)
    }
}
