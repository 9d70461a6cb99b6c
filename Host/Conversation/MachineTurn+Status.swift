// "Where is my application?" Telephones are shared: nothing earlier is shown before a check.
import Model

extension MachineTurn {
    /// Wrong tries before the check pauses.
    private static let triesMax = 3
    /// Four characters and a date are soon guessed by who may try for ever.
    private static let pauseSeconds: Int64 = 900

    mutating func askAboutApplications() {
        state.expecting = .nothing
        if let until = state.checkPausedUntil, context.now < until { return sayPaused() }
        perform(.ask(.applications))
    }

    /// The citizen's applications with this department have been looked up; what they are for depends on where we stand.
    mutating func takeApplications(_ applications: [Application]) {
        switch state.expecting {
        case .applicationBirthDate(let lastFour, let tries) where lastFour.contains("|"):
            return check(applications, lastFour: lastFour, tries: tries)
        default: break
        }
        if let draft = state.draft, let service = draftService, let number = referenceAnswer(draft, service) {
            return aboutApplication(number, in: applications, service)
        }
        guard !applications.isEmpty else {
            if state.draft != nil {
                say(Replies.noApplications)
                return askAgain()
            }
            return showMenu(Replies.noApplications)
        }
        state.expecting = .applicationLastFour(tries: 0)
        say(Replies.askLastFour)
    }

    mutating func hearLastFour(_ text: String, tries: Int) {
        let compact = Normalised.asciiDigits(text).uppercased().filter { $0.isLetter || $0.isNumber }
        guard compact.count >= 4 else {
            say(Replies.askLastFour)
            return
        }
        state.expecting = .applicationBirthDate(lastFour: String(compact.suffix(4)), tries: tries)
        say(Replies.askBirthDate)
    }

    mutating func hearBirthDate(_ text: String, lastFour: String, tries: Int) {
        guard case .day(let day, _) = DateReading.read(text, today: today) else {
            say(.text(Replies.sentence(for: .notADate, labels: { $0 }, in: language)))
            return
        }
        state.expecting = .applicationBirthDate(lastFour: lastFour + "|" + day.description, tries: tries)
        perform(.ask(.applications))
    }

    private mutating func check(_ applications: [Application], lastFour packed: String, tries: Int) {
        let parts = packed.split(separator: "|").map(String.init)
        let match = applications.first { application in
            let numbers = [application.number.rawValue, application.portalNumber ?? ""].map {
                String($0.filter { $0.isLetter || $0.isNumber }.suffix(4))
            }
            let birthDate = application.value("dob")
            return numbers.contains(parts[0].uppercased()) && (birthDate == nil || birthDate == parts.last)
        }
        guard let match else {
            let made = tries + 1
            note("application.check_failed", detail: ["tries": "\(made)"])
            if made >= MachineTurn.triesMax {
                state.expecting = .nothing
                state.checkPausedUntil = context.now.adding(seconds: MachineTurn.pauseSeconds)
                return sayPaused()
            }
            state.expecting = .applicationLastFour(tries: made)
            return say(Replies.checkFailed)
        }
        state.expecting = .nothing
        note("application.shown", subject: match.number.rawValue)
        show(match)
    }

    private mutating func sayPaused() {
        ask(Replies.checkPaused[language], buttons: [("cmd:agent", Replies.buttonPerson), ("cmd:menu", Replies.buttonMenu)])
    }

    mutating func show(_ application: Application) {
        let service = machine.catalogue.service(application.service)
        if application.state == .inDepartment, let service, service.hooks.contains(.status) {
            return askStatus(of: application, service)
        }
        var lines = [
            "*\(service?.name[language] ?? "")*",
            Replies.numberLine.filled(["number": application.portalNumber ?? application.number.rawValue], in: language),
        ]
        lines.append(stateSentence(application))
        if !application.state.isFinal, let due = application.dueOn.flatMap(Day.init) {
            lines.append(Replies.dueLine.filled(["date": due.spoken(in: language)], in: language))
        }
        say(.text(lines.joined(separator: "\n")))
        if let sha256 = application.certificateSHA256 { sendCertificate(application, sha256: sha256, filename: filename(application)) }
        if state.draft != nil { askAgain() }
    }

