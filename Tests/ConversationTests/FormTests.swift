// From the menu through a form to its submission: asking, changing, going back, leaving and coming again.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct FormTests {
    static let allServices = Catalogues.real.flatMap { catalogue in catalogue.services.map { ServiceOf(catalogue: catalogue, id: $0.id) } }

    struct ServiceOf: Sendable, CustomTestStringConvertible {
        let catalogue: Catalogue
        let id: ServiceID
        var testDescription: String { "\(catalogue.department.id)/\(id)" }
    }

    @Test("every service of every department can be filled in and sent in each language", arguments: allServices, Language.allCases)
    func everyService(_ wanted: ServiceOf, _ language: Language) async throws {
        let script = Script(wanted.catalogue, language: language)
        let service = try #require(wanted.catalogue.service(wanted.id))
        guard !(service.action == .status && service.hooks.isEmpty) else { return }
        if service.fields.contains(where: { $0.id == "grievance_no" }) {
            script.applications = [application("AB1234567", "cm_jan_sunwai_register", in: wanted.catalogue)]
        }
        script.tap("svc:\(wanted.id)")
        #expect(script.text.contains(service.name[language]))
        #expect(!script.text.contains("…"), "the offer is cut")
        #expect(script.taps.contains("start:\(wanted.id)"))
        await script.fillIn(wanted.id)
        guard script.state.draft != nil else { return #expect(service.action == .calculate || service.action == .status) }
        #expect(script.place == .summary)
        #expect(script.taps == ["submit", "chgpage:0", "cmd:cancel"])
        script.tap("submit")
        #expect(script.state.draft == nil)
        if !service.fields.contains(where: { $0.id == "grievance_no" }) {
            let made = try #require(script.applications.first)
            #expect(made.service == wanted.id && made.language == language)
            #expect(
                made.values.allSatisfy { answer in
                    service.field(answer.key)?.when.map {
                        $0.holds(for: Dictionary(uniqueKeysWithValues: made.values.map { ($0.key, $0.value) }))
                    } ?? true
                })
        }
    }

    func application(_ number: String, _ service: ServiceID, in catalogue: Catalogue) -> Application {
        Application(
            number: ApplicationNumber(number), department: catalogue.department.id, service: service, citizen: "c1", lane: "100/x",
            language: .hindi,
            createdAt: Moment(milliseconds: 0), values: [], documents: [], state: .inDepartment, moduleState: [1], moduleStateSchema: 1)
    }

    @Test("the notice about personal data comes before the first question, and only where personal data is asked")
    func notice() async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        #expect(script.said.count == 2)
        #expect(Script.body(of: script.said[0]).contains("to decide (An Act)"))
        #expect(Script.body(of: script.said[1]) == "owner?")
        #expect(script.notes.map(\.kind) == ["draft.begun", "notice.shown"])
        await script.write("cancel")
        script.tap("yes")
        script.tap("start:bill")
        #expect(script.text == "meter?")
    }

    @Test("the whole form is asked in order, each condition only when it holds, and filed with what was answered")
    func wholeForm() async throws {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "yes", "together": "yes", "nickname": "skip"])
        #expect(script.place == .summary)
        #expect(script.state.draft?.documents.map(\.id) == ["identity", "wedding", "old_paper", "portrait"])
        #expect(
            script.text.contains("owner: Sunita Devi") && script.text.contains("dob: 15 August 1985") && script.text.contains("identity: ✓")
        )
        await script.write("yes")
        let made = try #require(script.applications.first)
        #expect(made.state == .waitingForPortal && made.dueOn == "2026-03-09" && made.number.rawValue.hasPrefix("SVTEST"))
        #expect(made.value("spouse") == "Sunita Devi" && made.value("nickname") == nil)
        #expect(script.jobs.map(\.work) == [.fileApplication(made.number)])
        #expect(script.jobs.map(\.key) == ["\(made.number)/file"])
        #expect(script.text.contains(made.number.rawValue))
    }

    @Test("an answer is changed from the summary by tap, by the field's name, and by asking for it; the form returns to the summary")
    func change() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"])
        script.tap("chgpage:0")
        #expect(script.taps.contains("chg:owner") && script.taps.contains("chg:portrait") && script.taps.count <= 10)
        script.tap("chg:owner")
        #expect(script.text == "owner?")
        await script.write("Meena Kumari")
        #expect(script.place == .summary && script.text.contains("owner: Meena Kumari"))
        await script.write("change owner")
        #expect(script.place == .field("owner"))
        await script.write("Asha Rani")
        await script.write("no")
        #expect(script.place == .chooseChange)
        await script.write("dob")
        #expect(script.place == .field("dob"))
        await script.write("1/1/80")
        #expect(script.place == .confirmField("dob", proposed: "1980-01-01"))
        await script.write("yes")
        #expect(script.place == .summary && script.value("dob") == "1980-01-01" && script.value("owner") == "Asha Rani")
        script.tap("chgpage:0")
        await script.write("yes")
        #expect(script.place == .summary)
    }

    @Test("a paper is sent again from the summary, and only that paper")
    func changePaper() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"])
        let before = script.state.draft?.documents.first { $0.id == "portrait" }?.kept
        script.tap("chgpage:0")
        script.tap("chg:portrait")
        #expect(script.place == .document("portrait", kind: ""))
        script.send(.image)
        #expect(script.place == .summary && script.state.draft?.documents.count == 3)
        #expect(script.state.draft?.documents.first { $0.id == "portrait" }?.kept != before)
        script.tap("chgpage:0")
        script.tap("chg:identity")
        #expect(script.place == .documentKind("identity"))
    }

    @Test("answers and papers that depended on a changed answer are forgotten, however far they depend")
    func forgotten() async throws {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "yes", "together": "yes", "spouse": "Ram Lal"])
        script.tap("chgpage:0")
        script.tap("chg:married")
        await script.write("no")
        #expect(script.place == .summary)
        #expect(script.value("together") == nil && script.value("spouse") == nil)
        #expect(script.state.draft?.documents.contains { $0.id == "wedding" } == false)
        #expect(!script.text.contains("Ram Lal") && !script.text.contains("wedding"))
        script.tap("submit")
        let made = try #require(script.applications.first)
        #expect(made.value("spouse") == nil && made.documents.allSatisfy { $0.id != "wedding" })
    }

    @Test("another district asks for its office again, and the same answer again forgets nothing")
    func district() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "yes", "together": "yes", "district": "north", "office": "burari"])
        script.tap("chgpage:0")
        script.tap("chg:married")
        await script.write("yes")
        #expect(script.place == .summary && script.value("spouse") != nil && script.value("office") == "burari")
        script.tap("chgpage:0")
        script.tap("chg:district")
        await script.write("east")
        #expect(script.place == .field("office"))
        #expect(script.taps.contains("opt:office:patparganj") && !script.taps.contains("opt:office:burari"))
        await script.write("preet vihar")
        #expect(script.place == .field("office") && script.text.contains("Preet Vihar") && script.text.contains("2025"))
        await script.write("patparganj")
        #expect(script.place == .summary)
    }

    @Test("back goes one question back, keeps the rest, and says so at the first")
    func back() async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        await script.write("back")
        #expect(script.text.contains("first question") && script.place == .field("owner"))
        await script.write("Asha Rani")
        await script.write("पीछे")
        #expect(script.place == .field("owner"))
        await script.write("Meena Rani")
        #expect(script.place == .field("married") && script.value("owner") == "Meena Rani")
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        await script.write("12 12 12")
        #expect(script.place == .confirmField("dob", proposed: "2012-12-12") || script.place == .field("dob"))
        await script.write("back")
        await script.write("back")
        #expect(script.place == .field("nickname") || script.place == .field("office"))
    }

    @Test("back at a paper returns to the questions, and the form goes on from there")
    func backFromPaper() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"], until: .documentKind("identity"))
        await script.write("back")
        #expect(script.place == .field("dob"))
        await script.write("15/08/1985")
        #expect(script.place == .documentKind("identity"))
    }

    @Test("an optional question and an optional paper may be skipped, another may not")
    func skip() async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        await script.write("skip")
        #expect(script.text.contains("must be answered") && script.place == .field("owner"))
        await script.fillIn("licence", ["married": "no"], until: .field("nickname"))
        #expect(script.text.contains("skip"))
        await script.write("छोड़ें")
        #expect(script.place == .field("dob"))
        await script.fillIn("licence", until: .document("old_paper", kind: ""))
        await script.write("skip")
        #expect(script.place == .document("portrait", kind: ""))
        await script.write("skip")
        #expect(script.text.contains("must be answered") && script.place == .document("portrait", kind: ""))
    }

    @Test(
        "cancel asks first; no goes on at the same question, yes erases the answers",
        arguments: [("no", true), ("नहीं", true), ("yes", false), ("हाँ", false), ("👍", false)])
    func cancel(_ answer: (text: String, keeps: Bool)) async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", until: .field("married"))
        await script.write("रद्द")
        #expect(script.taps == ["yes", "no"])
        await script.write(answer.text)
        #expect((script.place == .field("married")) == answer.keeps)
        if answer.keeps {
            #expect(script.text == "married?")
        } else {
            #expect(script.showsMenu && script.notes.map(\.kind) == ["draft.cancelled"])
        }
    }

    @Test("after cancel is asked, another answer is an answer to the form")
    func cancelIgnored() async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        await script.write("cancel")
        await script.write("Asha Rani")
        #expect(script.value("owner") == "Asha Rani" && script.place == .field("married"))
    }

    @Test("cancel and back with no form open lead to the menu", arguments: ["cancel", "रद्द"])
    func nothingToCancel(_ text: String) async {
        let script = Script(.town, language: .english)
        await script.write(text)
        #expect(script.showsMenu)
    }

    @Test("the language changes in mid-form and the question is asked again in it")
    func language() async {
        let script = Script(Catalogues.revenue, language: .hindi)
        await script.fillIn("income_certificate", until: .field("applicant_name"))
        await script.write("English")
        #expect(script.text.contains("we'll speak English") && script.place == .field("applicant_name"))
        #expect(script.text.contains(script.field!.ask.english))
        await script.write("hindi in english")
        #expect(script.text.contains(script.field!.ask.hinglish))
        await script.write("हिंदी में")
        #expect(script.text.contains(script.field!.ask.hindi) && script.value("applicant_name") == nil)
    }

    @Test("names and addresses in another script do not change the language")
    func sticky() async {
        let script = Script(Catalogues.revenue, language: nil)
        await script.write("आय प्रमाण पत्र चाहिए")
        #expect(script.state.language == .hindi)
        await script.fillIn("income_certificate", ["applicant_name": "Sunita Devi Sharma"], until: .field("dob"))
        #expect(script.state.language == .hindi)
    }

    @Test(
        "a question about fee, days, papers or reason is answered and the form keeps its place",
        arguments: [
            ("kitna paisa lagega?", "₹"), ("कितने दिन लगेंगे", "21"), ("which documents do I need?", "•"), ("ये क्यों पूछ रहे हैं", "for this reason"),
        ])
    func sideQuestion(_ pair: (text: String, part: String)) async {
        let script = Script(Catalogues.revenue, language: .english)
        script.rates = ["revenue.income_certificate.fee": 1000]
        await script.fillIn("income_certificate", until: .field("applicant_name"))
        await script.write(pair.text)
        #expect(script.said.count == 2 && script.text.contains(pair.part))
        #expect(script.place == .field("applicant_name") && script.value("applicant_name") == nil)
        #expect(script.text.hasSuffix(script.field!.ask.english))
    }

    @Test(
        "a complaint told as a question is the complaint",
        arguments: ["मेरी पेंशन के पैसे कब आएंगे? दो महीने हो गए", "pani kab aayega? 5 din se nahi aaya", "why no documents were given to me?"])
    func storyIsNoSideQuestion(_ text: String) async {
        let script = Script(.town, language: .hindi)
        script.tap("start:story")
        await script.write(text)
        #expect(script.value("details") == text && script.place == .field("place"))
    }

    @Test("help in a form explains the field that has an explanation, else the words that steer")
    func help() async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        await script.write("help")
        #expect(script.text.contains("filling in") && script.text.hasSuffix("owner?"))
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        await script.write("?")
        #expect(script.text.contains("It is on the birth certificate.") && script.place == .field("dob"))
    }

    @Test("three wrong answers bring help, and a right one is still taken")
    func stuck() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        for _ in 0..<2 { await script.write("pata nahi yaar") }
        #expect(!script.taps.contains("cmd:agent"))
        await script.write("pata nahi yaar")
        #expect(script.taps == ["cmd:help", "cmd:agent", "cmd:back"] && script.text.contains("It is on the birth certificate."))
        await script.write("15/08/1985")
        #expect(script.place == .documentKind("identity"))
    }

    // MARK: More than one form

    @Test("a form begun beside another puts it aside; it is found again where it was")
    func shelved() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", until: .field("married"))
        script.tap("svc:story")
        script.tap("start:story")
        #expect(script.text.contains("are kept") && script.state.shelved.map(\.service) == ["licence"])
        await script.write("menu")
        #expect(script.taps.first == "resume:story")
        script.tap("svc:licence")
        #expect(script.taps == ["resume:licence", "new:licence"])
        await script.write("yes")
        #expect(
            script.place == .field("married") && script.value("owner") == "Sunita Devi" && script.state.shelved.map(\.service) == ["story"])
    }

    @Test("a form put aside may be begun anew; its old answers are gone")
    func anew() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", until: .field("married"))
        script.tap("start:story")
        script.tap("start:licence")
        script.tap("new:licence")
        #expect(script.place == .field("owner") && script.value("owner") == nil && script.state.shelved.map(\.service) == ["story"])
    }

    @Test("a sixth unfinished form is refused, kindly, and the fifth goes on")
    func tooMany() async {
        let script = Script(Catalogues.revenue, language: .english)
        let services = Catalogues.revenue.services.filter { $0.action == .apply }.map(\.id)
        for service in services.prefix(5) { script.tap("start:\(service)") }
        #expect(script.state.shelved.count == 4 && script.state.draft?.service == services[4])
        script.tap("start:\(services[5])")
        #expect(script.text.contains("five unfinished") && script.state.draft?.service == services[4] && script.state.shelved.count == 4)
        script.tap("resume:\(services[0])")
        #expect(script.state.draft?.service == services[0] && script.state.shelved.count == 4)
    }

    @Test("words after the menu that name a service lead to it, though a form is open")
    func menuInForm() async {
        let script = Script(Catalogues.revenue, language: .english)
        await script.fillIn("income_certificate", until: .field("applicant_name"))
        await script.write("menu")
        #expect(script.taps.first == "resume:income_certificate")
        await script.write("caste certificate for SC")
        #expect(script.value("applicant_name") == nil)
        #expect(script.text.contains("caste") || script.text.lowercased().contains("caste"))
        script.tap("resume:income_certificate")
        #expect(script.place == .field("applicant_name"))
    }

    @Test(
        "a form whose service was closed meanwhile ends in the menu, whatever is said or tapped",
        arguments: ["haan", "Sunita Devi", "रद्द", "tap:submit", "tap:yes"])
    func serviceGone(_ input: String) async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"])
        script.machine = ConversationMachine(catalogue: .of([Catalogue.story]), departments: [], paymentPage: "")
        if input.hasPrefix("tap:") { script.tap(String(input.dropFirst(4))) } else { await script.write(input) }
        if input == "रद्द" { await script.write("haan") }
        #expect(script.showsMenu && script.state.draft == nil)
    }

    @Test("a service without any question goes straight to its summary, and there is nothing to change")
    func noQuestions() async {
        let script = Script(.of([.of("water", action: .apply)]), language: .english)
        script.tap("start:water")
        #expect(script.place == .summary)
        script.tap("chgpage:0")
        await script.write("no")
        script.tap("submit")
        #expect(script.applications.first?.state == .inDepartment)
    }
}
