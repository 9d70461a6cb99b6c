// Submission: from a confirmed draft to an application with a number, and its effects.
import Model

extension MachineTurn {
    mutating func submit() {
        guard let service = draftService, let draft = state.draft else { return leaveLostService() }
        let isOpen = service.fields.contains { field in
            draft.values[field.id] == nil && !draft.skipped.contains(field.id) && (field.when?.holds(for: draft.values) ?? true)
        }
        // "Try again" after a failed call comes here too: whatever is still to be asked comes first.
        let isUnquoted = service.hooks.contains(.quote) && draft.amountPaise == nil
        if isOpen || isUnquoted || service.action == .status || (service.hooks.contains(.eligibility) && !draft.isEligible) {
            return goOn()
        }
        if service.hooks.contains(.submit) { return askModule(.submit, purpose: .submit) }
        let effects = service.portal.map {
            [ModuleReply.Effect(kind: "samvad.file/1", key: "file", arguments: [.init(key: "portal", value: $0)])]
        }
        takeSubmit(ModuleReply(outcome: .ok, effects: effects ?? []))
    }

    mutating func takeSubmit(_ reply: ModuleReply) {
        guard let draft = state.draft, let service = draftService else { return }
        let said = sentences(reply.messages, of: service)
        guard reply.outcome == .ok else {
            if !said.isEmpty { say(.text(said.joined(separator: "\n\n"))) }
            if reply.outcome == .ask { state.draft?.values[reply.next] = nil }
            return goOn()
        }
        if let earlier = draft.earlier { return changeEarlier(earlier, reply, said) }
        var application = newApplication(from: draft, service, reply)
        carryOut(reply.effects, for: &application, service)
        perform(.create(application))
        note(
            "application.created", subject: application.number.rawValue,
            detail: ["service": service.id.rawValue, "state": application.state.rawValue])
        state.draft = nil
        var lines = said
        if application.state == .waitingForPortal {
            lines.append(Replies.taken.filled(["number": application.number.rawValue], in: language))
        } else if application.state == .inDepartment, !said.isEmpty {
            lines.append(
                Replies.numberLine.filled(["number": application.number.rawValue], in: language) + "\n" + Replies.howToAsk[language])
        } else if application.state == .inDepartment {
            lines.append(
                Replies.takenByDepartment.filled(
                    ["number": application.number.rawValue, "department": service.issuer[language]], in: language))
        }
        if !lines.isEmpty { say(.text(lines.joined(separator: "\n\n"))) }
        if application.state == .paymentPending { bill(application, service) }
    }

    /// The submission was about an earlier application: that one changes, none is made.
    private mutating func changeEarlier(_ earlier: Application, _ reply: ModuleReply, _ said: [String]) {
        state.draft = nil
        let fallback = Replies.takenByDepartment.filled(
            ["number": earlier.number.rawValue, "department": machine.catalogue.service(earlier.service)?.issuer[language] ?? ""],
            in: language)
        say(.text(said.isEmpty ? fallback : said.joined(separator: "\n\n")))
        change(earlier, by: reply)
    }

    /// Takes over what the module stored and wants done.
    mutating func change(_ application: Application, by reply: ModuleReply) {
        var changed = application
        if reply.stateSchema != 0 {
            changed.moduleState = reply.state
            changed.moduleStateSchema = reply.stateSchema
        }
        changed.updatedAt = context.now
        if let service = machine.catalogue.service(application.service) { carryOut(reply.effects, for: &changed, service) }
        if reply.values.contains(where: { $0.key == "closed" && $0.value == "yes" }) { changed.state = .closed }
        perform(.change(changed))
    }

    private func newApplication(from draft: Draft, _ service: Service, _ reply: ModuleReply) -> Application {
        var values = service.fields.compactMap { field in draft.values[field.id].map { FieldAnswer(key: field.id, value: $0) } }
        for value in reply.values {
            values.removeAll { $0.key == value.key }
            values.append(value)
        }
        let due = service.statutoryDays.flatMap { $0 > 0 ? today.adding(days: $0).description : nil }
        var application = Application(
            number: ApplicationNumber(context.reference), department: context.lane.department, service: service.id,
            citizen: context.lane.citizen, lane: context.lane.id, language: language, createdAt: context.now, values: values,
            documents: draft.documents, state: .inDepartment, moduleState: reply.state, moduleStateSchema: reply.stateSchema, dueOn: due)
        application.amountPaise = draft.amountPaise
        return application
    }

    /// The module's effects become jobs and state; all of it is committed with the turn, and only then carried out.
    mutating func carryOut(_ wanted: [ModuleReply.Effect], for application: inout Application, _ service: Service) {
        for effect in wanted {
            let argument = { (key: String) in effect.arguments.first { $0.key == key }?.value }
            switch effect.kind {
            case "samvad.file/1":
                application.state = .waitingForPortal
                schedule(.fileApplication(application.number), for: application, key: "file")
            case "samvad.pay/1":
                application.amountPaise = argument("amount_paise").flatMap { Int64($0) } ?? application.amountPaise
                application.state = .paymentPending
                schedule(.checkPayment(application.number), for: application, key: "payment", afterSeconds: 60)
            case "samvad.schedule/1":
                let name = argument("event") ?? ""
                let seconds = min(max(argument("after_seconds").flatMap { Int64($0) } ?? 0, 0), Limits.timerSecondsMax)
                schedule(.moduleTimer(application.number, event: name), for: application, key: "timer:\(effect.key)", afterSeconds: seconds)
            case "samvad.notify/1":
                if let key = argument("message"), let sentence = service.messages[key] ?? machine.catalogue.strings[key] {
                    let arguments = Dictionary(effect.arguments.map { ($0.key, shown($0)) }, uniquingKeysWith: { first, _ in first })
                    announce(sentence.filled(arguments, in: language), about: application)
                }
            default: note("effect.unknown", subject: application.number.rawValue, detail: ["kind": effect.kind])
            }
        }
    }

    private mutating func schedule(_ work: Job.Work, for application: Application, key: String, afterSeconds: Int64 = 0) {
        let job = Job(
            key: "\(application.number)/\(key)", lane: context.lane.id, work: work, runAt: context.now.adding(seconds: afterSeconds))
        perform(.schedule(job))
    }

    /// The bill in the chat. Its link leads to the gateway's page; the state comes from the gateway, never from the chat.
    private mutating func bill(_ application: Application, _ service: Service) {
        guard let amount = application.amountPaise, amount > 0 else { return }
        let reference = application.number.rawValue
        say(
            .orderDetails(
                .init(
                    reference: reference,
                    body: Replies.payHere.filled(["service": service.name[language], "amount": Rupees.text(amount)], in: language),
                    items: [.init(name: Limits.orderItemName.cut(service.name[language]), amountPaise: amount)], totalPaise: amount,
                    paymentLink: machine.paymentPage + reference)))
    }
}
