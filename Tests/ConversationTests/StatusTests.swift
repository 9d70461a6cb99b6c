// "Where is my application?" — and that nobody else's is shown on a shared telephone.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct StatusTests {
    static func application(
        _ number: String = "SVABC1234", service: ServiceID = "licence", state: ApplicationState = .underProcess,
        born: String? = "1985-08-15", portalNumber: String? = nil
    ) -> Application {
        var application = Application(
            number: ApplicationNumber(number), department: "town", service: service, citizen: "c1", lane: "100/town", language: .english,
            createdAt: Moment(milliseconds: 0), values: born.map { [FieldAnswer(key: "dob", value: $0)] } ?? [], documents: [],
            state: state, dueOn: "2026-03-20")
        application.portalNumber = portalNumber
        return application
    }

    func script(_ applications: [Application] = [application()]) -> Script {
        let script = Script(.town, language: .english)
        script.applications = applications
        return script
    }

    @Test("who has none is told so, and sees the menu")
    func none() async {
        let script = script([])
        await script.write("status")
        #expect(script.text.contains("no application") && script.showsMenu)
    }

    @Test("the last four of the number and the birth date show how it stands", arguments: ["1234", "SVABC1234", "sv abc 1234", "१२३४"])
    func shown(_ number: String) async {
        let script = script()
        await script.write("स्थिति")
        #expect(!script.text.contains("1234") && script.state.expecting == .applicationLastFour(tries: 0))
        await script.write(number)
        #expect(script.text.contains("date of birth"))
        await script.write("15 अगस्त 1985")
        #expect(
            script.text.contains("licence") && script.text.contains("SVABC1234") && script.text.contains("working on it")
                && script.text.contains("20 March 2026"))
        #expect(script.notes.map(\.kind) == ["application.shown"] && script.state.expecting == .nothing)
    }

    @Test("the portal's own number serves as well as ours")
    func portalNumber() async {
        let script = script([StatusTests.application(portalNumber: "90510000009876"), StatusTests.application("SVXYZ0001")])
        await script.write("status")
        await script.write("9876")
        await script.write("15/08/1985")
        #expect(script.text.contains("90510000009876"))
    }

    @Test("three wrong tries pause the check, and it stays paused for a while")
    func threeTries() async {
        let script = script()
        await script.write("status")
        for attempt in 1...3 {
            await script.write(attempt == 2 ? "1234" : "9999")
            await script.write(attempt == 2 ? "16/08/1985" : "15/08/1985")
            #expect(!script.text.contains("SVABC1234") && script.notes.map(\.kind) == ["application.check_failed"])
        }
        #expect(script.taps == ["cmd:agent", "cmd:menu"] && script.state.expecting == .nothing)
        await script.write("status")
        #expect(script.taps == ["cmd:agent", "cmd:menu"] && script.state.expecting == .nothing, "the check goes on without a pause")
        script.now = script.now.adding(seconds: 3600)
        await script.write("status")
        #expect(script.state.expecting == .applicationLastFour(tries: 0))
    }

    @Test("too few characters and an unreadable date are asked again without counting as a try")
    func slips() async {
        let script = script()
        await script.write("status")
        await script.write("12")
        #expect(script.state.expecting == .applicationLastFour(tries: 0))
        await script.write("1234")
        await script.write("pata nahi kab")
        #expect(script.text.contains("15/08/1985") && script.notes.isEmpty)
        await script.write("15/08/1985")
        #expect(script.text.contains("SVABC1234"))
    }

    @Test("the check is left by any word that steers", arguments: ["menu", "cancel", "agent", "STOP"])
    func left(_ word: String) async {
        let script = script()
        await script.write("status")
        await script.write(word)
        #expect(!script.text.contains("last four characters"))
        await script.write("menu")
        #expect(script.showsMenu && script.state.expecting == .nothing)
    }

    @Test("asked in mid-form, the form goes on afterwards")
    func inForm() async {
        let script = script()
        script.tap("start:story")
        await script.write("status")
        await script.write("1234")
        await script.write("15/08/1985")
        #expect(script.text.contains("SVABC1234") && script.text.hasSuffix("details?") && script.value("details") == nil)
    }

    @Test("an application without a birth date is shown after its number alone, with any date")
    func noBirthDate() async {
        let script = script([StatusTests.application(born: nil)])
        await script.write("status")
        await script.write("1234")
        await script.write("01/01/1990")
        #expect(script.text.contains("SVABC1234"))
    }

    @Test("a finished certificate comes with its status")
    func certificate() async {
        var done = StatusTests.application(state: .certificateIssued, portalNumber: "E/2026-77")
        done.certificateSHA256 = "abc"
        let script = script([done])
        await script.write("status")
        await script.write("2677")
        await script.write("15/08/1985")
        #expect(script.said.last == .document(sha256: "abc", filename: "licence-E-2026-77.pdf", caption: "Your licence."))
        #expect(!script.text.contains("20 March"))
    }

    @Test("every state has a sentence in every language, with its reason", arguments: ApplicationState.allCases, Language.allCases)
    func states(_ state: ApplicationState, _ language: Language) {
        var application = StatusTests.application(state: state)
        application.reason = "REASON"
        application.rawState = "RAW"
        let script = Script(.town, language: language)
        script.applications = [application]
        let turn = MachineTurn(
            machine: script.machine, state: script.state,
            context: TurnContext(lane: script.lane, now: script.now, reference: "R", seed: 0, rates: [:]))
        let sentence = turn.stateSentence(application)
        #expect(!sentence.isEmpty && !sentence.contains("{"))
        if [.rejected, .objectionRaised].contains(state) { #expect(sentence.contains("REASON")) }
        if state == .unmapped { #expect(sentence.contains("RAW")) }
    }

    @Test("a grievance of one's own is found by its number in any writing, another's is not")
    func grievance() async {
        let script = Script(Catalogues.grievances, language: .english)
        script.applications = [
            Application(
                number: "SVGRV0001", department: "grievances", service: "cm_jan_sunwai_register", citizen: "c1", lane: "100/grievances",
                language: .english,
                createdAt: Moment(milliseconds: 0), values: [], documents: [], state: .inDepartment, moduleState: [1], moduleStateSchema: 1)
        ]
        await script.fillIn("cm_jan_sunwai_status", ["grievance_no": "SVGRV0002"])
        #expect(script.state.draft == nil && script.taps == ["svc:cm_jan_sunwai_status", "cmd:menu"])
        script.module = { _ in
            .success(
                ModuleReply(
                    outcome: .ok, messages: [.init(key: "status_gro", arguments: [FieldAnswer(key: "due_date", value: "2026-03-20")])]))
        }
        await script.fillIn("cm_jan_sunwai_status", ["grievance_no": "sv grv 0001"])
        #expect(
            script.requests.map(\.step) == [.status] && script.requests.first?.application == "SVGRV0001"
                && script.requests.first?.state == [1])
        #expect(script.state.draft == nil && script.text.contains("20 March 2026"))
    }

    @Test("asking about an old complaint does not cost the new one in hand, nor does a module that is away", arguments: [true, false])
    func complaintInHand(_ isUp: Bool) async {
        let script = script([StatusTests.application(service: "case", state: .inDepartment, born: nil)])
        let service = Service.of(
            "case", action: .complain, fields: [.of(.text, "details"), .of(.address, "place")], hooks: [.submit, .status],
            messages: ["open": .plain("It is open.")])
        script.machine = ConversationMachine(catalogue: .of([service]), departments: [], paymentPage: "")
        script.module = { _ in
            isUp ? .success(ModuleReply(outcome: .ok, messages: [.init(key: "open")])) : ModuleAnswerTests.failure(.transient)
        }
        await script.fillIn("case", until: .field("place"))
        await script.write("status")
        await script.write("status")
        await script.write("1234")
        await script.write("01/01/1990")
        #expect(script.text.contains(isUp ? "It is open." : "isn't available") && script.text.hasSuffix("place?"))
        #expect(script.place == .field("place") && script.value("details") != nil)
    }

    @Test("a tap on something else ends the check: the next words answer what was tapped")
    func tapEndsCheck() async {
        let script = script()
        await script.fillIn("licence", until: .field("married"))
        await script.write("status")
        await script.write("1234")
        script.tap("opt:married:no")
        await script.write("north")
        #expect(script.value("district") == "north")
    }

    @Test("feedback on a grievance changes that one and makes no new one")
    func feedback() async throws {
        let script = Script(Catalogues.grievances, language: .english)
        script.applications = [
            Application(
                number: "SVGRV0001", department: "grievances", service: "cm_jan_sunwai_register", citizen: "c1", lane: "100/grievances",
                language: .english,
                createdAt: Moment(milliseconds: 0), values: [], documents: [], state: .inDepartment, moduleState: [1], moduleStateSchema: 1)
        ]
        script.module = {
            $0.step == .submit
                ? .success(
                    ModuleReply(
                        outcome: .ok, messages: [.init(key: "thanks_closed")], values: [FieldAnswer(key: "closed", value: "yes")],
                        state: [2], stateSchema: 1)) : .success(ModuleReply(outcome: .ok))
        }
        await script.fillIn("grievance_feedback_escalate", ["grievance_no": "SVGRV0001", "satisfied": "haan"])
        #expect(script.place == .summary)
        script.tap("submit")
        #expect(script.applications.count == 1 && script.applications[0].state == .closed && script.applications[0].moduleState == [2])
    }

    @Test("the portal is asked about what was not filed by us; when it is away that is said", arguments: [true, false])
    func lookUp(_ isUp: Bool) async {
        let script = Script(Catalogues.pensions, language: .english)
        if !isUp { script.lookUp = .failure(PortalFailure(problem: Problem(code: "PORTAL_503", sentence: "away"), retryable: true)) }
        await script.fillIn("pension_status", ["pension_id": "OAP1234"])
        #expect(script.state.draft == nil && script.requests.map(\.step) == (isUp ? [.status] : []))
        if isUp { #expect(script.requests[0].values.contains(FieldAnswer(key: "portal.state", value: "active"))) }
        #expect(!script.text.contains("PORTAL_503"))
    }

    @Test("a portal that knows nothing is asked once")
    func lookUpEmpty() async {
        let script = Script(Catalogues.pensions, language: .english)
        script.lookUp = .success([])
        await script.fillIn("pension_status", ["pension_id": "OAP1234"])
        #expect(
            script.requests.map(\.step) == [.status] && script.requests[0].values.contains(FieldAnswer(key: "portal.found", value: "no")))
    }
}
