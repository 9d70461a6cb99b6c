// The machine's working copy during one step: hears a message, finds out what it answers. Forms, documents, summary,
// status and events have files of their own.
import Model

struct MachineTurn {
    let machine: ConversationMachine
    var state: ConversationState
    let context: TurnContext
    private(set) var effects: [Effect] = []
    /// The host speaks by itself here; nobody has just written.
    var isOwnAccord = false

    init(machine: ConversationMachine, state: ConversationState, context: TurnContext) {
        self.machine = machine
        self.state = state
        self.context = context
    }

    var step: Step { Step(state: state, effects: effects) }
    var today: Day { Day(at: context.now) }
    /// Hindi until we know better: Delhi's first language.
    var language: Language { state.language ?? .hindi }

    // MARK: Speaking

    mutating func say(_ content: OutboundContent) { effects.append(.say(content)) }
    mutating func say(_ sentence: Sentence, _ arguments: [String: String] = [:]) { say(.text(sentence.filled(arguments, in: language))) }
    mutating func perform(_ effect: Effect) { effects.append(effect) }

    /// A question with up to three buttons.
    mutating func ask(_ body: String, buttons: [(id: String, title: Sentence)]) {
        say(
            .buttons(
                body: Limits.buttonsBody.cut(body),
                buttons: buttons.map { .init(id: $0.id, title: Limits.buttonTitle.cut($0.title[language])) }))
    }

    mutating func note(_ kind: String, subject: String = "", detail: [String: String] = [:]) {
        perform(.note(LedgerEntry(kind: kind, actor: "citizen:\(context.lane.citizen)", subject: subject, detail: detail)))
    }

    // MARK: Hearing

    mutating func hear(_ content: InboundContent, sentAt: Moment, _ understanding: Understanding?) {
        guard context.now.seconds(since: sentAt) <= Double(Limits.staleMessageSeconds) else {
            note("message.stale")
            return
        }
        let isFirst = state.lastMessageAt == nil
        // As Storage counts the window: from when the citizen wrote, not from when we came to it.
        state.lastMessageAt = min(sentAt, context.now)
        deliverWaiting()
        switch content {
        case .text(let text): hearText(text, understanding, isFirst: isFirst)
        case .tap(let id, _): hearTap(id)
        case .templateButton(let payload, let title): hearText(payload.isEmpty ? title : payload, understanding, isFirst: isFirst)
        case .media(let media): hearMedia(media)
        case .location: hearLocation(content)
        case .reaction(let emoji, _): if let emoji, Command.read(emoji) == .yes { _ = hearCommandInPlace(.yes) || submitByThumb() }
        case .welcome: welcome()
        case .numberChanged: note("citizen.number_changed")
        case .contacts, .order, .formReply, .unsupported: hearUnreadable()
        case .edited, .revoked: say(Replies.editIgnored)
        }
    }

    private mutating func hearText(_ text: String, _ understanding: Understanding?, isFirst: Bool) {
        if understanding?.decision == .emergency { return helpInEmergency() }
        learnLanguage(from: understanding, text)
        if let command = Command.read(text), obey(command) { return }
        if understanding?.decision == .optOut { return optOut() }
        if state.expecting == .menuChoice {
            state.expecting = .nothing
            if understanding?.decision == .accept || understanding?.decision == .clarify { return hearIdle(understanding) }
        }
        if hearExpected(text) { return }
        if state.draft != nil { return hearInForm(text, understanding) }
        guard Normalised.hasWords(text) else { return state.language == nil ? welcome() : showMenu(Replies.emptyText) }
        hearIdle(understanding)
    }

    /// Sticky: words in a form (a name, an address) say nothing about the language wanted.
    private mutating func learnLanguage(from understanding: Understanding?, _ text: String) {
        guard !state.languageIsChosen, let heard = understanding?.language else { return }
        // A word or two ("status", "caste certificate") are used by speakers of every language.
        let isSentence = text.split(separator: " ").count > 2
        if state.language != nil, !isSentence || Command.read(text) != nil { return }
        if state.language == nil || (state.draft == nil && state.expecting == .nothing) { state.language = heard }
    }

