// The suite of whole journeys: one rig at a time, since two cores are not many. Tests are in files by topic.
import Foundation
import Testing

@testable import EndToEnd

@Suite(.serialized)
struct EndToEndTests {
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A fresh rig for the body; the host must end on SIGTERM with 0 within ten seconds afterwards.
    static func withRig(
        _ isolation: Rig.Isolation = .worker, startsAt: Date? = Rig.firstMorning, _ body: (Rig) async throws -> Void
    ) async throws {
        let settings = Rig.Settings(
            repository: repository.path, build: repository.path + "/.build/debug", isolation: isolation, startsAt: startsAt)
        let rig = try Rig(settings)
        do {
            try await rig.start()
            try await body(rig)
            try await rig.stop()
        } catch {
            await rig.abandon()
            throw error
        }
    }
}
