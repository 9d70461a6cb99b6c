// What the host found out by itself: filed, changed, paid, delivered. Inside the window in words, outside by template.
import Model

extension MachineTurn {
    mutating func tell(_ event: InternalEvent, about application: Application?) {
        guard let application else { return }
        isOwnAccord = true
        if !state.languageIsChosen, state.language == nil { state.language = application.language }
        switch event {
        case .filed(_, let portalNumber):
            let service = machine.catalogue.service(application.service)
            var text = Replies.filed.filled(["number": portalNumber, "service": service?.name[language] ?? ""], in: language)
            if let due = application.dueOn.flatMap(Day.init) {
                text += "\n" + Replies.dueLine.filled(["date": due.spoken(in: language)], in: language)
            }
            announce(text + "\n\n" + Replies.howToAsk[language], about: application)
        case .filingDelayed:
            announce(Replies.filingDelayed.filled(["number": application.number.rawValue], in: language), about: application)
        case .filingRefused(_, let reason):
            perform(.handOver(HandOver(reason: .moduleParked, reference: application.number.rawValue)))
            announce(
                Replies.filingRefused.filled(["number": application.number.rawValue, "reason": reason], in: language), about: application)
        case .statusChanged: announceState(of: application)
        case .certificateReady(_, let sha256, let filename):
            if isWindowOpen, !isUnwanted {
                sendCertificate(application, sha256: sha256, filename: filename)
            } else {
                state.waitingCertificates.append(
                    .init(number: application.number, service: application.service, sha256: sha256, filename: filename))
                announce("", about: application, template: "samvad_certificate_ready")
            }
        case .paymentChanged(_, let outcome): tellPayment(outcome, application)
        case .moduleTimer(_, let name): perform(.ask(.module(request(.event, about: application, event: name), .event(application))))
        }
    }

    var isWindowOpen: Bool {
        guard let last = state.lastMessageAt else { return false }
        return context.now.milliseconds - last.milliseconds < Limits.windowSeconds * 1000
    }

    private mutating func announceState(of application: Application) {
        // The certificate speaks for itself; its own event follows.
        if application.state == .certificateIssued { return }
        let text = Replies.numberLine.filled(["number": application.portalNumber ?? application.number.rawValue], in: language)
        announce(text + "\n" + stateSentence(application), about: application)
    }

    /// The citizen opted out, and this is no answer to what they wrote.
    private var isUnwanted: Bool { state.optedOut && isOwnAccord }

    /// Text inside the window, the approved template outside; nothing to those who opted out.
    mutating func announce(_ text: String, about application: Application, template: String = "samvad_application_update") {
        guard !isUnwanted else {
            return note("notification.suppressed", subject: application.number.rawValue, detail: ["why": "opted_out"])
        }
        if isWindowOpen, !text.isEmpty { return say(.text(Limits.textBody.cut(text))) }
        let service = machine.catalogue.service(application.service)?.name
        let name = (language == .english ? service?.english : service?.hindi) ?? ""
        let number = application.portalNumber ?? application.number.rawValue
        var parameters = [name, number]
        if template == "samvad_application_update" {
            parameters.append(Limits.rowDescription.cut(stateSentence(application, in: language == .english ? .english : .hindi)))
        }
        say(.template(name: template, language: language == .english ? "en" : "hi", parameters: parameters))
    }

    /// So many leave room in the turn for the answer itself; the rest comes with the next message.
    private static let certificatesAtOnceMax = 3

    /// Certificates that waited for the window: the citizen has written, so they come first.
    mutating func deliverWaiting() {
        let now = state.waitingCertificates.prefix(MachineTurn.certificatesAtOnceMax)
        for waiting in now {
            let caption =
                machine.catalogue.service(waiting.service)?.messages["delivered"]?[language] ?? Replies.certificateCaption[language]
            say(.document(sha256: waiting.sha256, filename: waiting.filename, caption: Limits.caption.cut(caption)))
            note("certificate.sent", subject: waiting.number.rawValue)
        }
        state.waitingCertificates.removeFirst(now.count)
    }

    private mutating func tellPayment(_ outcome: PaymentOutcome, _ application: Application) {
        let arguments = ["number": application.number.rawValue, "amount": Rupees.text(application.amountPaise ?? 0)]
        switch outcome {
        case .paid: announce(Replies.paid.filled(arguments, in: language), about: application)
        case .amountDiffers:
            perform(.handOver(HandOver(reason: .moduleParked, reference: application.number.rawValue)))
            announce(Replies.paymentDiffers.filled(arguments, in: language), about: application)
        case .failed: announce(Replies.paymentFailed.filled(arguments, in: language), about: application)
        case .expired: announce(Replies.paymentExpired.filled(arguments, in: language), about: application)
        case .pending: announce(Replies.paymentPending.filled(arguments, in: language), about: application)
        }
    }

    /// The module's answer to a timer.
    mutating func takeEvent(_ reply: ModuleReply, of application: Application) {
        isOwnAccord = true
        change(application, by: reply)
        let said = sentences(reply.messages, of: machine.catalogue.service(application.service)).joined(separator: "\n\n")
        if !said.isEmpty { announce(said, about: application) }
    }
}