    private mutating func hearIdle(_ understanding: Understanding?) {
        guard let understanding else { return showMenu(Replies.notUnderstood) }
        switch understanding.decision {
        case .greeting: welcome()
        case .thanks: say(Replies.youAreWelcome)
        case .abuse: say(Replies.stayPolite)
        case .agent: handOver(.asked)
        case .language: if let wanted = understanding.wantedLanguage { choose(wanted) }
        case .accept: if let best = understanding.best { go(to: best) }
        case .clarify: clarify(understanding.alternatives)
        case .optOut: optOut()
        case .reject, .emergency:
            state.misses += 1
            if state.misses >= Limits.wrongAnswersBeforeHelp {
                ask(Replies.offerPerson[language], buttons: [("cmd:agent", Replies.buttonPerson), ("cmd:menu", Replies.buttonMenu)])
            } else {
                showMenu(Replies.notUnderstood)
            }
        }
    }

    /// True when the command was for us here; "yes" with nothing to say yes to is not.
    private mutating func obey(_ command: Command) -> Bool {
        switch command {
        case .language(let wanted): choose(wanted)
        case .menu:
            showMenu(nil)
            if state.draft != nil { state.expecting = .menuChoice }
        case .agent: handOver(.asked)
        case .stop: optOut()
        case .start where state.optedOut: optIn()
        case .status: askAboutApplications()
        case .help: giveHelp()
        case .cancel where state.draft != nil: askToCancel()
        case .cancel:
            state.expecting = .nothing
            showMenu(Replies.nothingToCancel)
        case .back where state.draft != nil: goBack()
        case .restart where state.draft != nil: askToCancel()
        case .change where state.draft?.place == .summary: chooseChange(page: 0)
        case .skip where state.draft != nil: skip()
        default: return false
        }
        return true
    }

    // MARK: Answers outside a form

    /// True when the text answered what was asked outside a form.
    private mutating func hearExpected(_ text: String) -> Bool {
        let command = Command.read(text)
        switch state.expecting {
        case .nothing, .menuChoice: return false
        case .languageChoice:
            state.expecting = .nothing
            return false
        case .startService(let service):
            state.expecting = .nothing
            if command == .yes || command == .start { start(service) } else if command == .no { showMenu(nil) } else { return false }
        case .resumeOrNew(let service):
            state.expecting = .nothing
            if command == .yes { resumeShelved(service) } else if command == .no { beginNew(service) } else { return false }
        case .cancelDraft:
            state.expecting = .nothing
            if command == .yes { cancelDraft() } else if command == .no { askAgain() } else { return false }
        case .applicationLastFour(let tries): hearLastFour(text, tries: tries)
        case .applicationBirthDate(let lastFour, let tries): hearBirthDate(text, lastFour: lastFour, tries: tries)
        }
        return true
    }

    /// False when nothing here is answered by yes or no: the button is an old one.
    private mutating func hearCommandInPlace(_ command: Command) -> Bool {
        let word = command == .yes ? "yes" : "no"
        switch state.expecting {
        case .startService, .resumeOrNew, .cancelDraft: return hearExpected(word)
        default: break
        }
        guard let draft = state.draft else { return false }
        switch draft.place {
        case .confirmField: break
        case .field, .fieldPage: guard currentField?.type == .yesNo else { return false }
        default: return false
        }
        hearInForm(word, nil)
        return true
    }

    /// A thumb on the summary sends it; a stale "yes" button does not.
    private mutating func submitByThumb() -> Bool {
        guard state.draft?.place == .summary else { return false }
        submit()
        return true
    }

    // MARK: Taps

