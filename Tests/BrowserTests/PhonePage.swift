// The citizen's phone as a citizen handles it: reads bubbles, taps what is offered, writes, sends papers. Used by the tests of
// the phone and of the office.
import Foundation

@testable import EndToEnd

struct PhonePage: Sendable {
    let browser: Browser
    let window: Window

    /// Words of the phone and of the host, in the window's language.
    func words(_ hindi: String, _ english: String) -> String { window.tongue == .hindi ? hindi : english }

    // MARK: Acting

    /// Writes and sends with Enter.
    func say(_ text: String) async throws {
        try await sends(text) { try await browser.type(text + Browser.Key.enter.rawValue, into: "#words") }
    }

    /// Taps a button under the department's latest bubble that has one of this name.
    func tap(_ label: String) async throws {
        try await sends(label) {
            try await browser.click("the button “\(label)”", finding: Self.buttonScript, [.string(label)])
        }
    }

    /// Opens the list under the latest bubble, chooses a row, and sends it.
    func pick(_ row: String) async throws {
        try await openList()
        try await sends(row) {
            try await browser.click("the row “\(row)”", finding: Self.rowScript, [.string(row)])
            try await browser.click("#sheet .solid")
        }
    }

    func openList() async throws {
        try await browser.click("the latest list", finding: Self.listScript)
        try await browser.wait("the open list", for: "document.querySelector('#sheet[open] input[type=radio]')")
    }

    /// Sends one of the sample papers that the phone has.
    func sendSample(_ name: String) async throws {
        try await sends(nil) {
            try await browser.click("#attach")
            try await browser.click("#sheet[open] .paper:has(img[src$='\(name)'])")
        }
    }

    /// Sends a file of this machine through the page's file chooser.
    func sendFile(_ path: String, chooser: String) async throws {
        try await sends(nil) { try await browser.type(path, into: chooser) }
    }

    /// Acts, then waits for the citizen's own bubble.
    private func sends(_ text: String?, _ act: () async throws -> Void) async throws {
        let before = try await browser.run("return document.querySelectorAll('.mine').length")
        try await act()
        try await browser.wait(
            "the citizen's own message", for: "document.querySelectorAll('.mine').length > arguments[0]", [before])
        guard let text else { return }
        try await browser.wait(
            "the words of it", for: "[...document.querySelectorAll('.mine')].at(-1).innerText.includes(arguments[0])", [.string(text)])
    }

    // MARK: Reading

    /// Waits for a bubble of the department, after the citizen's last, that holds these words.
    @discardableResult
    func hears(_ words: String) async throws -> String {
        try await browser.value("a reply with “\(words)”", of: Self.replyScript, [.string(words)]).string ?? ""
    }

    /// Waits for a button; when the department asks which of several services is meant, chooses the row first.
    func clarifies(with row: String, until label: String) async throws {
        let either = """
            if ((function () { \(Self.buttonScript) })(arguments[0])) return 'button'
            return (function () { \(Self.listScript) })() ? 'list' : null
            """
        let offered = try await browser.value("“\(label)” or a list", of: either, [.string(label)]).string
        if offered == "list" { try await pick(row) }
        _ = try await browser.value("the button “\(label)”", of: Self.buttonScript, [.string(label)])
    }

    private static let replyScript = """
        const bubbles = [...document.querySelectorAll('#log > .bubble:not(.typing)')]
        const last = bubbles.findLastIndex((one) => one.classList.contains('mine'))
        const found = bubbles.slice(last + 1).find((one) => one.innerText.includes(arguments[0]))
        return found?.innerText ?? null
        """

    /// Only what came after the citizen's last word is an offer: an older button of the same name isn't meant.
    private static let buttonScript = """
        const bubbles = [...document.querySelectorAll('#log > .bubble:not(.typing)')]
        const last = bubbles.findLastIndex((one) => one.classList.contains('mine'))
        const buttons = bubbles.slice(last + 1).flatMap((one) => [...one.querySelectorAll('button.action')])
        return buttons.find((one) => one.innerText.trim() === arguments[0]) ?? null
        """

    private static let listScript = """
        const bubbles = [...document.querySelectorAll('#log > .bubble:not(.typing)')]
        const last = bubbles.findLastIndex((one) => one.classList.contains('mine'))
        return bubbles.slice(last + 1).flatMap((one) => [...one.querySelectorAll('button.action')])
          .find((one) => one.querySelector('use')?.getAttribute('href').endsWith('#list')) ?? null
        """

    private static let rowScript = """
        return [...document.querySelectorAll('#sheet[open] label.row')]
          .find((one) => one.querySelector('b').innerText.trim() === arguments[0]) ?? null
        """
}
