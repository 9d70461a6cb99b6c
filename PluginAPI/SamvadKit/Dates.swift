// Days and moments without Foundation: proleptic Gregorian arithmetic on whole days. Pure; any thread.

/// A moment, in milliseconds since 1970-01-01 UTC.
public struct Instant: Sendable, Hashable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

    /// India keeps one time, 5 h 30 min ahead of UTC, and has no summer time.
    static let indiaAheadMilliseconds: Int64 = 19_800_000
    static let dayMilliseconds: Int64 = 86_400_000

    public var dayInIndia: CivilDate {
        let inIndia = min(milliseconds, .max - Self.indiaAheadMilliseconds) + Self.indiaAheadMilliseconds
        return CivilDate(dayNumber: inIndia.dividedDown(by: Self.dayMilliseconds))
    }
}

/// A day of the calendar, years 1 to 9999.
public struct CivilDate: Sendable, Hashable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nil when there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.daysIn(month: month, year: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// `YYYY-MM-DD`, nothing else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            let year = Int64(decimalDigits: parts[0]), let month = Int64(decimalDigits: parts[1]),
            let day = Int64(decimalDigits: parts[2])
        else { return nil }
        self.init(year: Int(year), month: Int(month), day: Int(day))
    }

    /// Days since 1970-01-01; outside of the years 1 to 9999 the nearest day inside. Method: Hinnant,
    /// "chrono-compatible low-level date algorithms", days counted from 1 March so that the leap day comes last.
    public init(dayNumber: Int64) {
        let shifted = min(max(dayNumber, -719_162), 2_932_896) + 719_468
        let era = shifted.dividedDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    public var dayNumber: Int64 {
        let fromMarch = Int64(month <= 2 ? year - 1 : year)
        let era = fromMarch.dividedDown(by: 400)
        let yearOfEra = fromMarch - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    public static func < (a: CivilDate, b: CivilDate) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }

    public func adding(days: Int64) -> CivilDate { CivilDate(dayNumber: dayNumber &+ days) }

    /// The same day in another year; 29 February becomes 1 March where there is none, so that nobody is ready too
    /// early.
    public func adding(years: Int) -> CivilDate {
        let target = min(max(year + years, 1), 9999)
        if let day = CivilDate(year: target, month: month, day: day) { return day }
        return CivilDate(year: target, month: 3, day: 1) ?? self
    }

    /// Days from `earlier` to this day; negative when `earlier` is later.
    public func days(since earlier: CivilDate) -> Int64 { dayNumber - earlier.dayNumber }

    /// Whole years from `earlier`: the age on this day of one born on `earlier`.
    public func years(since earlier: CivilDate) -> Int {
        let years = year - earlier.year
        return self < earlier.adding(years: years) ? years - 1 : years
    }

    /// As the host writes it: `2026-11-24`.
    public var iso: String { "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))" }

    /// As it is read in Delhi, in every language: `24-11-2026`.
    public var readable: String { "\(day.padded(2))-\(month.padded(2))-\(year.padded(4))" }

    /// The financial year in which the day lies, from 1 April: `2026-27`.
    public var financialYear: String {
        let first = month >= 4 ? year : year - 1
        return "\(first.padded(4))-\(((first + 1) % 100).padded(2))"
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that days before 1970 count right.
    func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension Int {
    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}