    /// Ids that we gave: `cmd:menu`, `lang:hi`, `svc:ID`, `start:ID`, `resume:ID`, `new:ID`, `opt:FIELD:VALUE`, `page:FIELD:N`,
    /// `kind:DOCUMENT:KIND`, `chg:FIELD`, `chgpage:N`, `yes`, `no`, `submit`, `menupage:N`.
    private mutating func hearTap(_ id: String) {
        let parts = id.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        // Whoever taps something else is no longer answering what was asked outside the form.
        if id != "yes", id != "no" { state.expecting = .nothing }
        switch (parts[0], parts.count) {
        case ("yes", 1), ("no", 1): if !hearCommandInPlace(id == "yes" ? .yes : .no) { say(Replies.oldButton); askAgain() }
        case ("submit", 1): submitFromTap()
        case ("cmd", 2): if let command = Command.read(parts[1]), obey(command) { break } else { askAgain() }
        case ("lang", 2): if let wanted = Language(rawValue: parts[1]) { choose(wanted) } else { askAgain() }
        case ("svc", 2): go(toService: ServiceID(parts[1]))
        case ("start", 2): start(ServiceID(parts[1]))
        case ("resume", 2): resumeShelved(ServiceID(parts[1]))
        case ("new", 2): beginNew(ServiceID(parts[1]))
        case ("menupage", 2): showMenuPage(Int(parts[1]) ?? 0)
        case ("opt", 3): takeOption(field: parts[1], value: parts[2])
        case ("page", 3): showPage(field: parts[1], page: Int(parts[2]) ?? 0)
        case ("kind", 3): takeDocumentKind(document: parts[1], kind: parts[2])
        case ("chg", 2): changeField(parts[1])
        case ("chgpage", 2): chooseChange(page: Int(parts[1]) ?? 0)
        default: say(Replies.oldButton); askAgain()
        }
    }

    // MARK: Anywhere

    mutating func choose(_ wanted: Language) {
        let wasChoosing = state.expecting == .languageChoice
        state.language = wanted
        state.languageIsChosen = true
        if wasChoosing { state.expecting = .nothing }
        say(Replies.languageChosen)
        if state.draft != nil { askAgain() } else { showMenu(nil) }
    }

    private mutating func helpInEmergency() {
        say(.text(Replies.emergency[language]))
        note("emergency.helplines_given")
        perform(.handOver(HandOver(reason: .emergency, reference: context.reference)))
        if state.draft != nil { askAgain() }
    }

    mutating func handOver(_ reason: HandOver.Reason) {
        state.waitsForOfficer = true
        state.misses = 0
        perform(.handOver(HandOver(reason: reason, reference: context.reference)))
        note("conversation.handed_over", subject: context.reference, detail: ["reason": reason.rawValue])
        say(Replies.handedOver, ["reference": context.reference])
        if state.draft != nil { askAgain() }
    }

    mutating func apologiseForParking() {
        perform(.handOver(HandOver(reason: .moduleParked, reference: context.reference)))
        note("turn.parked", subject: context.reference)
        say(Replies.parked, ["reference": context.reference])
    }

    private mutating func optOut() {
        state.optedOut = true
        state.expecting = .nothing
        note("citizen.opted_out")
        say(Replies.optedOut)
    }

    private mutating func optIn() {
        state.optedOut = false
        note("citizen.opted_in")
        say(Replies.optedIn)
        if state.draft != nil { askAgain() } else { showMenu(nil) }
    }

    private mutating func hearUnreadable() {
        say(Replies.unreadableKind)
        if state.draft != nil { askAgain() }
    }

    private mutating func hearLocation(_ content: InboundContent) {
        guard case .location(let latitude, let longitude, let name, let address) = content, let field = currentField, field.type == .address
        else { return hearUnreadable() }
        // A pin alone has no words; an officer finds the place by its coordinates.
        answer(field, with: address ?? name ?? "\(latitude), \(longitude)")
    }
}
