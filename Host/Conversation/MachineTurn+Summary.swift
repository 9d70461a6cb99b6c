// The summary before anything is filed: change an answer, or send it. And what the module says to both.
import Model

extension MachineTurn {
    mutating func showSummary() {
        guard let draft = state.draft, let service = draftService else { return }
        var lines = ["*\(service.name[language])*"]
        for field in service.fields {
            if let value = draft.values[field.id] { lines.append("\(field.label[language]): \(display(value, of: field))") }
        }
        for document in service.documents where draft.documents.contains(where: { $0.id == document.id }) {
            lines.append("\(document.label[language]): ✓")
        }
        lines.append(draft.amountPaise.map { Replies.amountIs.filled(["amount": Rupees.text($0)], in: language) } ?? feeLine(service))
        let question = Replies.allCorrect[language]
        let body = lines.joined(separator: "\n")
        // A long summary goes first as a text of its own; the question with its buttons has only 1,024 characters.
        if Limits.buttonsBody.admits(body + "\n\n" + question) {
            ask(body + "\n\n" + question, buttons: summaryButtons)
        } else {
            say(.text(Limits.textBody.cut(body)))
            ask(question, buttons: summaryButtons)
        }
    }

    private var summaryButtons: [(id: String, title: Sentence)] {
        [("submit", Replies.buttonSubmit), ("chgpage:0", Replies.buttonChange), ("cmd:cancel", Replies.buttonCancel)]
    }

    mutating func hearAtSummary(_ text: String) {
        switch Command.read(text) {
        case .yes: submit()
        case .no: chooseChange(page: 0)
        default: hearChange(text)
        }
    }

    mutating func submitFromTap() {
        guard state.draft?.place == .summary else {
            say(Replies.oldButton)
            return askAgain()
        }
        submit()
    }

    // MARK: Changing an answer

    /// `among`: the answers that a wish may have meant; empty for all.
    mutating func chooseChange(page: Int, among: [String] = []) {
        guard var draft = state.draft, let service = draftService else { return askAgain() }
        switch draft.place {
        case .summary, .chooseChange: break
        default: return askAgain()
        }
        draft.place = .chooseChange
        state.draft = draft
        var rows = service.fields.filter { draft.values[$0.id] != nil }.map { field in
            OutboundContent.ListRow(
                id: "chg:\(field.id)", title: Limits.rowTitle.cut(field.label[language]),
                description: cutDescription(display(draft.values[field.id] ?? "", of: field)))
        }
        rows += service.documents.filter { document in draft.documents.contains { $0.id == document.id } }.map {
            .init(id: "chg:\($0.id)", title: Limits.rowTitle.cut($0.label[language]), description: Replies.sendAgain[language])
        }
        guard !rows.isEmpty else { return returnToSummary() }
        if !among.isEmpty { rows.removeAll { row in !among.contains { row.id == "chg:\($0)" } } }
        let shown = paged(rows, page: page)
        let more = shown.next.map { [OutboundContent.ListRow(id: "chgpage:\($0)", title: Replies.rowMore[language])] } ?? []
        say(
            .list(
                body: Replies.whatToChange[language], button: Replies.buttonChoose[language],
                sections: [.init(title: Limits.sectionTitle.cut(Replies.sectionAnswers[language]), rows: shown.rows + more)]))
    }

    /// "change name", "नाम बदलना है", or the field's name alone.
    mutating func hearChange(_ text: String) {
        guard let service = draftService else { return }
        let folded = Normalised.folded(text)
        let isBack = Command.read(text) == .yes || Command.read(text) == .back
        if isBack, state.draft?.place == .chooseChange { return returnToSummary() }
        let wanted = ChangeWish.words(in: text)
        let labels: [(id: String, label: Sentence)] = service.fields.map { ($0.id, $0.label) } + service.documents.map { ($0.id, $0.label) }
        let matches = labels.filter { entry in
            guard !wanted.isEmpty else { return false }
            return Language.allCases.contains { language in
                let words = Set(Normalised.folded(entry.label[language]).split(separator: " ").map(String.init))
                return folded == Normalised.folded(entry.label[language]) || wanted.isSubset(of: words)
            }
        }
        guard matches.count == 1 else {
            if matches.isEmpty { say(Replies.tapSubmitOrChange) }
            return chooseChange(page: 0, among: matches.map(\.id))
        }
        changeField(matches[0].id)
    }

