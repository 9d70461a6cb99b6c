// Money in whole paise, and how it is read in India. Pure; any thread.

/// An amount in paise. Sums saturate: the largest amount is far above any fee, and a wrap would be a gift or a fright.
public struct Paise: Sendable, Hashable, Comparable {
    public var amount: Int64

    public init(_ amount: Int64) { self.amount = amount }

    public static let zero = Paise(0)

    public static func rupees(_ rupees: Int64) -> Paise {
        let (amount, overflow) = rupees.multipliedReportingOverflow(by: 100)
        return Paise(overflow ? (rupees < 0 ? .min : .max) : amount)
    }

    public static func lakhs(_ lakhs: Int64) -> Paise { rupees(lakhs * 100_000) }

    public static func < (a: Paise, b: Paise) -> Bool { a.amount < b.amount }

    public static func + (a: Paise, b: Paise) -> Paise {
        let (sum, overflow) = a.amount.addingReportingOverflow(b.amount)
        return Paise(overflow ? (a.amount < 0 ? .min : .max) : sum)
    }

    public static func - (a: Paise, b: Paise) -> Paise {
        let (difference, overflow) = a.amount.subtractingReportingOverflow(b.amount)
        return Paise(overflow ? (a.amount < 0 ? .min : .max) : difference)
    }

    /// As it is read in Delhi, in every language: `₹8,00,000`, and with paise only when there are any: `₹12.50`.
    public var readable: String {
        let (rupees, paise) = amount.magnitude.quotientAndRemainder(dividingBy: 100)
        let fraction = paise == 0 ? "" : (paise < 10 ? ".0\(paise)" : ".\(paise)")
        return (amount < 0 ? "-" : "") + "₹" + Self.grouped(rupees) + fraction
    }

    /// Indian grouping: the last three digits, then pairs.
    private static func grouped(_ number: UInt64) -> String {
        guard number >= 1000 else { return String(number) }
        var rest = number / 1000
        let last = String(number % 1000)
        var text = String(repeating: "0", count: 3 - last.utf8.count) + last
        while rest > 0 {
            let pair = rest % 100
            rest /= 100
            text = (rest > 0 && pair < 10 ? "0\(pair)" : String(pair)) + "," + text
        }
        return text
    }
}
