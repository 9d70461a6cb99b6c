// What a runner says, read as if it lied: every length is checked, every text must be UTF-8, every list has a bound.
// Called by the transports on their reader's thread; pure.
import CLoader
import Conversation

enum ModuleFrame: Sendable {
    struct Hello: Sendable, Equatable {
        var module: String
        var version: String
        var isParallel: Bool
        var loadMicroseconds: Int
        var enforced: [String]
    }

    struct Failure: Sendable, Equatable {
        var errorClass: UInt32
        var code: UInt32
        var retryAfterMilliseconds: UInt32
        /// True when the runner speaks for itself and `code` is one of its own.
        var isRunners: Bool
        var detail: String
    }

    case hello(Hello)
    case reply(UInt64, ModuleReply)
    case failure(UInt64, Failure)
    case log(ModuleLogLevel, String)
    case misbehaviour(ModuleMisbehaviour, String)
    case drained
    case closed

    /// nil: no frame of ours. The sender is not to be believed any more.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = FrameReader(bytes)
        guard let (kind, number) = reader.header() else { return nil }
        switch kind {
        case SAMVAD_FRAME_HELLO: self = .hello(reader.hello())
        case SAMVAD_FRAME_REPLY: self = .reply(number, reader.reply())
        case SAMVAD_FRAME_ERROR: self = .failure(number, reader.failure())
        case SAMVAD_FRAME_LOG:
            let level = ModuleLogLevel(rawValue: reader.number()) ?? .error
            self = .log(level, reader.text())
        case SAMVAD_FRAME_MISBEHAVIOUR:
            let kind = ModuleMisbehaviour(code: reader.number())
            self = .misbehaviour(kind, reader.text())
        case SAMVAD_FRAME_DRAINED:
            _ = reader.number() as UInt32
            self = .drained
        case SAMVAD_FRAME_CLOSED: self = .closed
        default: return nil
        }
        guard reader.isDone else { return nil }
    }
}

/// Reads a payload; once something was wrong it gives zeroes and empty texts, and `isDone` is never true.
struct FrameReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var isBroken = false

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Everything was right, and nothing is left over.
    var isDone: Bool { !isBroken && place == bytes.count }

    mutating func header() -> (kind: Int, number: UInt64)? {
        guard bytes.count >= Int(SAMVAD_FRAME_HEADER_BYTES), bytes[0] == UInt8(SAMVAD_FRAME_MAGIC),
            bytes[1] == UInt8(SAMVAD_FRAME_FORMAT), bytes[3] == 0
        else { return nil }
        let kind = Int(bytes[2])
        place = 4
        let length: UInt32 = number()
        let call: UInt64 = number()
        return length == bytes.count ? (kind, call) : nil
    }

    mutating func number<Number: FixedWidthInteger>() -> Number {
        let width = MemoryLayout<Number>.size
        guard !isBroken, width <= bytes.count - place else {
            isBroken = true
            return 0
        }
        defer { place += width }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Number.self))
    }

    private mutating func slice() -> UnsafeRawBufferPointer {
        let length = Int(number() as UInt32)
        guard !isBroken, length <= bytes.count - place else {
            isBroken = true
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        defer { place += length }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
    }

    mutating func text() -> String {
        guard let text = String(validating: slice(), as: UTF8.self) else {
            isBroken = true
            return ""
        }
        return text
    }

    /// How many things of at least `bytesEach` follow; broken when over `maximum` or more than can fit.
    private mutating func count(atMost maximum: Int, bytesEach: Int) -> Int {
        let count = Int(number() as UInt32)
        guard !isBroken, count <= maximum, count * bytesEach <= bytes.count - place else {
            isBroken = true
            return 0
        }
        return count
    }

    private mutating func list<Element>(
        atMost maximum: Int, bytesEach: Int, _ element: (inout FrameReader) -> Element
    ) -> [Element] {
        let total = count(atMost: maximum, bytesEach: bytesEach)
        var result: [Element] = []
        result.reserveCapacity(total)
        for _ in 0..<total where !isBroken { result.append(element(&self)) }
        return result
    }

    private mutating func fields(atMost maximum: Int) -> [FieldAnswer] {
        list(atMost: maximum, bytesEach: 8) { FieldAnswer(key: $0.text(), value: $0.text()) }
    }

    mutating func hello() -> ModuleFrame.Hello {
        let major: UInt32 = number()
        _ = number() as UInt32
        if major != UInt32(SAMVAD_ABI_MAJOR) { isBroken = true }
        let concurrency: UInt32 = number()
        let load: UInt32 = number()
        return ModuleFrame.Hello(
            module: text(), version: text(), isParallel: concurrency == 1, loadMicroseconds: Int(load),
            enforced: list(atMost: 64, bytesEach: 4) { $0.text() })
    }

    mutating func reply() -> ModuleReply {
        let outcome = ModuleReply.Outcome(rawValue: number())
        if outcome == nil { isBroken = true }
        let schema: UInt32 = number()
        let messages = list(atMost: Int(SAMVAD_MESSAGES_MAX), bytesEach: 8) {
            ModuleReply.Message(key: $0.text(), arguments: $0.fields(atMost: Int(SAMVAD_ARGUMENTS_MAX)))
        }
        let values = fields(atMost: Int(SAMVAD_FIELDS_MAX))
        let effects = list(atMost: Int(SAMVAD_EFFECTS_MAX), bytesEach: 12) {
            ModuleReply.Effect(kind: $0.text(), key: $0.text(), arguments: $0.fields(atMost: Int(SAMVAD_ARGUMENTS_MAX)))
        }
        return ModuleReply(
            outcome: outcome ?? .ok, messages: messages, values: values, effects: effects, next: text(),
            state: Array(slice()), stateSchema: schema)
    }

    mutating func failure() -> ModuleFrame.Failure {
        let errorClass: UInt32 = number()
        let code: UInt32 = number()
        let retryAfter: UInt32 = number()
        let origin: UInt32 = number()
        _ = number() as UInt64
        return ModuleFrame.Failure(
            errorClass: errorClass, code: code, retryAfterMilliseconds: retryAfter, isRunners: origin == 1,
            detail: text())
    }
}