    private mutating func returnToSummary() {
        state.draft?.place = .summary
        showSummary()
    }

    mutating func changeField(_ id: String) {
        guard var draft = state.draft, let service = draftService, draft.place == .chooseChange || draft.place == .summary else {
            say(Replies.oldButton)
            return askAgain()
        }
        if service.field(id) != nil {
            draft.place = .field(id)
        } else if let document = service.document(id) {
            draft.documents.removeAll { $0.id == id }
            draft.place = (document.anyOneOf?.count ?? 0) > 1 ? .documentKind(id) : .document(id, kind: document.anyOneOf?.first?.id ?? "")
        } else {
            return askAgain()
        }
        draft.isChanging = true
        state.draft = draft
        askAgain()
    }

    // MARK: Asking the module

    mutating func askModule(_ step: Service.Hook, purpose: ModulePurpose) {
        guard let draft = state.draft, let service = draftService else { return }
        var values = service.fields.compactMap { field in draft.values[field.id].map { FieldAnswer(key: field.id, value: $0) } }
        if let amount = draft.amountPaise { values.append(FieldAnswer(key: "amount_paise", value: "\(amount)")) }
        values += draft.lookedUp
        let number = draft.earlier?.number.rawValue ?? (step == .submit ? context.reference : "")
        perform(
            .ask(
                .module(
                    ModuleRequest(
                        department: context.lane.department, service: service.id, step: step, language: language,
                        citizen: context.lane.citizen.rawValue, application: number, values: values, documents: draft.documents,
                        state: draft.earlier?.moduleState ?? [], stateSchema: draft.earlier?.moduleStateSchema ?? 0, now: context.now,
                        seed: context.seed, turn: context.reference),
                    purpose)))
    }

    mutating func takeModuleAnswer(_ result: Result<ModuleReply, ModuleFailure>, for purpose: ModulePurpose) {
        switch result {
        case .failure(let failure):
            // The other answers are still to come: the module may well say that it can't tell yet.
            if case .earlyEligibility = purpose { return goOn() }
            apologise(for: failure, purpose)
        case .success(let reply):
            switch purpose {
            case .eligibility: takeEligibility(reply)
            case .earlyEligibility:
                guard reply.outcome == .refused else { return goOn() }
                refuse(sentences(reply.messages, of: draftService), next: reply.next)
            case .quote: takeQuote(reply)
            case .submit: takeSubmit(reply)
            case .status(let application): takeStatus(reply, of: application)
            case .event(let application): takeEvent(reply, of: application)
            }
        }
    }

    private mutating func apologise(for failure: ModuleFailure, _ purpose: ModulePurpose) {
        note("module.failed", subject: context.reference, detail: ["code": failure.problem.code, "kind": failure.kind.rawValue])
        if failure.kind == .poison || failure.kind == .bug {
            perform(.handOver(HandOver(reason: .moduleParked, reference: context.reference)))
            return say(Replies.parked, ["reference": context.reference])
        }
        if case .event = purpose { return }
        if case .status = purpose {
            if draftService?.action == .status { state.draft = nil }
            ask(Replies.statusUnknown[language], buttons: [("cmd:menu", Replies.buttonMenu), ("cmd:agent", Replies.buttonPerson)])
            if state.draft != nil { askAgain() }
            return
        }
        // The answers stay; the next message tries the same step again.
        if state.draft != nil { state.draft?.place = .summary }
        ask(Replies.tryLater[language], buttons: [("submit", Replies.buttonTryAgain), ("cmd:agent", Replies.buttonPerson)])
    }

    /// The catalogue's sentences for what a module said; an unknown key is the module's mistake and is not shown.
    func sentences(_ messages: [ModuleReply.Message], of service: Service?) -> [String] {
        messages.compactMap { message in
            guard let sentence = service?.messages[message.key] ?? machine.catalogue.strings[message.key] else { return nil }
            var arguments: [String: String] = [:]
            for argument in message.arguments { arguments[argument.key] = shown(argument) }
            return sentence.filled(arguments, in: language)
        }
    }

