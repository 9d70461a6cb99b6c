// Greeting, menu, help, and the way into a service.
import Model

extension MachineTurn {
    mutating func welcome() {
        guard state.language != nil else {
            state.expecting = .languageChoice
            let name = machine.catalogue.department.name
            return ask(
                Replies.firstWelcome(name.hindi, name.english),
                buttons: [("lang:hi", Replies.buttonHindi), ("lang:en", Replies.buttonEnglish), ("lang:hi-Latn", Replies.buttonHinglish)])
        }
        if state.draft != nil { return askAgain() }
        showMenu(Replies.welcome)
    }

    /// The department's services as a list; `lead` says why it is shown.
    mutating func showMenu(_ lead: Sentence?) {
        state.expecting = .nothing
        showMenuPage(0, lead: lead)
    }

    mutating func showMenuPage(_ page: Int, lead: Sentence? = nil) {
        let department = machine.catalogue.department
        let body =
            (lead.map { $0.filled(["department": department.name[language]], in: language) + "\n\n" } ?? "") + department.welcome[language]
        var rows: [(section: Sentence, row: OutboundContent.ListRow)] = []
        for section in department.menu {
            for service in section.services.compactMap(machine.catalogue.service) {
                rows.append((section.title, row(for: service)))
            }
        }
        for draft in state.shelved + [state.draft].compactMap(\.self) {
            guard let service = machine.catalogue.service(draft.service) else { continue }
            let title = Limits.rowTitle.cut(Replies.rowGoOn[language])
            rows.insert(
                (Replies.sectionOpen, .init(id: "resume:\(service.id)", title: title, description: cutDescription(service.name[language]))),
                at: 0)
        }
        let pages = paged(rows, page: page)
        var sections: [OutboundContent.ListSection] = []
        for (title, row) in pages.rows {
            let heading = Limits.sectionTitle.cut(title[language])
            if let last = sections.last, last.title == heading {
                sections[sections.count - 1] = .init(title: heading, rows: last.rows + [row])
            } else {
                sections.append(.init(title: heading, rows: [row]))
            }
        }
        if let more = pages.next {
            let row = OutboundContent.ListRow(id: "menupage:\(more)", title: Replies.rowMore[language])
            sections.append(.init(title: Limits.sectionTitle.cut(Replies.rowMore[language]), rows: [row]))
        }
        guard !sections.isEmpty else { return say(Replies.noServices) }
        say(.list(body: Limits.listBody.cut(body), button: Replies.buttonChoose[language], sections: sections))
    }

    func row(for service: Service) -> OutboundContent.ListRow {
        .init(
            id: "svc:\(service.id)", title: Limits.rowTitle.cut(service.title[language]),
            description: cutDescription(service.name[language]))
    }

    func cutDescription(_ text: String) -> String? { text.isEmpty ? nil : Limits.rowDescription.cut(text) }

    /// A list holds ten rows: nine and "more", or ten when they are the last.
    func paged<Row>(_ rows: [Row], page: Int) -> (rows: [Row], next: Int?) {
        let perPage = Limits.listRowsMax - 1
        guard page >= 0, page <= rows.count / perPage, page * perPage < rows.count else {
            return (Array(rows.prefix(perPage)), rows.count > Limits.listRowsMax ? 1 : nil)
        }
        let rest = rows[(page * perPage)...]
        return rest.count <= Limits.listRowsMax ? (Array(rest), nil) : (Array(rest.prefix(perPage)), page + 1)
    }

    mutating func giveHelp() {
        if let draft = state.draft, let service = machine.catalogue.service(draft.service) {
            if let field = currentField, let help = field.help {
                say(help)
            } else {
                say(Replies.formHelp, ["service": service.name[language]])
            }
            return askAgain()
        }
        showMenu(Replies.help)
    }

    mutating func clarify(_ alternatives: [Understanding.Alternative]) {
        let services = alternatives.compactMap { alternative in service(alternative) }
        guard !services.isEmpty else { return showMenu(Replies.notUnderstood) }
        var rows = services.prefix(Limits.listRowsMax - 1).map { row(for: $0) }
        rows.append(.init(id: "cmd:menu", title: Limits.rowTitle.cut(Replies.rowNoneOfThese[language])))
        say(
            .list(
                body: Replies.didYouMean[language], button: Replies.buttonChoose[language],
                sections: [.init(title: Limits.sectionTitle.cut(Replies.sectionServices[language]), rows: rows)]))
    }

    private func service(_ alternative: Understanding.Alternative) -> Service? {
        machine.departments.first { $0.id == alternative.department }?.services.first { $0.id == alternative.service }
            ?? machine.catalogue.service(alternative.service)
    }

    // MARK: Into a service

    mutating func go(to found: Understanding.Alternative) {
        state.misses = 0
        if found.department == context.lane.department { return go(toService: found.service) }
        sendOn(found.service)
    }

