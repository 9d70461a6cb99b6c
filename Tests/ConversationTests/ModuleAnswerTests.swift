// What a department's module may answer, and how a citizen hears of it: yes, no, ask again, failure, a bill.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct ModuleAnswerTests {
    static func failure(_ kind: ModuleFailure.Kind) -> Result<ModuleReply, ModuleFailure> {
        .failure(ModuleFailure(kind: kind, problem: Problem(code: "MODULE_X", sentence: "it did not work")))
    }

    @Test("a refusal is explained in the department's words, and the answer can be changed")
    func refused() async {
        let script = Script(.town, language: .english)
        script.module = { _ in .success(ModuleReply(outcome: .refused, messages: [.init(key: "too_young")])) }
        await script.fillIn("licence", ["married": "no"])
        #expect(script.text.contains("Too young.") && script.taps == ["chgpage:0", "cmd:cancel", "cmd:agent"] && script.place == .summary)
        #expect(script.notes.map(\.kind).contains("application.not_eligible"))
        await script.write("yes")
        #expect(script.text.contains("Too young.") && script.applications.isEmpty)
        script.module = { Script.agreeable($0, .town) }
        script.tap("chgpage:0")
        script.tap("chg:dob")
        await script.write("15/08/1980")
        #expect(script.place == .documentKind("identity"))
    }

    @Test("a refusal that names another service offers it, and yes leads there", arguments: ["haan", "svc:story", "no"])
    func instead(_ answer: String) async {
        let script = Script(.town, language: .english)
        script.module = { _ in .success(ModuleReply(outcome: .refused, messages: [.init(key: "too_young")], next: "story")) }
        await script.fillIn("licence", ["married": "no"])
        #expect(script.text.contains("story") && script.state.draft == nil && script.taps.contains("svc:story"))
        if answer.hasPrefix("svc:") {
            script.tap(answer)
            #expect(script.taps.contains("start:story"))
        } else {
            await script.write(answer)
            if answer == "no" { #expect(script.showsMenu) } else { #expect(script.state.draft?.service == "story") }
        }
    }

    @Test("a refusal without words still has words")
    func refusedSilently() async {
        let script = Script(.town, language: .hindi)
        script.module = { _ in .success(ModuleReply(outcome: .refused, messages: [.init(key: "no_such_key")], next: "no_such_service")) }
        await script.fillIn("licence", ["married": "no"])
        #expect(!script.text.isEmpty && !script.text.contains("no_such"))
    }

    @Test("an answer that the module can't use is asked again, and only that one", arguments: [Service.Hook.eligibility, .submit])
    func askAgain(_ step: Service.Hook) async {
        let script = Script(.town, language: .english)
        var asked = 0
        script.module = { request in
            guard request.step == step, asked == 0 else { return Script.agreeable(request, .town) }
            asked += 1
            return .success(ModuleReply(outcome: .ask, messages: [.init(key: "odd_answer")], next: "dob"))
        }
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        await script.write("15/08/1985")
        if step == .submit {
            await script.fillIn("licence")
            script.tap("submit")
        }
        #expect(
            script.place == .field("dob") && script.text.contains("That can't be.") && script.value("owner") != nil
                && script.value("dob") == nil)
        await script.write("16/08/1985")
        await script.fillIn("licence")
        script.tap("submit")
        #expect(script.applications.count == 1)
    }

    @Test("an answer that the module has put right goes with the application")
    func added() async throws {
        let script = Script(.town, language: .english)
        script.module = { request in
            request.step == .eligibility
                ? .success(
                    ModuleReply(outcome: .ok, messages: [.init(key: "fine")], values: [FieldAnswer(key: "owner", value: "SUNITA DEVI")]))
                : Script.agreeable(request, .town)
        }
        await script.fillIn("licence", ["married": "no"], until: .field("dob"))
        await script.write("15/08/1985")
        #expect(script.text.contains("You qualify."))
        await script.fillIn("licence")
        script.tap("submit")
        #expect(script.requests.first?.values.contains(FieldAnswer(key: "owner", value: "SUNITA DEVI")) == true)
        let made = try #require(script.applications.first)
        #expect(made.moduleState == [1] && made.moduleStateSchema == 1)
    }

    @Test(
        "a module that is away keeps the answers; trying again goes on where it was",
        arguments: [ModuleFailure.Kind.transient, .permanent, .refusedInput], [Service.Hook.eligibility, .submit])
    func away(_ kind: ModuleFailure.Kind, _ step: Service.Hook) async {
        let script = Script(.town, language: .english)
        script.module = { $0.step == step ? ModuleAnswerTests.failure(kind) : Script.agreeable($0, .town) }
        await script.fillIn("licence", ["married": "no"])
        if step == .submit { script.tap("submit") }
        #expect(
            script.taps == ["submit", "cmd:agent"] && script.text.contains("your answers are safe")
                && script.value("owner") == "Sunita Devi")
        #expect(script.notes.map(\.kind).contains("module.failed") && !script.text.contains("MODULE_X"))
        script.module = { Script.agreeable($0, .town) }
        script.tap("submit")
        if step == .eligibility {
            #expect(script.place == .documentKind("identity"))
            await script.fillIn("licence")
            script.tap("submit")
        }
        #expect(script.applications.count == 1)
    }

    @Test(
        "a module that is broken is apologised for with a reference, and an officer is told", arguments: [ModuleFailure.Kind.bug, .poison])
    func broken(_ kind: ModuleFailure.Kind) async {
        let script = Script(.town, language: .hindi)
        await script.fillIn("licence", ["married": "no"])
        script.module = { _ in ModuleAnswerTests.failure(kind) }
        script.tap("submit")
        #expect(script.handOver?.reason == .moduleParked && script.text.contains(script.handOver!.reference) && script.applications.isEmpty)
        #expect(script.state.draft != nil)
    }

    @Test("a quote that failed is asked again before anything is sent")
    func quoteFailed() async {
        let script = Script(.town, language: .english)
        script.module = { _ in ModuleAnswerTests.failure(.transient) }
        script.tap("start:bill")
        await script.write("AB12345")
        script.module = { Script.agreeable($0, .town) }
        script.tap("submit")
        #expect(script.requests.map(\.step) == [.quote] && script.applications.isEmpty && script.text.contains("₹120"))
        script.tap("submit")
        #expect(script.applications.count == 1)
    }

    @Test("a bill names the amount, the service and our number, and its link ends in that number")
    func bill() async throws {
        let script = Script(.town, language: .english)
        await script.fillIn("bill")
        #expect(script.text.contains("₹120"))
        script.tap("submit")
        let made = try #require(script.applications.first)
        #expect(made.state == .paymentPending && made.amountPaise == 12_000)
        #expect(script.jobs.map(\.work) == [.checkPayment(made.number)])
        guard case .orderDetails(let order)? = script.said.last else {
            Issue.record("no bill was sent")
            return
        }
        #expect(
            order.totalPaise == 12_000 && order.reference == made.number.rawValue
                && order.paymentLink == "https://pay.example/\(made.number)")
    }

    @Test("an answer changed after the quote is quoted again")
    func requoted() async {
        let script = Script(.town, language: .english)
        await script.fillIn("bill")
        script.tap("chgpage:0")
        script.tap("chg:meter")
        await script.write("CD54321")
        #expect(script.requests.map(\.step) == [.quote] && script.place == .summary)
    }

    @Test("a calculation is answered and leaves no form behind")
    func calculate() async {
        let script = Script(Catalogues.tax, language: .english)
        script.module = { _ in
            .success(
                ModuleReply(
                    outcome: .ok,
                    messages: [
                        .init(
                            key: "total",
                            arguments: [FieldAnswer(key: "amount", value: "₹1,234.50"), FieldAnswer(key: "year", value: "2025-26")])
                    ]))
        }
        await script.fillIn("property_tax_calculate")
        #expect(script.state.draft == nil && script.applications.isEmpty && script.taps.contains("cmd:menu"))
    }

    @Test("timers, notices and unknown wishes of a module become jobs, sentences and notes")
    func effects() async throws {
        let script = Script(.town, language: .english)
        script.module = { _ in
            .success(
                ModuleReply(
                    outcome: .ok, messages: [.init(key: "kept", arguments: [FieldAnswer(key: "number", value: "7")])],
                    effects: [
                        .init(
                            kind: "samvad.schedule/1", key: "overdue",
                            arguments: [FieldAnswer(key: "event", value: "overdue"), FieldAnswer(key: "after_seconds", value: "3600")]),
                        .init(
                            kind: "samvad.notify/1", key: "n",
                            arguments: [FieldAnswer(key: "message", value: "kept"), FieldAnswer(key: "number", value: "8")]),
                        .init(kind: "samvad.notify/1", key: "n", arguments: [FieldAnswer(key: "message", value: "no_such")]),
                        .init(kind: "samvad.fly/1", key: "f"),
                    ]))
        }
        await script.fillIn("story")
        script.tap("submit")
        let made = try #require(script.applications.first)
        #expect(
            script.jobs == [
                Job(
                    key: "\(made.number)/timer:overdue", lane: script.lane.id, work: .moduleTimer(made.number, event: "overdue"),
                    runAt: script.now.adding(seconds: 3600))
            ])
        #expect(script.text.contains("Kept as 7") && script.text.contains("Kept as 8") && made.state == .inDepartment)
        #expect(script.notes.contains { $0.kind == "effect.unknown" && $0.detail["kind"] == "samvad.fly/1" })
    }

    @Test("an answer that may decide by itself is put to the module at once; only its no counts")
    func early() async {
        let service = Service.of(
            "early", fields: [.of(.yesNo, "resident", decides: true), .of(.name, "owner")], hooks: [.eligibility, .submit],
            messages: ["no": .plain("Only residents.")])
        let script = Script(.of([service]), language: .english)
        script.module = { request in
            request.values.contains(FieldAnswer(key: "resident", value: "no"))
                ? .success(ModuleReply(outcome: .refused, messages: [.init(key: "no")])) : ModuleAnswerTests.failure(.refusedInput)
        }
        script.tap("start:early")
        await script.write("no")
        #expect(script.text.contains("Only residents.") && script.taps.contains("chgpage:0"))
        script.tap("chgpage:0")
        script.tap("chg:resident")
        await script.write("yes")
        #expect(script.place == .field("owner"))
    }
}
