// Many citizens who all say the same, at the same time, on one line; and the judgement whether each was answered once, in
// order, and as somebody is who is alone. Used by tests of failure.
import Foundation

struct Crowd: Sendable {
    /// A calm conversation from the first word to an application with a number, in text alone.
    static let birthCertificate = [
        "hello", "english", "birth certificate copy", "yes", "no", "3 May 2019", "Zebunnisa Kirtikar", "Hormusji Kirtikar", "girl", "yes",
    ]
    /// The same on the line whose module is written in C.
    static let grievance = [
        "hello", "english", "complaint about water supply", "yes", "1", "2", "No water in our lane for two weeks, nobody comes",
        "Lane 3, Sangam Vihar, near the school", "skip", "skip", "yes",
    ]

    /// As far as the bill.
    static let houseTax = [
        "hello", "english", "pay property tax", "yes", "123456789012345", "2026-27", "Anil Sharma", "12000", "no", "9810012345", "yes",
    ]

    let rig: Rig
    let line: String
    let citizens: [String]

    /// - Parameter first: digits after the country code; each citizen has the next number.
    init(rig: Rig, department: String = "revenue", first: Int, count: Int) throws {
        self.rig = rig
        line = try Line.of(department).id
        citizens = (0..<count).map { "91\(first + $0)" }
    }

    // MARK: Speaking

    /// Everybody says this, in one webhook each.
    func say(_ text: String, deliver: JSON = [:]) async throws {
        let messages = citizens.map { citizen -> JSON in
            ["type": "text", "text": .string(text), "line": .string(line), "citizen": .string(citizen)]
        }
        try await rig.world.post("/control/inject-batch", ["messages": .array(messages), "deliver": deliver])
    }

    /// All of it, without waiting for answers: the order of each citizen's webhooks is kept by the cloud.
    func say(_ texts: [String], pauseMilliseconds: Int = 0, deliver: JSON = [:]) async throws {
        for text in texts {
            try await say(text, deliver: deliver)
            if pauseMilliseconds > 0 { try await Task.sleep(for: .milliseconds(pauseMilliseconds)) }
        }
    }

    // MARK: Judging

    /// What somebody gets who says the same alone in calm weather.
    func reference(for texts: [String], citizen: Int) async throws -> [String] {
        let phone = CitizenPhone(world: rig.world, line: line, citizen: "91\(citizen)")
        for text in texts { try await phone.say(text) }
        try await rig.waitUntilQuiet()
        return try await phone.receive(waitSeconds: 0).map { Mask.masked($0.text) }
    }

    func replies(of citizen: String) async throws -> [String] {
        try await rig.world.messages(line: line, citizen: citizen).map { Mask.masked(Reply($0).text) }
    }

    /// Every citizen whose answers are not exactly the reference's; empty when all is well.
    func complaints(against reference: [String]) async throws -> [String] {
        var complaints: [String] = []
        for citizen in citizens {
            let found = try await replies(of: citizen)
            if found != reference { complaints.append("citizen …\(citizen.suffix(4)): \(Self.difference(found, reference))") }
        }
        return complaints
    }

    private static func difference(_ found: [String], _ reference: [String]) -> String {
        let at = zip(found, reference).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(found.count, reference.count)
        let now = at < found.count ? found[at].prefix(60) : "nothing"
        let wanted = at < reference.count ? reference[at].prefix(60) : "nothing"
        let isKnown = at < found.count && found[..<at].contains(found[at])
        return "\(found.count) replies of \(reference.count); number \(at + 1) is “\(now)”\(isKnown ? " again" : "") instead of “\(wanted)”"
    }

    /// Until everybody has as many answers as the reference has, moving the clock past doubts and pauses on the way.
    func waitForAnswers(_ reference: [String], seconds: Double, advanceSeconds: Double = 0) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(500))
            if try await areAnswered(reference.count) { break }
            guard advanceSeconds > 0 else { continue }
            // Statuses settle doubts first: time moves only when nothing is on its way to the host.
            if try await rig.world.counters["webhooks_waiting"].int == 0 { try await rig.world.advance(seconds: advanceSeconds) }
        }
        try? await rig.waitUntilQuiet(seconds: 15)
    }

    private func areAnswered(_ count: Int) async throws -> Bool {
        for citizen in citizens where try await rig.world.messages(line: line, citizen: citizen).count < count { return false }
        return true
    }
}

/// Random numbers that a seed gives again.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
