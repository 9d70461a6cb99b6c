// Plays transcripts against rigs, many at once, each by a citizen of its own, and compares the
// replies with what was recorded.
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

    let settings: Rig.Settings

    // MARK: Many

    /// - Returns: all differences, in the order of the transcripts.
    func play(_ transcripts: [Transcript]) async throws -> [Difference] {
        var differences: [Int: [Difference]] = [:]
        for group in TranscriptGroups.make(transcripts) {
            try await Rig.with(settings) { rig in
                for (index, found) in try await together(group, on: rig) { differences[index] = found }
            }
        }
        return differences.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    /// All at once: who waits for the clock waits for all the others.
    private func together(_ group: [TranscriptGroups.Numbered], on rig: Rig) async throws -> [(Int, [Difference])] {
        let gate = ClockGate(world: rig.world, waitFor: group.count)
        let phones = try group.map { try TranscriptGroups.phone(of: $0, on: rig) }
        return await withTaskGroup(of: (Int, [Difference]).self) { tasks in
            for (item, phone) in zip(group, phones) {
                tasks.addTask {
                    let differences = await play(item.transcript, phone, gate, on: rig)
                    await gate.leave()
                    return (item.index, differences)
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    // MARK: One

    private func play(_ transcript: Transcript, _ phone: CitizenPhone, _ gate: ClockGate, on rig: Rig) async -> [Difference] {
        var count = 0
        for (index, step) in transcript.steps.enumerated() {
            let expected = step.replies ?? ["(not recorded yet)"]
            var found: [String]
            do {
                try await act(step.act, phone, gate)
                if expected.isEmpty { try await letSettle(rig) }
                found = try await phone.replies(expected.count).map(\.text)
                // The last word: nothing more may follow.
                if index == transcript.steps.count - 1 { found += try await phone.repliesUntilSilent(forSeconds: 1).map(\.text) }
                count += found.count
                try await TranscriptGroups.breathe(phone, after: count, of: found.count)
            } catch {
                found = ["\(error)"]
            }
            let masked = found.map(Mask.masked)
            guard masked == expected else {
                return [
                    Difference(transcript: transcript.name, step: index + 1, act: step.act.description, expected: expected, found: masked)
                ]
            }
        }
        return []
    }

    /// Nothing is to come, but what was done must have had its effect: jobs are looked for once a second.
    private func letSettle(_ rig: Rig) async throws {
        try await Task.sleep(for: .milliseconds(TranscriptRecorder.quietMilliseconds))
        // Others talk meanwhile, so that quiet may never come.
        try? await rig.waitUntilQuiet(seconds: 3)
    }

    private func act(_ act: Transcript.Step.Act, _ phone: CitizenPhone, _ gate: ClockGate) async throws {
        if case .advance(let hours) = act { return try await gate.advance(hours: hours) }
        try await act.perform(on: phone)
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
