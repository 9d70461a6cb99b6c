// The page as text: both languages everywhere, nothing from outside, no script inside.
import Conversation
import Foundation
import Model
import Testing

@testable import Dashboard

@Suite("the page")
struct PageTests {
    private var pages: [String] {
        [Language.hindi, .english].flatMap { language in
            [
                Page.dashboard(language: language, csrf: "00"), Page.signIn(language: language, fault: nil),
                Page.signIn(language: language, fault: "TOKEN_WRONG"),
                Page.signIn(language: language, fault: "TOO_MANY_TRIES"),
            ]
        }
    }

    @Test("nothing comes from outside and nothing is inline that the policy would refuse")
    func nothingFromOutside() {
        for page in pages {
            #expect(!page.contains("style=\"") && !page.contains("<style") && !page.contains("onclick"))
            #expect(page.components(separatedBy: "<script").count <= 2)
            #expect(!page.contains("<script>"))
            let addresses = page.matches(of: /(src|href|action)="([^"]*)"/).map(\.2)
            #expect(addresses.allSatisfy { $0.hasPrefix("/") || $0.hasPrefix("#") || $0.hasPrefix("data:") })
        }
        for text in [Page.style, Page.script] {
            #expect(
                !text.contains("http://") && !text.contains("https://") && !text.contains("@import")
                    && !text.contains("url("))
            #expect(!text.contains("innerHTML") && !text.contains("eval("))
        }
    }

    @Test("every fixed text stands in Hindi and in English, marked as such")
    func bothLanguages() {
        for page in pages {
            let hindi = page.matches(of: /<span class="hi" lang="hi">([^<]+)</).map(\.1)
            let english = page.matches(of: /<span class="en" lang="en">([^<]+)</).map(\.1)
            #expect(hindi.count == english.count && !hindi.isEmpty)
            #expect(hindi.allSatisfy { text in text.unicodeScalars.contains { (0x0900...0x097F).contains($0.value) } })
            #expect(!english.contains { text in text.unicodeScalars.contains { (0x0900...0x097F).contains($0.value) } })
        }
        #expect(Page.dashboard(language: .hindi, csrf: "00").contains("<html lang=\"hi\""))
        #expect(Page.dashboard(language: .english, csrf: "00").contains("<html lang=\"en\""))
    }

    @Test("every word that the script asks for is there")
    func wordsAreThere() {
        let words = Page.words
        let known = Set(words.matches(of: /'?([A-Za-z_\-]+)'?: \['/).map { String($0.1) })
        var asked = Set(Page.script.matches(of: /word\('([A-Za-z_\-]+)'[,)]/).map { String($0.1) })
        asked.formUnion(Page.script.matches(of: /head: '([a-z_]+)'/).map { String($0.1) })
        asked.formUnion(ApplicationState.allCases.map(\.rawValue))
        asked.formUnion(ModuleStatus.State.allCases.map { "module_\($0.rawValue)" })
        asked.formUnion(ModuleIsolation.allCases.map { "isolation_\($0.rawValue)" })
        asked.formUnion(ModuleAction.allCases.map { "do_\($0.rawValue)" })
        asked.formUnion(Language.allCases.map { "tongue_\($0.rawValue)" })
        asked.formUnion(["inbox", "outbox", "jobs", "job", "officers", "in_doubt"].map { "stage_\($0)" })
        asked.formUnion(
            ["conversations", "applications", "queues", "lines", "failures", "modules", "rates"].map { "empty_\($0)" })
        #expect(asked.subtracting(known).isEmpty, "\(asked.subtracting(known).sorted())")
    }

    @Test("the colours of text reach WCAG AA on their grounds, in light and in dark")
    func contrast() throws {
        let sets = Page.style.components(separatedBy: "prefers-color-scheme: dark")
        for text in [sets[0], sets[1]] {
            var colours: [String: String] = [:]
            for match in text.matches(of: /--([a-z\-]+): #([0-9a-f]{6})/) where colours[String(match.1)] == nil {
                colours[String(match.1)] = String(match.2)
            }
            let pairs = [
                ("ink", "sheet"), ("ink", "paper"), ("ink", "band"), ("soft", "sheet"), ("soft", "paper"),
                ("soft", "band"),
                ("main", "sheet"), ("main-ink", "main"), ("ok", "ok-tint"), ("ok", "sheet"), ("warn", "warn-tint"),
                ("warn", "sheet"), ("bad", "bad-tint"), ("bad", "sheet"),
            ]
            for (front, ground) in pairs {
                let ratio = contrast(try #require(colours[front]), try #require(colours[ground]))
                #expect(ratio >= 4.5, "\(front) on \(ground): \(ratio)")
            }
        }
    }

    @Test("the language is the one that the browser was set to")
    func rememberedLanguage() async throws {
        try await OfficeSite.run { site in
            let (cookie, _) = try await site.signIn()
            let hindi = try await site.send("GET", "/", headers: [cookie])
            #expect(hindi.text.contains("data-language=\"hi\""))
            let english = try await site.send("GET", "/", headers: [("Cookie", cookie.1 + "; samvad_language=en")])
            #expect(english.text.contains("data-language=\"en\""))
        }
    }

    /// WCAG 2.2, "contrast ratio".
    private func contrast(_ first: String, _ second: String) -> Double {
        let (a, b) = (luminance(first), luminance(second))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    private func luminance(_ colour: String) -> Double {
        let value = Int(colour, radix: 16) ?? 0
        let parts = [value >> 16 & 255, value >> 8 & 255, value & 255].map { part -> Double in
            let share = Double(part) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
}
