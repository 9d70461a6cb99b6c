// Every maximum that the host keeps, with unit, reason and source. Meta's are from its Cloud API reference
// (developers.facebook.com/docs/whatsapp/cloud-api, read November 2025).

/// A length bound on a text. Meta does not say whether it counts code points or UTF-16 units: we stay under both.
public struct LengthLimit: Sendable {
    public let charactersMax: Int

    public func admits(_ text: String) -> Bool { text.utf16.count <= charactersMax }

    public func problems(_ text: String, _ what: String, mayBeEmpty: Bool = false) -> [String] {
        if text.isEmpty { return mayBeEmpty ? [] : ["\(what) is empty"] }
        return admits(text) ? [] : ["\(what) has \(text.utf16.count) characters, at most \(charactersMax) are allowed"]
    }

    /// The text, cut at a whole character with an ellipsis when it is too long.
    public func cut(_ text: String) -> String {
        guard !admits(text) else { return text }
        var result = ""
        var count = 1
        for character in text {
            count += character.utf16.count
            if count > charactersMax { break }
            result.append(character)
        }
        return result + "…"
    }
}

public enum Limits {
    // Meta's limits on what we send.
    public static let textBody = LengthLimit(charactersMax: 4096)
    public static let buttonsBody = LengthLimit(charactersMax: 1024)
    public static let listBody = LengthLimit(charactersMax: 4096)
    public static let listButton = LengthLimit(charactersMax: 20)
    public static let sectionTitle = LengthLimit(charactersMax: 24)
    public static let rowTitle = LengthLimit(charactersMax: 24)
    public static let rowDescription = LengthLimit(charactersMax: 72)
    public static let rowID = LengthLimit(charactersMax: 200)
    public static let buttonTitle = LengthLimit(charactersMax: 20)
    public static let buttonID = LengthLimit(charactersMax: 256)
    public static let caption = LengthLimit(charactersMax: 1024)
    public static let filename = LengthLimit(charactersMax: 240)
    public static let linkLabel = LengthLimit(charactersMax: 20)
    public static let orderReference = LengthLimit(charactersMax: 35)
    public static let orderItemName = LengthLimit(charactersMax: 60)
    public static let orderDescription = LengthLimit(charactersMax: 120)
    public static let templateName = LengthLimit(charactersMax: 512)
    public static let buttonsMax = 3
    public static let listSectionsMax = 10
    public static let listRowsMax = 10

    /// Seconds after the citizen's last message in which free text may be sent: Meta's 24 hours less five minutes, so
    /// that a message that waits in the queue does not fall out of the window.
    public static let windowSeconds: Int64 = 24 * 3600 - 300
    /// Seconds after which a message gets no free-form answer any more (the window that it opened is over).
    public static let staleMessageSeconds: Int64 = 24 * 3600

    // Our own.
    /// Characters of an answer that we keep; RapidPro's field limit of 640 is of the same order.
    public static let answerCharactersMax = 500
    /// Applications that one conversation may have begun and not finished: what a family needs at once, and a list holds.
    public static let draftsMax = 5
    /// Steps inside one turn (a module call, a document check, …) before the turn is declared a loop.
    public static let turnStepsMax = 12
    /// Messages that one turn may send: more is a flood, and Meta's pair rate is 10 a minute.
    public static let turnMessagesMax = 6
    /// Times that a wrong answer is explained before "talk to a person" is offered.
    public static let wrongAnswersBeforeHelp = 3
    /// Tries of one turn before the citizen gets an apology with a reference and an officer is told.
    public static let turnAttemptsMax = 3
    /// Turns in hand at once: enough to hide a module's milliseconds on two cores, few enough to bound memory.
    public static let turnsAtOnceMax = 64
    /// Jobs claimed at once: as many as one portal takes beside each other, so that none is turned away for want of a place.
    public static let jobsAtOnceMax = 8
    /// Seconds between looks at a portal for one application.
    public static let portalPollSeconds: Int64 = 300
    /// The longest pause between tries of a job.
    public static let jobBackoffSecondsMax: Int64 = 900
    /// How far ahead a module may ask to be called: longer than any statutory clock.
    public static let timerSecondsMax: Int64 = 10 * 366 * 86_400
    /// A bill that is not paid by then has expired.
    public static let paymentSecondsMax: Int64 = 24 * 3600
}
