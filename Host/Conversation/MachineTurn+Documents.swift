// Asking for papers, and what happens when one arrives.
import Model

extension MachineTurn {
    /// The document at which the form stands, if it stands at one.
    var documentHere: String? {
        switch state.draft?.place {
        case .documentKind(let id), .document(let id, _): id
        default: nil
        }
    }

    mutating func askKind(of document: DocumentRequirement) {
        let rows = (document.anyOneOf ?? []).prefix(Limits.listRowsMax).map {
            OutboundContent.ListRow(id: "kind:\(document.id):\($0.id)", title: Limits.rowTitle.cut($0.label[language]))
        }
        var body = document.ask[language]
        if let help = document.help { body += "\n" + help[language] }
        if document.optional == true { body += "\n" + Replies.maySkip[language] }
        say(
            .list(
                body: body, button: Replies.buttonChoose[language],
                sections: [.init(title: Limits.sectionTitle.cut(document.label[language]), rows: Array(rows))]))
    }

    mutating func askFor(_ document: DocumentRequirement, kind: String) {
        if let chosen = document.anyOneOf?.first(where: { $0.id == kind }) {
            let sentence = document.accepts.contains(.pdf) ? Replies.sendThisPaper : Replies.sendThisPhoto
            return say(sentence, ["paper": chosen.label[language]])
        }
        var body = document.ask[language]
        if let help = document.help { body += "\n" + help[language] }
        if document.optional == true { body += "\n" + Replies.maySkip[language] }
        say(.text(body))
    }

    mutating func takeDocumentKind(document id: String, kind: String) {
        guard var draft = state.draft, documentHere == id, let document = draftService?.document(id),
            document.anyOneOf?.contains(where: { $0.id == kind }) == true
        else {
            say(Replies.oldButton)
            return askAgain()
        }
        draft.place = .document(id, kind: kind)
        state.draft = draft
        askAgain()
    }

    mutating func hearKind(_ text: String, document id: String) {
        guard let document = draftService?.document(id) else { return goOn() }
        let folded = Normalised.folded(text)
        let options = document.anyOneOf ?? []
        if let number = Int(folded), options.indices.contains(number - 1) {
            return takeDocumentKind(document: id, kind: options[number - 1].id)
        }
        let matches = options.filter { option in
            ([option.label.hindi, option.label.english, option.label.hinglish] + (option.also ?? [])).contains {
                let spelling = Normalised.folded($0)
                return spelling == folded || (folded.count >= 3 && (spelling.contains(folded) || folded.contains(spelling)))
            }
        }
        guard matches.count == 1 else {
            say(Replies.chooseFromList)
            return askAgain()
        }
        takeDocumentKind(document: id, kind: matches[0].id)
    }

    mutating func hearMedia(_ media: InboundMedia) {
        switch media.kind {
        case .image, .document: break
        case .audio: return refuseMedia(Replies.noVoiceYet)
        case .video, .sticker: return refuseMedia(Replies.unreadableKind)
        }
        guard state.draft != nil else { return say(Replies.paperWithoutForm) }
        guard let id = documentHere, let document = draftService?.document(id) else { return refuseMedia(Replies.wordsPlease) }
        if case .documentKind = state.draft?.place {
            // The citizen sent the paper without saying which it is: take the question first, the paper is asked again.
            say(Replies.whichPaper)
            return askAgain()
        }
        perform(.ask(.document(media, document)))
    }

    private mutating func refuseMedia(_ sentence: Sentence) {
        say(sentence)
        if state.draft != nil { askAgain() }
    }

    mutating func takeDocument(_ check: DocumentCheck) {
        guard var draft = state.draft, case .document(let id, let kind) = draft.place else { return }
        switch check {
        case .kept(let kept):
            draft.documents.removeAll { $0.id == id }
            draft.documents.append(ApplicationDocument(id: id, kind: kind, kept: kept))
            state.draft = draft
            note("document.kept", subject: kept.sha256, detail: ["document": id, "type": kept.mimeType])
            say(Replies.paperTaken, ["paper": draftService?.document(id)?.label[language] ?? ""])
            goOn()
        case .refused(let code):
            state.misses += 1
            note("document.refused", subject: id, detail: ["code": code])
            say(Replies.paperRefused(code))
            if state.misses >= Limits.wrongAnswersBeforeHelp {
                state.misses = 0
                ask(Replies.stuck[language], buttons: [("cmd:agent", Replies.buttonPerson), ("cmd:back", Replies.buttonBack)])
            }
        case .unavailable: say(Replies.paperAgainLater)
        }
    }
}
