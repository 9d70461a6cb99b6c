// Which transcripts may be played beside each other on one rig, and what player and recorder share.
import Foundation

enum TranscriptGroups {
    typealias Numbered = (index: Int, transcript: Transcript)

    /// Meta lets 45 messages to one citizen go at once, then one in six seconds.
    static let burst = 42
    static let secondsForEach = 6.0

    /// Those that move the clock alike, or stop moving it earlier, play beside each other: the clock belongs to all. Each
    /// group gets a fresh rig, so that no date depends on what was played before.
    static func make(_ transcripts: [Transcript]) -> [[Numbered]] {
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

    /// Every transcript has a citizen of its own.
    static func phone(of item: Numbered, on rig: Rig) throws -> CitizenPhone {
        CitizenPhone(
            world: rig.world, line: try Line.of(item.transcript.department).id, citizen: String(format: "91981%07d", item.index + 1))
    }

    /// Lets time pass when more has been said than WhatsApp lets go to one citizen at once.
    static func breathe(_ phone: CitizenPhone, after count: Int, of latest: Int) async throws {
        guard count >= burst else { return }
        try await phone.world.advance(seconds: secondsForEach * Double(latest))
    }
}

extension Transcript.Step.Act {
    /// Everything but moving the clock, which is not one citizen's.
    func perform(on phone: CitizenPhone) async throws {
        switch self {
        case .say(let text): try await phone.say(text)
        case .tap(let id): try await phone.tap(id)
        case .photo(let name): try await phone.photo(name)
        case .document(let name): try await phone.document(name)
        case .send(let message): try await phone.send(message)
        case .pay(let outcome): try await phone.pay(outcome)
        case .advance: break
        case .portal(let order):
            var order = order.object
            if order["application"]?.string == "{number}" { order["application"] = await phone.number.map { .string($0) } }
            try await phone.world.post("/edistrict/control", .object(order))
        }
    }
}