    func stateSentence(_ application: Application, in wanted: Language? = nil) -> String {
        Replies.sentence(for: application.state)
            .filled(["raw": application.rawState ?? "", "reason": application.reason ?? ""], in: wanted ?? language)
    }

    func filename(_ application: Application) -> String {
        let kept = (application.portalNumber ?? application.number.rawValue).map { $0.isLetter || $0.isNumber ? $0 : "-" }
        return "\(application.service)-\(String(kept)).pdf"
    }

    mutating func sendCertificate(_ application: Application, sha256: String, filename: String) {
        let service = machine.catalogue.service(application.service)
        let caption = service?.messages["delivered"]?[language] ?? Replies.certificateCaption[language]
        say(.document(sha256: sha256, filename: filename, caption: Limits.caption.cut(caption)))
        note("certificate.sent", subject: application.number.rawValue)
    }

    private mutating func askStatus(of application: Application, _ service: Service) {
        perform(.ask(.module(request(.status, about: application), .status(application))))
    }

    func request(_ step: Service.Hook, about application: Application, event: String = "", values: [FieldAnswer] = []) -> ModuleRequest {
        ModuleRequest(
            department: application.department, service: application.service, step: step, language: language,
            citizen: application.citizen.rawValue, application: application.number.rawValue, event: event,
            values: application.values + values, documents: application.documents, state: application.moduleState,
            stateSchema: application.moduleStateSchema, now: context.now, seed: context.seed, turn: context.reference)
    }

    mutating func takeLookUp(_ result: Result<[FieldAnswer], PortalFailure>) {
        switch result {
        case .success(let values):
            // Never empty, so that it is asked once.
            state.draft?.lookedUp = values.isEmpty ? [FieldAnswer(key: "portal.found", value: "no")] : values
            askModule(.status, purpose: .status(nil))
        case .failure(let failure):
            note("portal.failed", detail: ["code": failure.problem.code])
            state.draft = nil
            ask(Replies.statusUnknown[language], buttons: [("cmd:menu", Replies.buttonMenu), ("cmd:agent", Replies.buttonPerson)])
        }
    }

    mutating func takeStatus(_ reply: ModuleReply, of application: Application?) {
        let service = application.flatMap { machine.catalogue.service($0.service) } ?? draftService
        let said = sentences(reply.messages, of: service)
        if draftService?.action == .status { state.draft = nil }
        say(.text(said.isEmpty ? Replies.statusUnknown[language] : said.joined(separator: "\n")))
        if state.draft != nil { askAgain() }
    }

    // MARK: Services about an earlier application, by its number

    /// The answer that names an earlier application, in services that ask for one.
    private func referenceAnswer(_ draft: Draft, _ service: Service) -> String? {
        service.fields.first { $0.type == .reference && $0.id == "grievance_no" }.flatMap { draft.values[$0.id] }
    }

    private mutating func aboutApplication(_ number: String, in applications: [Application], _ service: Service) {
        let wanted = number.filter { $0.isLetter || $0.isNumber }.uppercased()
        let found = applications.first { application in
            [application.number.rawValue, application.portalNumber ?? ""].contains {
                $0.filter { $0.isLetter || $0.isNumber }.uppercased() == wanted
            }
        }
        guard let found else {
            state.draft = nil
            return ask(
                Replies.numberNotFound[language],
                buttons: [("svc:\(service.id)", Replies.buttonTryAgain), ("cmd:menu", Replies.buttonMenu)])
        }
        if service.action == .status {
            state.draft = nil
            return show(found)
        }
        state.draft?.earlier = found
        goOn()
    }

    /// Services that speak of an earlier application look it up before the module is asked.
    func needsEarlierApplication(_ draft: Draft, _ service: Service) -> Bool {
        draft.earlier == nil && referenceAnswer(draft, service) != nil
    }
}