    /// Amounts end in `_paise`, days are `YYYY-MM-DD`: written as people read them.
    func shown(_ argument: FieldAnswer) -> String {
        if argument.key.hasSuffix("_paise") || argument.key == "amount_paise", let paise = Int64(argument.value) {
            return Rupees.text(paise)
        }
        return Day(argument.value)?.spoken(in: language) ?? argument.value
    }

    private mutating func takeEligibility(_ reply: ModuleReply) {
        guard let service = draftService else { return }
        let said = sentences(reply.messages, of: service)
        switch reply.outcome {
        case .ok:
            state.draft?.isEligible = true
            for value in reply.values { state.draft?.values[value.key] = value.value }
            // Said once: when an answer is changed after the papers, the same words again would only be in the way.
            if !said.isEmpty, state.draft?.documents.isEmpty == true { say(.text(said.joined(separator: "\n\n"))) }
            goOn()
        case .ask:
            guard service.field(reply.next) != nil else {
                let problem = Problem(
                    code: "MODULE_BAD_REPLY", sentence: "the module of \(service.id) asks for a field that the form does not have")
                return apologise(for: ModuleFailure(kind: .bug, problem: problem), .eligibility)
            }
            if !said.isEmpty { say(.text(said.joined(separator: "\n\n"))) }
            state.draft?.values[reply.next] = nil
            goOn()
        case .refused: refuse(said, next: reply.next)
        }
    }

    /// Why not, and what else is open: the way on.
    private mutating func refuse(_ said: [String], next: String) {
        note("application.not_eligible", subject: state.draft?.service.rawValue ?? "")
        let reason = said.isEmpty ? Replies.notEligible[language] : said.joined(separator: "\n\n")
        if let other = machine.catalogue.service(ServiceID(next)) {
            state.draft = nil
            state.expecting = .startService(other.id)
            let body = reason + "\n\n" + Replies.insteadOffer.filled(["service": other.name[language]], in: language)
            return ask(body, buttons: [("svc:\(other.id)", Replies.buttonYes), ("cmd:menu", Replies.buttonMenu)])
        }
        state.draft?.place = .summary
        ask(
            reason,
            buttons: [("chgpage:0", Replies.buttonChange), ("cmd:cancel", Replies.buttonCancel), ("cmd:agent", Replies.buttonPerson)])
    }

    private mutating func takeQuote(_ reply: ModuleReply) {
        guard let service = draftService else { return }
        let said = sentences(reply.messages, of: service)
        guard reply.outcome == .ok else {
            if reply.outcome == .refused { return refuse(said, next: reply.next) }
            if !said.isEmpty { say(.text(said.joined(separator: "\n"))) }
            state.draft?.values[reply.next] = nil
            return goOn()
        }
        if !said.isEmpty { say(.text(Limits.textBody.cut(said.joined(separator: "\n")))) }
        let amount = reply.values.first { $0.key == "amount_paise" }.flatMap { Int64($0.value) } ?? 0
        state.draft?.amountPaise = amount
        if service.action == .calculate || service.action == .info {
            note("service.answered", subject: service.id.rawValue)
            state.draft = nil
            return ask(Replies.anythingElse[language], buttons: [("cmd:menu", Replies.buttonMenu)])
        }
        goOn()
    }
}

/// What a wish to change something is about: "नाम बदलना है" → नाम. Pure.
enum ChangeWish {
    static func words(in text: String) -> Set<String> {
        Set(Normalised.folded(text).split(separator: " ").map(String.init)).subtracting(fillers)
    }

    private static let fillers = Set(
        """
        बदलना बदलनी बदलने बदलो बदलें बदल सुधारना सुधारनी सुधार ठीक गलत ग़लत है हैं करना करनी करें \
        करो दो का की के को मेरा मेरी कृपया badalna badalni badalne badlo badlein badal sudharna \
        sudhar theek thik galat hai hain karna karni karein karo do ka ki ke ko mera meri please \
        change edit correct update wrong is the my to want i fix
        """.split(separator: " ").map { Normalised.folded(String($0)) })
}
