// One step asked of a department, copied from the host's memory, so that it may be kept. Made by the bridge and by
// TestKit.

public enum Step: String, Sendable, CaseIterable {
    case eligibility, quote, submit, status, event, field
}

public enum Language: String, Sendable, CaseIterable {
    case hindi = "hi"
    case english = "en"
    case romanHindi = "hi-Latn"
}

/// Everything a department may know about the world.
public struct Request: Sendable {
    /// The catalogue's id of the service.
    public var service: String
    public var step: Step
    public var language: Language
    /// Opaque and stable within this department; never a telephone number.
    public var citizen: String
    /// Our application number, or empty before there is one.
    public var application: String
    /// The event's name at step `event`, the field's id at step `field`, else empty.
    public var event: String
    public var values: Values
    public var documents: [Document]
    /// What this service last stored for this application.
    public var state: State?
    public var now: Instant
    /// The seed of `random`.
    public var randomSeed: UInt64
    /// A recorded call is being repeated: answer just as before.
    public var isReplay: Bool
    /// True when the host no longer wants the answer: finish cheaply.
    public var isCancelled: @Sendable () -> Bool

    public init(
        service: String, step: Step, language: Language = .hindi, citizen: String = "", application: String = "",
        event: String = "", values: Values = Values([]), documents: [Document] = [], state: State? = nil,
        now: Instant, randomSeed: UInt64 = 0, isReplay: Bool = false,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.service = service
        self.step = step
        self.language = language
        self.citizen = citizen
        self.application = application
        self.event = event
        self.values = values
        self.documents = documents
        self.state = state
        self.now = now
        self.randomSeed = randomSeed
        self.isReplay = isReplay
        self.isCancelled = isCancelled
    }

    /// The day it is in Delhi.
    public var today: CivilDate { now.dayInIndia }

    /// The only randomness there is: the same again when the call is replayed. Not for keys or secrets.
    public var random: SeededNumbers { SeededNumbers(seed: randomSeed) }
}

/// A paper the citizen sent; its bytes stay in the host.
public struct Document: Sendable, Equatable {
    public var id: String
    /// Which of the catalogue's any-one-of list, or empty.
    public var kind: String
    /// Sniffed from the bytes, never what the sender claimed.
    public var mimeType: String
    /// Lower-case hex.
    public var sha256: String
    public var bytesCount: UInt64

    public init(id: String, kind: String = "", mimeType: String, sha256: String, bytesCount: UInt64) {
        self.id = id
        self.kind = kind
        self.mimeType = mimeType
        self.sha256 = sha256
        self.bytesCount = bytesCount
    }
}

/// Bytes a service keeps for an application, with the number of their form. `schema` 0 means none.
public struct State: Sendable, Equatable {
    public var schema: UInt32
    public var bytes: [UInt8]

    public init(schema: UInt32, bytes: [UInt8]) {
        self.schema = schema
        self.bytes = bytes
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): short, and the same on every machine.
public struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
