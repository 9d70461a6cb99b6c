// Filling in a form: which question is next, how it is asked, what an answer does.
import Model

extension MachineTurn {
    var draftService: Service? { state.draft.flatMap { machine.catalogue.service($0.service) } }

    var currentField: Field? {
        guard let draft = state.draft, let service = draftService else { return nil }
        switch draft.place {
        case .field(let id), .fieldPage(let id, _), .confirmField(let id, _): return service.field(id)
        default: return nil
        }
    }

    // MARK: Where next

    /// To the first question that is open; then eligibility, papers, quote, summary.
    mutating func goOn() {
        guard var draft = state.draft, let service = draftService else { return leaveLostService() }
        state.misses = 0
        if let field = service.fields.first(where: { isOpen($0, in: draft) }) {
            draft.isChanging = false
            return move(to: .field(field.id), of: &draft)
        }
        if needsEarlierApplication(draft, service) { return perform(.ask(.applications)) }
        if service.action == .status {
            guard let portal = service.portal, draft.lookedUp.isEmpty else { return askModule(.status, purpose: .status(nil)) }
            let values = service.fields.compactMap { field in draft.values[field.id].map { FieldAnswer(key: field.id, value: $0) } }
            return perform(.ask(.lookUp(portal: portal, service: service.id, values)))
        }
        if service.hooks.contains(.eligibility), !draft.isEligible { return askModule(.eligibility, purpose: .eligibility) }
        if let document = service.documents.first(where: { isOpen($0, in: draft) }) {
            draft.isChanging = false
            let needsKind = (document.anyOneOf?.count ?? 0) > 1
            return move(
                to: needsKind ? .documentKind(document.id) : .document(document.id, kind: document.anyOneOf?.first?.id ?? ""), of: &draft)
        }
        if service.hooks.contains(.quote), draft.amountPaise == nil { return askModule(.quote, purpose: .quote) }
        draft.isChanging = false
        move(to: .summary, of: &draft)
    }

    /// The draft's service is no longer in the catalogue: nothing can be asked of it any more.
    mutating func leaveLostService() {
        state.draft = nil
        showMenu(Replies.serviceGone)
    }

    private mutating func move(to place: Place, of draft: inout Draft) {
        draft.place = place
        state.draft = draft
        askAgain()
    }

    private func isOpen(_ field: Field, in draft: Draft) -> Bool {
        draft.values[field.id] == nil && !draft.skipped.contains(field.id) && (field.when?.holds(for: draft.values) ?? true)
    }

    private func isOpen(_ document: DocumentRequirement, in draft: Draft) -> Bool {
        !draft.documents.contains { $0.id == document.id } && !draft.skippedDocuments.contains(document.id)
            && (document.when?.holds(for: draft.values) ?? true)
    }

    // MARK: Asking

    /// The question at which the conversation stands, once more.
    mutating func askAgain() {
        guard let draft = state.draft else { return showMenu(nil) }
        guard let service = draftService else { return leaveLostService() }
        switch draft.place {
        case .field(let id): if let field = service.field(id) { ask(field, page: 0) } else { goOn() }
        case .fieldPage(let id, let page): if let field = service.field(id) { ask(field, page: page) } else { goOn() }
        case .confirmField(let id, let proposed): if let field = service.field(id) { askToConfirm(field, proposed) } else { goOn() }
        case .documentKind(let id): if let document = service.document(id) { askKind(of: document) } else { goOn() }
        case .document(let id, let kind): if let document = service.document(id) { askFor(document, kind: kind) } else { goOn() }
        case .summary: showSummary()
        case .chooseChange: chooseChange(page: 0)
        }
    }

    private mutating func ask(_ field: Field, page: Int) {
        var body = field.ask[language]
        if field.optional == true { body += "\n" + Replies.maySkip[language] }
        if field.type == .yesNo {
            return ask(body, buttons: [("opt:\(field.id):yes", Replies.buttonYes), ("opt:\(field.id):no", Replies.buttonNo)])
        }
        let choices = choices(for: field)
        guard !choices.isEmpty else { return say(.text(body)) }
        let titles = choices.map { $0.label[language] }
        if choices.count <= Limits.buttonsMax, titles.allSatisfy(Limits.buttonTitle.admits), Set(titles).count == titles.count {
            let buttons = choices.map { OutboundContent.Button(id: "opt:\(field.id):\($0.id)", title: $0.label[language]) }
            return say(.buttons(body: body, buttons: buttons))
        }
        let shown = paged(choices, page: page)
        var rows = shown.rows.map { choice in
            let label = choice.label[language]
            return OutboundContent.ListRow(
                id: "opt:\(field.id):\(choice.id)", title: Limits.rowTitle.cut(label),
                description: Limits.rowTitle.admits(label) ? nil : Limits.rowDescription.cut(label))
        }
        if let next = shown.next { rows.append(.init(id: "page:\(field.id):\(next)", title: Replies.rowMore[language])) }
        say(
            .list(
                body: body, button: Replies.buttonChoose[language],
                sections: [.init(title: Limits.sectionTitle.cut(field.label[language]), rows: rows)]))
    }

