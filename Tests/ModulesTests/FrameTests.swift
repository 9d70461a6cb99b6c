// The host's reading of frames from a worker that lies.
import CLoader
import Conversation
import Testing

@testable import Modules

@Suite struct FrameTests {
    private static func reply(_ build: (inout FrameWriter) -> Void) -> [UInt8] {
        var writer = FrameWriter(kind: SAMVAD_FRAME_REPLY, callNumber: 9)
        build(&writer)
        return writer.frame() ?? []
    }

    private static func good(outcome: UInt32 = 0, value: String = "नमस्ते") -> [UInt8] {
        reply { writer in
            writer.write(outcome)
            writer.write(UInt32(3))
            writer.write(UInt32(1))
            writer.write("greeting")
            writer.write([FieldAnswer(key: "name", value: value)])
            writer.write([FieldAnswer(key: "amount_paise", value: "5000")])
            writer.write(UInt32(0))
            writer.write("next_field")
            writer.write([1, 2, 3])
        }
    }

    private func read(_ bytes: [UInt8]) -> ModuleFrame? { bytes.withUnsafeBytes { ModuleFrame($0) } }

    @Test("a reply is read as it was written")
    func roundTrip() throws {
        guard case .reply(9, let reply) = read(Self.good()) else {
            Issue.record("not read as a reply to call 9")
            return
        }
        #expect(reply.messages == [.init(key: "greeting", arguments: [FieldAnswer(key: "name", value: "नमस्ते")])])
        #expect(reply.values == [FieldAnswer(key: "amount_paise", value: "5000")])
        #expect(reply.next == "next_field")
        #expect(reply.state == [1, 2, 3])
        #expect(reply.stateSchema == 3)
    }

    @Test("a reply cut short anywhere is no frame, and neither is one with something behind it")
    func cutShort() {
        let whole = Self.good()
        for length in 0..<whole.count { #expect(read(Array(whole.prefix(length))) == nil) }
        #expect(read(whole + [0]) == nil)
    }

    @Test("a reply cut short whose header agrees is still no frame")
    func cutShortWithMatchingLength() {
        let whole = Self.good()
        for length in 16..<whole.count {
            var short = Array(whole.prefix(length))
            short[4] = UInt8(length)
            #expect(read(short) == nil)
        }
    }

    @Test("an outcome that the contract does not know is no frame")
    func unknownOutcome() { #expect(read(Self.good(outcome: 99)) == nil) }

    @Test("text that is not UTF-8 is no frame")
    func illFormedText() {
        var bytes = Self.good(value: "abc")
        let place = bytes.indices.first { bytes[$0...].starts(with: Array("abc".utf8)) }
        bytes[place ?? 0] = 0xFF
        #expect(read(bytes) == nil)
    }

    @Test("a list that claims four thousand million entries is refused before room is made for it")
    func lyingCount() {
        let bytes = Self.reply { writer in
            writer.write(UInt32(0))
            writer.write(UInt32(0))
            writer.write(UInt32.max)
        }
        #expect(read(bytes) == nil)
    }

    @Test("bytes changed at random never do more than make the frame unreadable", arguments: [UInt64(1), 2, 3, 4])
    func changedAtRandom(seed: UInt64) {
        var random = seed &* 0x9E37_79B9_7F4A_7C15
        let whole = Self.good()
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0..<3 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(random >> 33) % bytes.count] = UInt8(truncatingIfNeeded: random >> 20)
            }
            _ = read(bytes)
        }
    }
}
