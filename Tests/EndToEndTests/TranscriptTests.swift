// Every recorded conversation, over real HTTP and real processes, in both isolations: the same words each time.
import Foundation
import Testing

@testable import EndToEnd

extension EndToEndTests {
    @Test("citizens get the recorded replies, word for word, wherever the modules run", arguments: Rig.Isolation.allCases)
    func transcripts(isolation: Rig.Isolation) async throws {
        let files = Transcript.files(below: Self.repository.appendingPathComponent("Tests/Transcripts"))
        let transcripts = try files.map { try Transcript(file: $0) }
        #expect(transcripts.count >= 40)
        let differences = try await TranscriptPlayer(settings: Self.settings(isolation)).play(transcripts)
        for difference in differences { Issue.record(Comment(rawValue: difference.description)) }
    }

    @Test("each of the services told in all three languages has a transcript in each")
    func languages() throws {
        let files = Transcript.files(below: Self.repository.appendingPathComponent("Tests/Transcripts"))
        let transcripts = try files.map { try Transcript(file: $0) }
        for service in Set(transcripts.map(\.service)) {
            let told = Set(transcripts.filter { $0.service == service && $0.name.hasSuffix("/\($0.language)") }.map(\.language))
            #expect(told == ["hi", "en", "hi-Latn"], "\(service)")
        }
    }

    @Test("one application goes from the first hi to the certificate against a set-up that already runs")
    func check() async throws {
        try await Rig.with(Self.settings(startsAt: nil)) { rig in
            let phone = CitizenPhone(world: rig.world, line: try Line.of("revenue").id, citizen: "919810000001")
            try await CertificateJourney(phone: phone, clockFile: rig.clockFile).run()
        }
    }
}
