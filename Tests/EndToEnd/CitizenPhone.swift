// One citizen's phone in one chat: says, taps, sends papers, pays, and waits for what comes. Used by one task at a time.
import Foundation
import HTTPClient

actor CitizenPhone {
    /// A citizen gives up later than this; a debug build under load needs most of it.
    static let replySecondsMax = 30.0

    nonisolated let world: OutsideWorld
    nonisolated let line: String
    nonisolated let citizen: String
    private var sequence = 0
    /// The latest number of an application that came, for questions about it.
    private(set) var number: String?
    /// Our own reference of it, by which the gateway knows a bill.
    private(set) var reference: String?
    private(set) var lastReply: Reply?
    private var unread: [Reply] = []
    private var offered: Set<String> = []

    init(world: OutsideWorld, line: String, citizen: String) {
        self.world = world
        self.line = line
        self.citizen = citizen
    }

    // MARK: Acting

    func say(_ text: String) async throws { try await send(["type": "text", "text": .string(filled(text))]) }
    func tap(_ id: String) async throws { try await send(["type": "tap", "id": .string(id)]) }
    func photo(_ sample: String) async throws { try await send(["type": "image", "sample": .string(sample)]) }
    func document(_ sample: String) async throws { try await send(["type": "document", "sample": .string(sample)]) }

    /// Pays the bill that came last.
    func pay(_ outcome: String) async throws {
        guard let reference else { throw JourneyError("NO_BILL", "there is no bill to pay") }
        try await world.post("/control/payments", ["reference_id": .string(reference), "outcome": .string(outcome)])
    }

    func send(_ message: JSON) async throws {
        var body = message.object
        body["line"] = .string(line)
        body["citizen"] = .string(citizen)
        try await world.post("/control/inject", .object(body))
    }

    /// `{number}` is the application's number, `{last_four}` its last four characters.
    private func filled(_ text: String) -> String {
        text.replacing("{number}", with: number ?? "").replacing("{last_four}", with: String((number ?? "").suffix(4)))
    }

    // MARK: Reading

    /// What has come since the last look; waits up to `seconds` for something.
    func receive(waitSeconds: Double) async throws -> [Reply] {
        let replies = try await world.messages(line: line, citizen: citizen, after: sequence, waitSeconds: waitSeconds).map(Reply.init)
        for reply in replies {
            sequence = max(sequence, reply.sequence)
            lastReply = reply
            offered.formUnion(reply.taps)
            note(reply.text)
        }
        return replies
    }

    /// One at a time, for whoever reads word by word.
    func nextReply(waitSeconds: Double) async throws -> Reply? {
        if unread.isEmpty { unread = try await receive(waitSeconds: waitSeconds) }
        return unread.isEmpty ? nil : unread.removeFirst()
    }

    func isOffered(_ id: String) -> Bool { offered.contains(id) }

    /// What came last has been dealt with.
    func forgetLast() { lastReply = nil }

    private func note(_ text: String) {
        if let found = Mask.number(in: text) { number = found }
        if let found = text.firstMatch(of: #/SV[0-9A-HJKMNP-TV-Z]{7}/#) { reference = String(found.output) }
    }

    /// Until `count` have come, or time is up; more than `count` when more were there at the last look.
    func replies(_ count: Int, withinSeconds seconds: Double = replySecondsMax) async throws -> [Reply] {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var replies: [Reply] = []
        while replies.count < count, ContinuousClock.now < deadline {
            replies += try await receive(waitSeconds: min(2, seconds))
        }
        return replies
    }

    /// Until nothing has come for `seconds`.
    func repliesUntilSilent(forSeconds seconds: Double) async throws -> [Reply] {
        var replies: [Reply] = []
        while true {
            let more = try await receive(waitSeconds: seconds)
            if more.isEmpty { return replies }
            replies += more
        }
    }

    /// The bytes of a file that the department sent.
    func download(_ mediaID: String) async throws -> [UInt8] {
        let answer = try await world.client.send(
            HTTPRequest(.get, world.url + "/phone/files/\(mediaID)", responseBytesMax: 16 << 20))
        guard answer.isSuccess else { throw JourneyError("NO_FILE", "the document can't be downloaded: \(answer.status)") }
        return answer.body
    }
}
