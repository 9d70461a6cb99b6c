// Identifiers of the house: never a bare String, so that a line can't be handed in where a citizen is meant.

/// A name of one kind of thing. Two identifiers of different kinds do not compare.
public struct Identifier<Kind>: Hashable, Sendable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }
}

extension Identifier: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

public enum DepartmentKind {}
public enum ServiceKind {}
public enum LineKind {}
public enum WhatsAppMessageKind {}
public enum CitizenKind {}
public enum LaneKind {}
public enum ApplicationKind {}
public enum MediaKind {}

/// A department's module, for example `revenue`.
public typealias DepartmentID = Identifier<DepartmentKind>
/// A service of a catalogue, for example `income_certificate`.
public typealias ServiceID = Identifier<ServiceKind>
/// Meta's `phone_number_id`: the line on which a department is reached. Decimal, above 2^53: never a number.
public typealias LineID = Identifier<LineKind>
/// Meta's message id `wamid.…`: opaque, may hold `=`, `+` and `/`.
public typealias MessageID = Identifier<WhatsAppMessageKind>
/// Our own opaque key of a citizen; never the telephone number.
public typealias CitizenID = Identifier<CitizenKind>
/// One (line, citizen) pair: within it everything is in order.
public typealias LaneID = Identifier<LaneKind>
/// Our own application number, shown to the citizen.
public typealias ApplicationNumber = Identifier<ApplicationKind>
/// Meta's media id; good for seven days when it came in a webhook.
public typealias MediaID = Identifier<MediaKind>

/// A point in time: milliseconds since 1970-01-01 UTC. Handed in from outside, never read from a clock in here.
public struct Moment: Hashable, Comparable, Sendable, Codable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    public static func < (left: Moment, right: Moment) -> Bool { left.milliseconds < right.milliseconds }
    public func adding(seconds: Int64) -> Moment { Moment(milliseconds: milliseconds + seconds * 1000) }
    public func seconds(since earlier: Moment) -> Double { Double(milliseconds - earlier.milliseconds) / 1000 }
}

/// How WhatsApp knows a citizen. At least one of the two is there: with a username the number is missing, and in old
/// deliveries the business-scoped id is.
public struct CitizenAddress: Hashable, Sendable, Codable {
    /// Digits with the country code, without `+`, for example `919810000001`.
    public let phone: String?
    /// Meta's business-scoped user id, for example `IN.2081978709342942`.
    public let userID: String?

    public init?(phone: String?, userID: String?) {
        guard phone != nil || userID != nil else { return nil }
        self.phone = phone
        self.userID = userID
    }
}
