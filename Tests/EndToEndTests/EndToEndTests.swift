// The suite of whole journeys: one rig at a time, since two cores are not many. Tests are in files by topic.
import Foundation
import Testing

@testable import EndToEnd

@Suite(.serialized)
struct EndToEndTests {
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func settings(_ isolation: Rig.Isolation = .worker, startsAt: Date? = Rig.firstMorning) -> Rig.Settings {
        Rig.Settings(repository: repository.path, build: repository.path + "/.build/debug", isolation: isolation, startsAt: startsAt)
    }

    /// A fresh rig for the body; the host must end on SIGTERM with 0 within ten seconds afterwards.
    static func withRig(_ body: (Rig) async throws -> Void) async throws { try await Rig.with(settings(), body) }
}