    private mutating func askToConfirm(_ field: Field, _ proposed: String) {
        let shown = display(proposed, of: field)
        ask(Replies.isItThis.filled(["value": shown], in: language), buttons: [("yes", Replies.buttonYes), ("no", Replies.buttonNo)])
    }

    mutating func showPage(field id: String, page: Int) {
        guard var draft = state.draft, currentField?.id == id else { return askAgain() }
        move(to: .fieldPage(id, page: page), of: &draft)
    }

    // MARK: Options

    /// What may be chosen for the field now.
    func choices(for field: Field) -> [Choice] {
        if let options = field.options { return options }
        return entries(for: field).filter { $0.isValid(on: today.description) }.map { Choice(id: $0.id, label: $0.label, also: $0.also) }
    }

    private func formerChoices(for field: Field) -> [Choice] {
        let valid = Set(choices(for: field).map(\.id))
        return entries(for: field, anyParent: true).filter { !$0.isValid(on: today.description) && !valid.contains($0.id) }
            .map { Choice(id: $0.id, label: $0.label, also: $0.also) }
    }

    /// The list behind the field; sub-divisions only of the district that was chosen.
    private func entries(for field: Field, anyParent: Bool = false) -> [ChoiceList.Entry] {
        guard let id = field.listID, let list = machine.catalogue.lists[id] else { return [] }
        guard field.type == .subDivision, !anyParent, let district = state.draft?.values["district"] else { return list.entries }
        return list.entries.filter { $0.parent == district }
    }

    /// An answer as the citizen should see it.
    func display(_ value: String, of field: Field) -> String {
        switch field.type {
        case .yesNo: return (value == "yes" ? Replies.buttonYes : Replies.buttonNo)[language]
        case .date: return Day(value)?.spoken(in: language) ?? value
        case .money: return "₹" + (Int64(value).map(Rupees.text) ?? value)
        case .choice, .district, .subDivision:
            if let option = field.options?.first(where: { $0.id == value }) { return option.label[language] }
            return field.listID.flatMap { machine.catalogue.lists[$0] }?.entries.first { $0.id == value }?.label[language] ?? value
        default: return value
        }
    }

    // MARK: Answers

    mutating func hearInForm(_ text: String, _ understanding: Understanding?) {
        guard let draft = state.draft else { return }
        guard draftService != nil else { return leaveLostService() }
        if understanding?.decision == .greeting || understanding?.decision == .thanks {
            // Said in passing, or days later: never somebody's name.
            say(
                understanding?.decision == .thanks ? Replies.youAreWelcome : Replies.resumed,
                ["service": draftService?.name[language] ?? ""])
            return askAgain()
        }
        switch draft.place {
        case .field, .fieldPage:
            guard let field = currentField else { return goOn() }
            if !isStory(field), answerSideQuestion(text) { return }
            answer(field, with: text)
        case .confirmField(let id, let proposed): hearConfirmation(text, id, proposed)
        case .documentKind(let id): hearKind(text, document: id)
        case .document:
            if answerSideQuestion(text) { return }
            say(Replies.sendPaper)
            askAgain()
        case .summary: hearAtSummary(text)
        case .chooseChange: hearChange(text)
        }
    }

    private mutating func hearConfirmation(_ text: String, _ id: String, _ proposed: String) {
        guard let field = currentField else { return goOn() }
        switch Command.read(text) {
        case .yes: accept(proposed, for: field)
        case .no:
            state.draft?.place = .field(id)
            askAgain()
        default: answer(field, with: text)
        }
    }

    mutating func answer(_ field: Field, with text: String) {
        let reader = AnswerReader(field: field, choices: choices(for: field), formerChoices: formerChoices(for: field), today: today)
        switch reader.read(text) {
        case .value(let value): accept(value, for: field)
        case .confirm(let proposed):
            state.draft?.place = .confirmField(field.id, proposed: proposed)
            askAgain()
        case .wrong(let wrong):
            if field.type == .district, let district = district(ofOffice: text) {
                state.draft?.place = .confirmField(field.id, proposed: district)
                return askAgain()
            }
            explain(wrong, field)
        }
    }

    /// People know their SDM office better than their district: its name leads there.
    private func district(ofOffice text: String) -> String? {
        let folded = Normalised.folded(text)
        return machine.catalogue.lists["sub_division"]?.entries.first { entry in
            entry.isValid(on: today.description)
                && ([entry.label.hindi, entry.label.english, entry.label.hinglish] + (entry.also ?? [])).map(Normalised.folded).contains(
                    folded)
        }?.parent
    }

