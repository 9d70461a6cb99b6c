// What the host finds out by itself is told in the window in words, outside by template, and never to who opted out.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct EventTests {
    static let number: ApplicationNumber = "SVABC1234"

    /// A citizen who wrote an hour ago and has one application.
    func script(_ state: ApplicationState = .waitingForPortal, service: ServiceID = "licence", windowOpen: Bool = true) async -> Script {
        let script = Script(.town, language: .english)
        script.applications = [StatusTests.application(service: service, state: state)]
        await script.write("menu")
        script.now = script.now.adding(seconds: windowOpen ? 3600 : 25 * 3600)
        return script
    }

    static let status = PortalStatus(
        state: .underProcess, raw: "Under process", office: nil, reason: nil, updatedAt: Moment(milliseconds: 0))
    static let events: [InternalEvent] = [
        .filed(number, portalNumber: "90510000009876"), .filingDelayed(number), .filingRefused(number, reason: "REFUSED"),
        .statusChanged(number, status),
        .paymentChanged(number, .paid), .paymentChanged(number, .failed), .paymentChanged(number, .pending),
        .paymentChanged(number, .expired), .paymentChanged(number, .amountDiffers),
    ]

    @Test("in the window an event is told in words, once", arguments: events, Language.allCases)
    func told(_ event: InternalEvent, _ language: Language) async {
        let script = await script()
        script.state.language = language
        script.happen(event)
        #expect(script.said.count == 1)
        if case .text = script.said[0] {} else { Issue.record("\(script.said[0])") }
    }

    @Test("when the window is closed the approved template is sent, in Hindi or English", arguments: events, Language.allCases)
    func template(_ event: InternalEvent, _ language: Language) async {
        let script = await script(windowOpen: false)
        script.state.language = language
        script.happen(event)
        guard case .template(let name, let tag, let parameters)? = script.said.first, script.said.count == 1 else {
            Issue.record("\(script.said)")
            return
        }
        #expect(
            name == "samvad_application_update" && tag == (language == .english ? "en" : "hi") && parameters.count == 3
                && parameters.allSatisfy { !$0.isEmpty })
    }

    @Test("who opted out hears of no event, inside the window or outside, and is answered when writing", arguments: events, [true, false])
    func optedOut(_ event: InternalEvent, _ windowOpen: Bool) async {
        let script = await script()
        await script.write("STOP")
        script.now = script.now.adding(seconds: windowOpen ? 60 : 25 * 3600)
        script.happen(event)
        #expect(script.said.isEmpty && script.notes.contains { $0.kind == "notification.suppressed" })
        await script.write("menu")
        #expect(script.showsMenu)
    }

    @Test("the window closes five minutes before Meta closes it", arguments: [(24 * 3600 - 302, true), (24 * 3600 - 300, false)])
    func window(_ age: (seconds: Int64, isOpen: Bool)) async {
        let script = Script(.town, language: .english)
        script.applications = [StatusTests.application()]
        await script.write("menu")
        script.now = script.now.adding(seconds: age.seconds - 1)
        script.happen(.filingDelayed(EventTests.number))
        #expect(script.said.contains { $0.isTemplate } == !age.isOpen)
    }

    @Test("an event does not disturb the form in hand")
    func inForm() async {
        let script = await script()
        await script.fillIn("story", until: .field("place"))
        let before = script.state
        script.happen(.filed(EventTests.number, portalNumber: "90510000009876"))
        #expect(script.state == before && script.text.contains("90510000009876") && script.text.contains("20 March 2026"))
    }

    @Test("a certificate in the window comes as a paper, with the department's words")
    func certificate() async {
        let script = await script(.certificateIssued)
        script.happen(
            .statusChanged(
                EventTests.number, PortalStatus(state: .certificateIssued, raw: "Issued", office: nil, reason: nil, updatedAt: script.now)))
        #expect(script.said.isEmpty)
        script.happen(.certificateReady(EventTests.number, sha256: "abc", filename: "licence-1.pdf"))
        #expect(script.said == [.document(sha256: "abc", filename: "licence-1.pdf", caption: "Your licence.")])
    }

    @Test("certificates that came while the window was closed are announced by template and come first with the next message")
    func waiting() async {
        let script = await script(.certificateIssued, windowOpen: false)
        script.happen(.certificateReady(EventTests.number, sha256: "abc", filename: "licence-1.pdf"))
        guard case .template("samvad_certificate_ready", _, let parameters)? = script.said.first else {
            Issue.record("\(script.said)")
            return
        }
        #expect(parameters.count == 2)
        script.happen(.certificateReady(EventTests.number, sha256: "def", filename: "licence-2.pdf"))
        await script.write("hi")
        #expect(script.said.count >= 3)
        #expect(script.said.prefix(2).map { if case .document(let sha256, _, _) = $0 { sha256 } else { "" } } == ["abc", "def"])
        await script.write("menu")
        #expect(script.said.count == 1)
    }

    @Test("however many certificates wait, none is lost and the citizen is still answered")
    func manyWaiting() async {
        let script = await script(.certificateIssued, windowOpen: false)
        for index in 0..<9 { script.happen(.certificateReady(EventTests.number, sha256: "sha\(index)", filename: "licence.pdf")) }
        var seen: [String] = []
        for _ in 0..<6 {
            await script.write("menu")
            #expect(script.showsMenu)
            seen += script.said.compactMap { if case .document(let sha256, _, _) = $0 { sha256 } else { nil } }
        }
        #expect(seen == (0..<9).map { "sha\($0)" })
    }

    @Test("a certificate for who opted out waits for the next message")
    func certificateOptedOut() async {
        let script = await script(.certificateIssued)
        await script.write("STOP")
        script.happen(.certificateReady(EventTests.number, sha256: "abc", filename: "licence-1.pdf"))
        #expect(script.said.isEmpty)
        await script.write("hi")
        #expect(script.said.first == .document(sha256: "abc", filename: "licence-1.pdf", caption: "Your licence."))
    }

    @Test("a refused filing goes to an officer")
    func filingRefused() async {
        let script = await script()
        script.happen(.filingRefused(EventTests.number, reason: "REFUSED"))
        #expect(script.handOver?.reference == EventTests.number.rawValue)
    }

    @Test("a timer is answered by the module; its words and its state are taken over")
    func timer() async {
        let script = await script(.inDepartment, service: "story")
        script.module = { _ in
            .success(
                ModuleReply(
                    outcome: .ok, messages: [.init(key: "kept", arguments: [FieldAnswer(key: "number", value: "9")])],
                    values: [FieldAnswer(key: "closed", value: "yes")], state: [7], stateSchema: 3))
        }
        script.happen(.moduleTimer(EventTests.number, event: "overdue"))
        #expect(script.requests.map(\.event) == ["overdue"] && script.text == "Kept as 9")
        #expect(
            script.applications[0].moduleState == [7] && script.applications[0].moduleStateSchema == 3
                && script.applications[0].state == .closed)
    }

    @Test("a timer whose module is away says nothing to the citizen", arguments: [ModuleFailure.Kind.transient, .permanent, .refusedInput])
    func timerAway(_ kind: ModuleFailure.Kind) async {
        let script = await script(.inDepartment, service: "story")
        script.module = { _ in ModuleAnswerTests.failure(kind) }
        script.happen(.moduleTimer(EventTests.number, event: "overdue"))
        #expect(script.said.isEmpty && script.notes.map(\.kind) == ["module.failed"])
    }

    @Test("an event about an application that is no longer there is nothing")
    func unknown() async {
        let script = await script()
        script.happen(.filingDelayed("SVNOBODY1"))
        #expect(script.said.isEmpty && script.notes.isEmpty)
    }

    @Test("an event before any message is told by template, in the application's language")
    func beforeAnyMessage() {
        let script = Script(.town)
        script.applications = [StatusTests.application()]
        script.happen(.filingDelayed(EventTests.number))
        #expect(script.state.language == .english && script.said.contains { $0.isTemplate })
    }
}
