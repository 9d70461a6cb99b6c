// What the console and the tests can make the e-District emulator do: be down, slow, silent or mad, and decide an
// application.
import Foundation
import Synchronization

final class EDistrictControl: Sendable {
    enum Mode: String, Codable, Sendable {
        case up, down, garbage, hang, slow
        /// Does what is asked, and never answers: the caller is left in doubt.
        case loseAnswers = "lose_answers"
    }

    /// The body of `POST /edistrict/control`; each part may be missing.
    struct Order: Codable, Sendable {
        var mode: Mode?
        /// For `slow`.
        var milliseconds: Int?
        var application: String?
        /// One of the portal's states, any other word, or AUTO.
        var state: String?
        var reason: String?
        var forget: Bool?
    }

    private let state = Mutex((mode: Mode.up, milliseconds: 0))

    var mode: Mode { state.withLock { $0.mode } }
    var slowMilliseconds: Int { state.withLock { $0.milliseconds } }

    func set(_ mode: Mode, milliseconds: Int?) { state.withLock { $0 = (mode, milliseconds ?? 3000) } }
}
