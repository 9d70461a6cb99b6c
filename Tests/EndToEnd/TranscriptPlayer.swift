// Plays transcripts against a rig, many at once, each by a citizen of its own; compares the replies, or records them.
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
    /// More at once would measure the machine, not the platform.
    static let atOnceMax = 12

    let rig: Rig
    /// While recording: the silence after which a step is taken to be answered. It must outlast a job's look (1 s).
    var silenceSeconds = 2.5
    /// Citizens of this run: `91981` and seven digits from here on.
    var firstCitizen = 1

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

    /// In the order of the transcripts. Recording is mostly silence, so all record at once.
    func record(_ transcripts: [Transcript]) async throws -> [Recording] {
        try await run(transcripts, atOnceMax: transcripts.count) { transcript, phone, gate in await self.record(transcript, phone, gate) }
    }

    typealias Body<Result> = @Sendable (Transcript, CitizenPhone, ClockGate) async -> Result

    /// Those that move the clock alike play beside each other; the clock belongs to all.
    private func run<Result: Sendable>(
        _ transcripts: [Transcript], atOnceMax: Int = atOnceMax, _ body: @escaping Body<Result>
    ) async throws -> [Result] {
        let numbered = transcripts.enumerated().map { (index: $0.offset, transcript: $0.element) }
        let groups = Dictionary(grouping: numbered) { item in
            item.transcript.isAlone ? "alone \(item.index)" : item.transcript.hours.map { "\($0)" }.joined(separator: " ")
        }
        var results: [Int: Result] = [:]
        for key in groups.keys.sorted() {
            let group = groups[key] ?? []
            // A gate waits for all of its group, so all of them must be running.
            let size = group.first?.transcript.hours.isEmpty == true ? atOnceMax : group.count
            for (index, result) in try await together(group, atOnce: size, body) { results[index] = result }
        }
        return results.sorted { $0.key < $1.key }.map(\.value)
    }

    private func together<Result: Sendable>(
        _ group: [(index: Int, transcript: Transcript)], atOnce: Int, _ body: @escaping Body<Result>
    ) async throws -> [(Int, Result)] {
        let gate = ClockGate(world: rig.world, waitFor: group.count)
        return try await withThrowingTaskGroup(of: (Int, Result).self) { tasks in
            var waiting = group.makeIterator()
            func next() throws {
                guard let (index, transcript) = waiting.next() else { return }
                let number = String(format: "91981%07d", firstCitizen + index)
                let phone = CitizenPhone(world: rig.world, line: try Line.of(transcript.department).id, citizen: number)
                tasks.addTask {
                    let result = await body(transcript, phone, gate)
                    await gate.leave()
                    return (index, result)
                }
            }
            for _ in 0..<atOnce { try next() }
            var results: [(Int, Result)] = []
            while let result = try await tasks.next() {
                results.append(result)
                try next()
            }
            return results
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
                try await breathe(after: count, of: found.count)
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
                try await breathe(after: count, of: replies.count)
            } catch {
                for rest in index..<recorded.steps.count { recorded.steps[rest].replies = nil }
                return Recording(transcript: recorded, problem: "step \(index + 1) (\(step.act.description)): \(error)")
            }
        }
        return Recording(transcript: recorded, problem: nil)
    }

    /// Lets time pass when more has been said than WhatsApp lets go to one citizen at once.
    private func breathe(after count: Int, of latest: Int) async throws {
        guard count >= Self.burst else { return }
        try await rig.world.advance(seconds: Self.secondsForEach * Double(latest))
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
        try await rig.world.post("/edistrict/control", .object(order))
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
