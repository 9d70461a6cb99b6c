// Plays transcripts against rigs, many at once, each by a citizen of its own; compares the replies, or records them.
import Foundation

struct TranscriptPlayer: Sendable {
    /// Where a reply differs from what was recorded.
    struct Difference: Sendable, CustomStringConvertible {
        let transcript: String
        let step: Int
        let act: String
        let expected: [String]
        let found: [String]

        var description: String {
            var lines = ["\(transcript), step \(step) (\(act)):"]
            for index in 0..<max(expected.count, found.count) {
                let before = index < expected.count ? expected[index] : nil
                let now = index < found.count ? found[index] : nil
                guard before != now else { continue }
                lines += Self.block("-", before) + Self.block("+", now)
            }
            return lines.joined(separator: "\n")
        }

        private static func block(_ mark: String, _ text: String?) -> [String] {
            text.map { $0.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(mark) \($0)" } } ?? ["  \(mark) (nothing)"]
        }
    }

    /// Meta lets 45 messages to one citizen go at once, then one in six seconds.
    static let burst = 42
    static let secondsForEach = 6.0
    let settings: Rig.Settings
    /// While recording: the silence after which a step is taken to be answered. It must outlast a job's look (1 s).
    var silenceSeconds = 2.5

    // MARK: Many

    /// - Returns: all differences, in the order of the transcripts.
    func play(_ transcripts: [Transcript]) async throws -> [Difference] {
        try await run(transcripts) { transcript, phone, gate in await self.play(transcript, phone, gate) }.flatMap(\.self)
    }

    struct Recording: Sendable {
        /// With the replies of this run; without, from the step that could not be done.
        let transcript: Transcript
        let problem: String?
    }

    /// In the order of the transcripts.
    func record(_ transcripts: [Transcript]) async throws -> [Recording] {
        try await run(transcripts) { transcript, phone, gate in await self.record(transcript, phone, gate) }
    }

    typealias Body<Result> = @Sendable (Transcript, CitizenPhone, ClockGate) async -> Result
    private typealias Numbered = (index: Int, transcript: Transcript)

    /// A fresh rig for each group, so that no date depends on what was played before.
    private func run<Result: Sendable>(_ transcripts: [Transcript], _ body: @escaping Body<Result>) async throws -> [Result] {
        var results: [Int: Result] = [:]
        for group in Self.groups(transcripts) {
            try await Rig.with(settings) { rig in
                for (index, result) in try await together(group, on: rig, body) { results[index] = result }
            }
        }
        return results.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Those that move the clock alike, or stop moving it earlier, play beside each other: the clock belongs to all.
    private static func groups(_ transcripts: [Transcript]) -> [[Numbered]] {
        var groups: [(hours: [Double], isAlone: Bool, members: [Numbered])] = []
        let numbered = transcripts.enumerated().map { (index: $0.offset, transcript: $0.element) }
        for item in numbered.sorted(by: { ($1.transcript.hours.count, $0.index) < ($0.transcript.hours.count, $1.index) }) {
            let found = groups.firstIndex { !$0.isAlone && !item.transcript.isAlone && $0.hours.starts(with: item.transcript.hours) }
            if let found {
                groups[found].members.append(item)
            } else {
                groups.append((item.transcript.hours, item.transcript.isAlone, [item]))
            }
        }
        return groups.map(\.members)
    }

    /// All at once: who waits for the clock waits for all the others.
    private func together<Result: Sendable>(
        _ group: [Numbered], on rig: Rig, _ body: @escaping Body<Result>
    ) async throws -> [(Int, Result)] {
        let gate = ClockGate(world: rig.world, waitFor: group.count)
        let phones = try group.map { item in
            CitizenPhone(
                world: rig.world, line: try Line.of(item.transcript.department).id, citizen: String(format: "91981%07d", item.index + 1))
        }
        return await withTaskGroup(of: (Int, Result).self) { tasks in
            for (item, phone) in zip(group, phones) {
                tasks.addTask {
                    let result = await body(item.transcript, phone, gate)
                    await gate.leave()
                    return (item.index, result)
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    // MARK: One

    private func play(_ transcript: Transcript, _ phone: CitizenPhone, _ gate: ClockGate) async -> [Difference] {
        var count = 0
        for (index, step) in transcript.steps.enumerated() {
            let expected = step.replies ?? ["(not recorded yet)"]
            var found: [String]
            do {
                try await act(step.act, phone, gate)
                found = try await phone.replies(expected.count).map(\.text)
                // The last word: nothing more may follow.
                if index == transcript.steps.count - 1 { found += try await phone.repliesUntilSilent(forSeconds: 1).map(\.text) }
                count += found.count
                try await breathe(phone, after: count, of: found.count)
            } catch {
                found = ["\(error)"]
            }
            let masked = found.map(Mask.masked)
            guard masked == expected else {
                return [Difference(transcript: transcript.name, step: index + 1, act: step.act.description, expected: expected, found: masked)]
            }
        }
        return []
    }

    private func record(_ transcript: Transcript, _ phone: CitizenPhone, _ gate: ClockGate) async -> Recording {
        var recorded = transcript
        var count = 0
        for (index, step) in transcript.steps.enumerated() {
            do {
                try await act(step.act, phone, gate)
                let replies = try await phone.repliesUntilSilent(forSeconds: silenceSeconds)
                recorded.steps[index].replies = replies.map { Mask.masked($0.text) }
                count += replies.count
                try await breathe(phone, after: count, of: replies.count)
            } catch {
                for rest in index..<recorded.steps.count { recorded.steps[rest].replies = nil }
                return Recording(transcript: recorded, problem: "step \(index + 1) (\(step.act.description)): \(error)")
            }
        }
        return Recording(transcript: recorded, problem: nil)
    }

    /// Lets time pass when more has been said than WhatsApp lets go to one citizen at once.
    private func breathe(_ phone: CitizenPhone, after count: Int, of latest: Int) async throws {
        guard count >= Self.burst else { return }
        try await phone.world.advance(seconds: Self.secondsForEach * Double(latest))
    }

    private func act(_ act: Transcript.Step.Act, _ phone: CitizenPhone, _ gate: ClockGate) async throws {
        switch act {
        case .say(let text): try await phone.say(text)
        case .tap(let id): try await phone.tap(id)
        case .photo(let name): try await phone.photo(name)
        case .document(let name): try await phone.document(name)
        case .send(let message): try await phone.send(message)
        case .pay(let outcome): try await phone.pay(outcome)
        case .advance(let hours): try await gate.advance(hours: hours)
        case .portal(let order): try await portal(order, phone)
        }
    }

    private func portal(_ order: JSON, _ phone: CitizenPhone) async throws {
        var order = order.object
        if order["application"]?.string == "{number}" { order["application"] = await phone.number.map { .string($0) } }
        try await phone.world.post("/edistrict/control", .object(order))
    }
}

/// The clock is everybody's: it moves when all who take part have come to the same point.
actor ClockGate {
    private let world: OutsideWorld
    private var members: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var hours = 0.0

    init(world: OutsideWorld, waitFor members: Int) {
        self.world = world
        self.members = members
    }

    func advance(hours: Double) async throws {
        self.hours = hours
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            openIfAllAreHere()
        }
    }

    /// One fewer to wait for.
    func leave() {
        members -= 1
        openIfAllAreHere()
    }

    private func openIfAllAreHere() {
        guard !waiting.isEmpty, waiting.count >= members else { return }
        let released = waiting
        waiting = []
        let seconds = hours * 3600
        let world = world
        Task {
            try? await world.advance(seconds: seconds)
            for continuation in released { continuation.resume() }
        }
    }
}