    mutating func takeOption(field id: String, value: String) {
        guard let field = currentField, field.id == id else {
            say(Replies.oldButton)
            return askAgain()
        }
        let allowed = field.type == .yesNo ? ["yes", "no"] : choices(for: field).map(\.id)
        guard allowed.contains(value) else {
            say(Replies.oldButton)
            return askAgain()
        }
        accept(value, for: field)
    }

    private mutating func accept(_ value: String, for field: Field) {
        guard var draft = state.draft, let service = draftService else { return }
        if draft.values[field.id] != value {
            draft.isEligible = false
            draft.earlier = nil
            draft.lookedUp = []
            draft.amountPaise = nil
            forgetWhatDepended(on: field, in: service, &draft)
        }
        draft.values[field.id] = value
        draft.skipped.removeAll { $0 == field.id }
        state.draft = draft
        if field.decides == true, service.hooks.contains(.eligibility) { return askModule(.eligibility, purpose: .earlyEligibility) }
        goOn()
    }

    /// Answers that were asked because of the old one, and a sub-division of another district.
    private func forgetWhatDepended(on field: Field, in service: Service, _ draft: inout Draft) {
        let dependent = service.fields.filter { $0.when?.field == field.id || (field.type == .district && $0.type == .subDivision) }
        for other in dependent where other.id != field.id {
            draft.skipped.removeAll { $0 == other.id }
            // What hung on the forgotten answer goes too: a spouse's address with the marriage.
            if draft.values.removeValue(forKey: other.id) != nil { forgetWhatDepended(on: other, in: service, &draft) }
        }
        for document in service.documents where document.when?.field == field.id {
            draft.documents.removeAll { $0.id == document.id }
            draft.skippedDocuments.removeAll { $0 == document.id }
        }
    }

    private mutating func explain(_ wrong: WrongAnswer, _ field: Field) {
        state.misses += 1
        say(.text(Replies.sentence(for: wrong, labels: { display($0, of: field) }, in: language)))
        if state.misses >= Limits.wrongAnswersBeforeHelp {
            state.misses = 0
            if let help = field.help { say(help) }
            return ask(
                Replies.stuck[language],
                buttons: [("cmd:help", Replies.buttonHelp), ("cmd:agent", Replies.buttonPerson), ("cmd:back", Replies.buttonBack)])
        }
        if !choices(for: field).isEmpty || field.type == .yesNo { askAgain() }
    }

    // MARK: Back, skip, side questions

    mutating func goBack() {
        guard var draft = state.draft, let service = draftService else { return }
        if case .confirmField(let id, _) = draft.place { return move(to: .field(id), of: &draft) }
        let asked = service.fields.filter { $0.when?.holds(for: draft.values) ?? true }.map(\.id)
        let here = currentField.flatMap { asked.firstIndex(of: $0.id) } ?? asked.count
        guard here > 0 else {
            say(Replies.firstQuestion)
            return askAgain()
        }
        let previous = asked[here - 1]
        draft.skipped.removeAll { $0 == previous }
        move(to: .field(previous), of: &draft)
    }

    mutating func skip() {
        guard var draft = state.draft, let service = draftService else { return }
        if let field = currentField, field.optional == true {
            draft.skipped.append(field.id)
            draft.values[field.id] = nil
        } else if let id = documentHere, service.document(id)?.optional == true {
            draft.skippedDocuments.append(id)
        } else {
            say(Replies.mustAnswer)
            return askAgain()
        }
        state.draft = draft
        goOn()
    }

    /// A complaint in the citizen's own words may well be a question.
    private func isStory(_ field: Field) -> Bool {
        field.type == .text && (field.max?.integer ?? Int64(Limits.answerCharactersMax)) > MachineTurn.shortAnswerCharacters
    }

    /// Above this a text field asks for a story: names of castes, posts and places stay below.
    private static let shortAnswerCharacters: Int64 = 300

    /// "How much?", "how long?", "which papers?" in mid-form: answered from the catalogue, then the question again.
    private mutating func answerSideQuestion(_ text: String) -> Bool {
        guard let service = draftService, let question = SideQuestion.read(text) else { return false }
        switch question {
        case .fee: say(.text(feeLine(service)))
        case .days:
            let days = service.statutoryDays
            say(days.map { $0 == 0 ? Replies.daysAtOnce : Replies.daysLine } ?? Replies.daysUnknown, ["days": "\(days ?? 0)"])
        case .papers:
            let papers = service.documents.map { "• " + $0.label[language] }.joined(separator: "\n")
            say(.text(papers.isEmpty ? Replies.noPapers[language] : Replies.papersNeeded[language] + "\n" + papers))
        case .why: say(Replies.whyAsked, ["purpose": service.purpose[language]])
        }
        askAgain()
        return true
    }
}