    /// The service belongs to another department: its number, and its name.
    private mutating func sendOn(_ id: ServiceID) {
        for department in machine.departments {
            if let service = department.services.first(where: { $0.id == id }) {
                let arguments = [
                    "service": service.name[language], "department": department.name[language], "number": department.displayNumber,
                ]
                return say(Replies.otherDepartment, arguments)
            }
        }
        showMenu(Replies.notUnderstood)
    }

    mutating func go(toService id: ServiceID) {
        guard let service = machine.catalogue.service(id) else { return sendOn(id) }
        if service.action == .status, service.hooks.isEmpty { return askAboutApplications() }
        if state.draft?.service == id { return askAgain() }
        if state.shelved.contains(where: { $0.service == id }) {
            state.expecting = .resumeOrNew(id)
            return ask(
                Replies.resumeOrNew.filled(["service": service.name[language]], in: language),
                buttons: [("resume:\(id)", Replies.buttonGoOn), ("new:\(id)", Replies.buttonNew)])
        }
        offer(service)
    }

    /// What it is, what it costs, how long it takes, which papers; and a yes.
    private mutating func offer(_ service: Service) {
        var lines = ["*\(service.name[language])*", service.summary[language]]
        let papers = service.documents.filter { $0.optional != true && $0.when == nil }.map { "• " + $0.label[language] }
        if !papers.isEmpty { lines.append(Replies.papersNeeded[language] + "\n" + papers.joined(separator: "\n")) }
        lines.append(feeLine(service))
        if let days = service.statutoryDays, days > 0 { lines.append(Replies.daysLine.filled(["days": "\(days)"], in: language)) }
        state.expecting = .startService(service.id)
        ask(lines.joined(separator: "\n\n"), buttons: [("start:\(service.id)", Replies.buttonStart), ("cmd:menu", Replies.buttonMenu)])
    }

    func feeLine(_ service: Service) -> String {
        if service.fee.quoted == true { return Replies.feeQuoted[language] }
        guard let paise = service.fee.paise ?? service.fee.rate.flatMap({ context.rates[$0] }) else { return Replies.feeUnknown[language] }
        return paise == 0 ? Replies.feeNone[language] : Replies.feeIs.filled(["amount": Rupees.text(paise)], in: language)
    }

    mutating func start(_ id: ServiceID) {
        guard machine.catalogue.service(id) != nil else { return say(Replies.oldButton) }
        if state.draft?.service == id { return askAgain() }
        if state.shelved.contains(where: { $0.service == id }) { return go(toService: id) }
        beginNew(id)
    }

    mutating func beginNew(_ id: ServiceID) {
        guard let service = machine.catalogue.service(id) else { return say(Replies.oldButton) }
        state.expecting = .nothing
        state.shelved.removeAll { $0.service == id }
        if state.draft?.service == id { state.draft = nil }
        guard shelveCurrent() else { return }
        state.draft = Draft(service: id, startedAt: context.now, place: .summary)
        note("draft.begun", subject: id.rawValue)
        if service.fields.contains(where: { $0.type == .name || $0.type == .mobile || $0.type == .address }) {
            note("notice.shown", subject: id.rawValue, detail: ["notice": "\(Replies.noticeNumber)"])
            state.noticeShown = Replies.noticeNumber
            say(Replies.notice, ["purpose": service.purpose[language], "basis": service.legalBasis])
        }
        goOn()
    }

    mutating func resumeShelved(_ id: ServiceID) {
        state.expecting = .nothing
        if state.draft?.service == id { return askAgain() }
        guard let index = state.shelved.firstIndex(where: { $0.service == id }) else { return start(id) }
        let draft = state.shelved.remove(at: index)
        _ = shelveCurrent()
        state.draft = draft
        say(Replies.resumed, ["service": machine.catalogue.service(id)?.name[language] ?? ""])
        askAgain()
    }

    /// Puts the open draft aside; false (and said) when there are too many.
    private mutating func shelveCurrent() -> Bool {
        guard let draft = state.draft else { return true }
        guard state.shelved.count + 1 < Limits.draftsMax else {
            say(Replies.tooManyDrafts)
            askAgain()
            return false
        }
        state.shelved.append(draft)
        state.draft = nil
        say(Replies.shelved, ["service": machine.catalogue.service(draft.service)?.name[language] ?? ""])
        return true
    }

    // MARK: Leaving it

    mutating func askToCancel() {
        state.expecting = .cancelDraft
        ask(Replies.reallyCancel[language], buttons: [("yes", Replies.buttonYesCancel), ("no", Replies.buttonGoOn)])
    }

    mutating func cancelDraft() {
        if let draft = state.draft { note("draft.cancelled", subject: draft.service.rawValue) }
        state.draft = nil
        showMenu(Replies.cancelled)
    }
}
