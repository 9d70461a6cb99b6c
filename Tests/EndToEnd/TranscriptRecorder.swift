// Records transcripts in step with one another: everybody acts, the host becomes quiet, everybody looks. So each reply is
// kept with the step that caused it, however slow the machine is.
import Foundation

struct TranscriptRecorder: Sendable {
    struct Recording: Sendable {
        /// With the replies of this run; without, from the step that could not be done.
        var transcript: Transcript
        var problem: String?
    }

    /// A job is looked for once a second, so that a quiet moment shorter than this may be only a pause.
    static let quietMilliseconds = 1_200
    /// After the clock has moved every application is asked about at once; a job in hand stands in no queue, and one that
    /// the portal had no place for comes again after 5 s.
    static let movedMilliseconds = 3_000
    static let retrySeconds = 20.0

    let settings: Rig.Settings

    /// In the order of the transcripts.
    func record(_ transcripts: [Transcript]) async throws -> [Recording] {
        var results: [Int: Recording] = [:]
        for group in TranscriptGroups.make(transcripts) {
            try await Rig.with(settings) { rig in
                let parts = try group.map { item in
                    Part(
                        index: item.index, recording: .init(transcript: item.transcript),
                        phone: try TranscriptGroups.phone(of: item, on: rig))
                }
                for part in try await record(parts, on: rig) { results[part.index] = part.recording }
            }
        }
        return results.sorted { $0.key < $1.key }.map(\.value)
    }

    /// One conversation and how far it has come.
    private struct Part: Sendable {
        let index: Int
        var recording: Recording
        let phone: CitizenPhone
        var next = 0
        var repliesCount = 0

        var isDone: Bool { recording.problem != nil || next >= recording.transcript.steps.count }
        var act: Transcript.Step.Act? { isDone ? nil : recording.transcript.steps[next].act }
        var waitsForClock: Bool { if case .advance = act { true } else { false } }
    }

    private func record(_ parts: [Part], on rig: Rig) async throws -> [Part] {
        var parts = parts
        while parts.contains(where: { !$0.isDone }) {
            let open = parts.indices.filter { !parts[$0].isDone }
            let acting = open.filter { !parts[$0].waitsForClock }
            if acting.isEmpty, case .advance(let hours) = parts[open[0]].act {
                try await rig.world.advance(seconds: hours * 3600)
            }
            let now = acting.isEmpty ? open : acting
            for index in acting { await act(&parts[index]) }
            try await letSettle(rig, milliseconds: acting.isEmpty ? Self.movedMilliseconds : Self.quietMilliseconds)
            if acting.isEmpty {
                try await rig.world.advance(seconds: Self.retrySeconds)
                try await letSettle(rig, milliseconds: Self.movedMilliseconds)
            }
            for index in now where parts[index].recording.problem == nil { try await look(&parts[index], on: rig) }
        }
        return parts
    }

    private func letSettle(_ rig: Rig, milliseconds: Int) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
        try await rig.waitUntilQuiet()
    }

    private func act(_ part: inout Part) async {
        do {
            if let act = part.act { try await act.perform(on: part.phone) }
        } catch {
            part.recording.problem = "step \(part.next + 1) (\(part.act?.description ?? "")): \(error)"
            for rest in part.next..<part.recording.transcript.steps.count { part.recording.transcript.steps[rest].replies = nil }
        }
    }

    private func look(_ part: inout Part, on rig: Rig) async throws {
        let replies = try await part.phone.receive(waitSeconds: 0)
        part.recording.transcript.steps[part.next].replies = replies.map { Mask.masked($0.text) }
        part.next += 1
        part.repliesCount += replies.count
        try await TranscriptGroups.breathe(part.phone, after: part.repliesCount, of: replies.count)
    }
}
