// What the line to WhatsApp needs from storage: the inbox before the conversation, the outbox behind it.
import Model

/// One item of a webhook, already read.
public enum InboundItem: Codable, Sendable, Equatable {
    case message(InboundMessage)
    case status(DeliveryStatus)
    /// Signed by Meta but not something we act on (unknown field, account news, a bad item): kept for the operator.
    /// `hash` makes a repeat recognisable.
    case kept(kind: String, hash: String, json: String)
}

public protocol InboxStore: Sendable {
    /// Durable when it returns (one commit takes all that wait). Repeats of (line, wamid) change nothing.
    /// Returns the lanes that have new work. Throws when it can't be made durable: the webhook answers 503 then.
    func accept(_ items: [InboundItem], at moment: Moment) async throws(Problem) -> [LaneID]
}

/// A message of ours on its way.
public struct OutboxRow: Sendable {
    public let id: Int64
    public let lane: LaneID
    public let line: LineID
    public let to: CitizenAddress
    public let content: OutboundContent
    /// Echoed by Meta's statuses as `biz_opaque_callback_data`.
    public let callback: String
    /// Tries before this one.
    public let attempts: Int
    /// The end of the 24-hour window as known now; nil when the citizen never wrote.
    public let windowEndsAt: Moment?
    /// When the webhook that caused it was taken: turn time is measured from here.
    public let causedAt: Moment

    public init(
        id: Int64, lane: LaneID, line: LineID, to: CitizenAddress, content: OutboundContent, callback: String, attempts: Int,
        windowEndsAt: Moment?, causedAt: Moment
    ) {
        self.id = id
        self.lane = lane
        self.line = line
        self.to = to
        self.content = content
        self.callback = callback
        self.attempts = attempts
        self.windowEndsAt = windowEndsAt
        self.causedAt = causedAt
    }
}

/// How a send ended, this time.
public enum SendOutcome: Sendable, Equatable {
    /// Graph took it and gave it this id.
    case accepted(MessageID)
    /// Not taken; tried again then.
    case retry(at: Moment, Problem)
    /// Perhaps taken: only a status with our callback settles it. After `giveUpAt` without one it is tried again once.
    case inDoubt(Problem, askAgainAt: Moment)
    /// Never to be sent; the operator sees why.
    case failed(Problem)
}

public protocol OutboxStore: Sendable {
    /// Rows that are due, at most one a lane (the oldest), oldest first; marked as being sent, durably, so that a crash
    /// leaves them in doubt instead of sending them twice.
    func claimDue(at moment: Moment, limit: Int) async throws(Problem) -> [OutboxRow]
    /// Records ends of sends, many in one commit.
    func record(_ outcomes: [(row: Int64, outcome: SendOutcome)], at moment: Moment) async throws(Problem)
    /// When the next row will be due, or nil when the outbox is empty.
    func nextDue() async throws(Problem) -> Moment?
    /// At start: rows that a crash left half sent become in doubt, to be asked again at that moment.
    func recoverHalfSent(askAgainAt moment: Moment) async throws(Problem) -> Int
}
