// Makes every id of the emulated world from one seed: message ids, media ids, user ids, tokens; called under any thread.
import Foundation
import Synchronization

final class Identifiers: Sendable {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64: small, and the same on every machine for the same seed.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private let generator: Mutex<Generator>

    init(seed: UInt64) { generator = Mutex(Generator(state: seed)) }

    private func random() -> UInt64 { generator.withLock { $0.next() } }

    /// Opaque, and sometimes with `=`, `+` or `/` in it, as Meta's are.
    func messageID() -> String {
        var bytes: [UInt8] = [0x1D, 0x03]
        for _ in 0..<4 { withUnsafeBytes(of: random()) { bytes.append(contentsOf: $0) } }
        return "wamid." + Data(bytes).base64EncodedString()
    }

    /// A decimal string beyond 2^53.
    func objectID() -> String { String(1_000_000_000_000_000_000 + random() % 8_000_000_000_000_000_000) }

    func token() -> String { String(random(), radix: 36) + String(random(), radix: 36) }

    func traceID() -> String { "A" + String(random(), radix: 36, uppercase: true) }

    func shuffled<Element>(_ items: [Element]) -> [Element] {
        var order = Generator(state: random())
        return items.shuffled(using: &order)
    }

    func flip() -> Bool { random() & 1 == 0 }

    /// The same for the same number, so that a restart changes nobody's identity.
    static func userID(number: String) -> String {
        var generator = Generator(
            state: number.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
        return "IN.\(1_000_000_000_000_000 + generator.next() % 8_000_000_000_000_000)"
    }
}
