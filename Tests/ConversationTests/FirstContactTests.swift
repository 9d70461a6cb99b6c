// The first words of a citizen, the menu, the way into a service, and the way to another department.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct FirstContactTests {
    @Test("a first greeting that does not tell the language is answered in two and asks for it", arguments: ["hi", "Hello", "HI!", "👋"])
    func unknownLanguage(_ text: String) async {
        let script = Script(Catalogues.revenue)
        await script.write(text)
        #expect(script.text.contains("नमस्ते") && script.text.contains("Welcome"))
        #expect(script.taps == ["lang:hi", "lang:en", "lang:hi-Latn"])
        script.tap("lang:hi-Latn")
        #expect(
            script.state.language == .hinglish && script.state.languageIsChosen && script.showsMenu
                && script.text.contains("Hindi mein baat karte hain"))
    }

    @Test(
        "the language question is also answered in words",
        arguments: [("हिंदी", Language.hindi), ("English", .english), ("hinglish", .hinglish), ("angrezi", .english), ("hindi me", .hindi)])
    func languageInWords(_ pair: (text: String, language: Language)) async {
        let script = Script(Catalogues.revenue)
        await script.write("hi")
        await script.write(pair.text)
        #expect(script.state.language == pair.language && script.showsMenu)
    }

    @Test(
        "a first greeting that tells its language is answered in it, with the menu",
        arguments: [
            ("नमस्ते", Language.hindi), ("namaste ji, kaise hain aap", .hinglish), ("namaste", .hinglish),
            ("good morning, I need help", .english),
        ])
    func greeting(_ pair: (text: String, language: Language)) async {
        let script = Script(Catalogues.revenue)
        await script.write(pair.text)
        #expect(script.state.language == pair.language)
    }

    @Test(
        "a first message that says what is wanted leads to it at once, in its own language",
        arguments: [
            ("मुझे आय प्रमाण पत्र बनवाना है", Language.hindi, "income_certificate"), ("I need an income certificate", .english, "income_certificate"),
            ("aay praman patra banwana hai", .hinglish, "income_certificate"), ("निवास प्रमाण पत्र चाहिए", .hindi, "domicile_certificate"),
            ("jaati praman patra SC ka chahiye", .hinglish, "caste_certificate_sc"),
        ])
    func wanted(_ first: (text: String, language: Language, service: String)) async {
        let script = Script(Catalogues.revenue)
        await script.write(first.text)
        #expect(script.state.language == first.language)
        #expect(script.taps.contains("start:\(first.service)") || script.taps.contains("svc:\(first.service)"), "\(script.text)")
    }

    @Test(
        "yes after the offer starts the service, no leads to the menu, a question about it is answered",
        arguments: [("haan", true), ("start", true), ("शुरू करें", true), ("नहीं", false), ("👍", true)])
    func offer(_ answer: (text: String, starts: Bool)) async {
        let script = Script(.town, language: .hindi)
        script.tap("svc:licence")
        #expect(script.text.contains("• identity") && !script.text.contains("wedding") && !script.text.contains("old_paper"))
        await script.write(answer.text)
        #expect((script.state.draft?.service == "licence") == answer.starts)
        if !answer.starts { #expect(script.showsMenu) }
    }

    @Test(
        "every page of every menu has at most ten rows, and every service is on one of them",
        arguments: Catalogues.real.map(\.department.id), Language.allCases)
    func paging(_ department: DepartmentID, _ language: Language) async throws {
        let catalogue = try #require(Catalogues.real.first { $0.department.id == department })
        let script = Script(catalogue, language: language)
        await script.write("menu")
        var seen: [String] = []
        for _ in 0..<10 {
            seen += script.taps.filter { $0.hasPrefix("svc:") }
            guard let more = script.taps.first(where: { $0.hasPrefix("menupage:") }) else { break }
            script.tap(more)
        }
        #expect(Set(seen) == Set(catalogue.services.map { "svc:\($0.id)" }) && seen.count == catalogue.services.count)
    }

    @Test(
        "a list of ten stands on one page, of eleven on two, of thirty on four",
        arguments: [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (19, 2), (20, 3), (28, 3), (30, 4)])
    func pages(_ list: (rows: Int, pages: Int)) {
        let turn = MachineTurn(
            machine: Script(.town).machine, state: ConversationState(),
            context: TurnContext(lane: Script(.town).lane, now: Moment(milliseconds: 0), reference: "", seed: 0, rates: [:]))
        var page = 0
        var seen: [Int] = []
        var count = 0
        while true {
            let shown = turn.paged(Array(0..<list.rows), page: page)
            #expect(shown.rows.count + (shown.next == nil ? 0 : 1) <= Limits.listRowsMax)
            seen += shown.rows
            count += 1
            guard let next = shown.next, count < 20 else { break }
            page = next
        }
        #expect(seen == Array(0..<list.rows) && count == list.pages)
    }

    @Test(
        "a page that is not there is the first",
        arguments: [
            "menupage:99", "menupage:-1", "menupage:x", "menupage:9223372036854775807", "menupage:-9223372036854775808", "menupage:",
        ])
    func noSuchPage(_ id: String) {
        let script = Script(Catalogues.revenue, language: .english)
        script.tap(id)
        #expect(script.showsMenu)
    }

    @Test("a service of another department is sent on with that department's number")
    func otherDepartment() async {
        let script = Script(Catalogues.revenue, language: .english)
        await script.write("property tax calculate")
        if script.taps.contains("svc:property_tax_calculate") { script.tap("svc:property_tax_calculate") }
        #expect(script.text.contains("+91 11 4000 0000") && script.text.contains("Property tax"))
        #expect(script.state.draft == nil)
    }

    @Test("what is not understood gets the menu twice, and then a person is offered")
    func notUnderstood() async {
        let script = Script(Catalogues.revenue, language: .english)
        for _ in 0..<2 {
            await script.write("qwertz zxcvb")
            #expect(script.showsMenu)
        }
        await script.write("qwertz zxcvb")
        #expect(script.taps == ["cmd:agent", "cmd:menu"])
        script.tap("cmd:agent")
        #expect(script.handOver?.reason == .asked && script.text.contains(script.handOver!.reference) && script.state.waitsForOfficer)
    }

    @Test("thanks are welcome and abuse is answered politely", arguments: ["thank you", "धन्यवाद", "shukriya"])
    func thanks(_ text: String) async {
        let script = Script(Catalogues.revenue)
        await script.write(text)
        #expect(script.said.count == 1 && !script.showsMenu)
        await script.write("saale harami")
        #expect(script.said.count == 1 && script.handOver == nil)
    }

    @Test("opening the chat for the first time asks the language; later it goes on where it was")
    func welcome() async {
        let script = Script(.town)
        script.hear(.welcome)
        #expect(script.taps.count == 3)
        script.tap("lang:en")
        script.tap("start:story")
        script.hear(.welcome)
        #expect(script.text == "details?")
    }

    @Test(
        "emoji, dots and silence in words are answered with the menu or the language question",
        arguments: ["😀😀", "...", "؟", "\u{200B}", "   "])
    func wordless(_ text: String) async {
        let script = Script(Catalogues.revenue)
        await script.write(text)
        #expect(!script.taps.isEmpty)
        script.state.language = .hindi
        await script.write(text)
        #expect(script.showsMenu)
    }

    @Test("a department without services says so and does not fall")
    func noServices() async {
        let script = Script(.of([]), language: .english)
        await script.write("menu")
        #expect(script.text.contains("No service"))
        await script.write("anything else at all")
    }

    @Test("a service that the menu names but no file holds is left out")
    func missingService() async {
        let catalogue = Catalogue.of([.of("water", action: .info)])
        let menu = [Department.MenuSection(title: .plain("All"), services: ["gone", "water"])]
        let department = Department(id: "town", version: "1", name: .plain("Town"), welcome: .plain("Hello"), menu: menu)
        let script = Script(Catalogue(department: department, services: catalogue.services, strings: [:], lists: [:]), language: .english)
        await script.write("menu")
        #expect(script.taps == ["svc:water"])
        script.tap("svc:gone")
        script.tap("start:gone")
        script.tap("new:gone")
        script.tap("resume:gone")
    }
}
