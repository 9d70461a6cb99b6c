// What each of Meta's error codes means for the message, the line and the token. Data; Sender decides by it, never by
// an HTTP status or a text. Source: Meta, Cloud API, error codes, read November 2026.

/// What is done about a refusal.
public enum GraphTreatment: String, Sendable, CaseIterable {
    /// Meta's trouble or a general rate: again, later and later, until the window closes.
    case retry
    /// Too many messages to this one citizen: again after 4^n seconds, nobody else waits.
    case slowPair = "slow_pair"
    /// Nothing leaves this line until somebody has looked; its messages wait.
    case stopLine = "stop_line"
    /// The token is dead: nothing leaves any line that uses it; the messages wait.
    case stopToken = "stop_token"
    /// Meta protects this citizen from too much: not before a day has passed.
    case later
    /// This message will never be taken.
    case giveUp = "give_up"
    /// The citizen's window is closed: only a template may go.
    case templateNeeded = "template_needed"
    /// The template is not as Meta knows it, or is paused.
    case templateBroken = "template_broken"
    /// A code that we do not know. Tried again a few times: Meta adds codes without a version change, some of them
    /// for passing trouble, and a refused message was not taken, so nobody gets it twice. Then given up: most codes
    /// are final, and a message that goes round for ever hides from the operator.
    case unknown

    /// An operator must act, or at least know.
    public var isAlarming: Bool { self == .stopLine || self == .stopToken || self == .templateBroken }
}

public struct GraphErrorRule: Sendable {
    public let codes: ClosedRange<Int>
    public let treatment: GraphTreatment
    /// For the operator; our words, since Meta's may quote the message.
    public let sentence: String

    init(_ code: Int, _ treatment: GraphTreatment, _ sentence: String) {
        self.init(code...code, treatment, sentence)
    }

    init(_ codes: ClosedRange<Int>, _ treatment: GraphTreatment, _ sentence: String) {
        self.codes = codes
        self.treatment = treatment
        self.sentence = sentence
    }
}

public enum GraphErrorTable {
    public static func rule(for code: Int, subcode: Int? = nil) -> GraphErrorRule {
        // 100 is about the message, except for this: the line itself is not there or not ours.
        if code == 100, subcode == 33 { return deletedLine }
        return rules.first { $0.codes.contains(code) }
            ?? GraphErrorRule(code, .unknown, "WhatsApp answered with a code that is not in our table")
    }

    private static let deletedLine = GraphErrorRule(
        33, .stopLine, "WhatsApp does not know this line, or it is not ours")

    public static let rules: [GraphErrorRule] = [
        GraphErrorRule(0, .stopToken, "the access token is not valid"),
        GraphErrorRule(190, .stopToken, "the access token has expired or was withdrawn"),
        // Permissions are given line by line: one department without them must not silence the others.
        GraphErrorRule(3, .stopLine, "the app lacks a capability that this line needs"),
        GraphErrorRule(10, .stopLine, "the app has no permission for this line"),
        GraphErrorRule(200...299, .stopLine, "the app has no permission for this line"),
        GraphErrorRule(131005, .stopLine, "the app has no access to this line"),
        deletedLine,
        GraphErrorRule(368, .stopLine, "the account is blocked for a policy violation"),
        GraphErrorRule(130497, .stopLine, "the account may not message people in this country"),
        GraphErrorRule(131031, .stopLine, "the account is locked"),
        GraphErrorRule(131037, .stopLine, "the line's display name is not approved"),
        GraphErrorRule(131042, .stopLine, "the account's payment method needs attention"),
        GraphErrorRule(131045, .stopLine, "the line is not registered"),
        GraphErrorRule(131048, .stopLine, "too many messages of this line were reported as spam"),
        GraphErrorRule(133010, .stopLine, "the line is not registered"),

        GraphErrorRule(1...2, .retry, "WhatsApp has passing trouble"),
        GraphErrorRule(4, .retry, "the app makes too many calls"),
        GraphErrorRule(80004...80008, .retry, "the account makes too many calls"),
        GraphErrorRule(130429, .retry, "the line sends faster than it may"),
        GraphErrorRule(131000, .retry, "WhatsApp has passing trouble"),
        GraphErrorRule(131016, .retry, "WhatsApp is overloaded"),
        GraphErrorRule(131057, .retry, "the account is being maintained"),
        GraphErrorRule(133004, .retry, "WhatsApp is not available"),
        GraphErrorRule(2_494_100, .retry, "WhatsApp is being maintained"),
        GraphErrorRule(131056, .slowPair, "too many messages to one citizen"),

        GraphErrorRule(130472, .later, "the citizen is part of an experiment of Meta's"),
        GraphErrorRule(131049, .later, "Meta holds messages of this kind back from this citizen"),

        GraphErrorRule(100, .giveUp, "a parameter is not valid"),
        GraphErrorRule(131008, .giveUp, "a parameter is missing"),
        GraphErrorRule(131009, .giveUp, "a parameter's value is not valid"),
        GraphErrorRule(131021, .giveUp, "the line can't write to itself"),
        GraphErrorRule(131026, .giveUp, "the citizen can't be reached on WhatsApp"),
        GraphErrorRule(131030, .giveUp, "the citizen is not on the test line's list"),
        GraphErrorRule(131050, .giveUp, "the citizen wants no such messages"),
        GraphErrorRule(131051, .giveUp, "WhatsApp has no such kind of message"),
        GraphErrorRule(131052...131053, .giveUp, "WhatsApp could not take the file"),
        GraphErrorRule(131062, .giveUp, "this message needs the citizen's number, which we do not have"),
        GraphErrorRule(135000, .giveUp, "WhatsApp could not process the message"),
        GraphErrorRule(137000, .giveUp, "the citizen's identity has changed and must be verified again"),
        GraphErrorRule(138000...138999, .giveUp, "WhatsApp refused the call"),
        GraphErrorRule(131035...131036, .giveUp, "the message is not kept by a line without storage"),
        GraphErrorRule(2046, .giveUp, "the bill can't change to this state any more"),
        GraphErrorRule(2047, .giveUp, "WhatsApp does not know the bill"),
        GraphErrorRule(134011, .giveUp, "the terms of payment were not accepted for this account"),
        GraphErrorRule(133000, .giveUp, "the line's registration failed"),
        GraphErrorRule(133005...133009, .giveUp, "the line's PIN was refused"),
        GraphErrorRule(133015...133016, .giveUp, "the line was registered or removed too often"),

        GraphErrorRule(131047, .templateNeeded, "more than 24 hours have passed since the citizen wrote"),
        GraphErrorRule(132000...132999, .templateBroken, "the template is not as WhatsApp knows it, or is paused"),
    ]
}
