// The pension schemes' limits and monthly amounts, each with its source. Read by Pensions.swift; constant.
import SamvadKit

enum Rates {
    /// Rules of the old age assistance, Department of Social Welfare: 60 years, 5 years in Delhi, family income under
    /// a lakh.
    static let oldAgeYears = 60
    static let olderYears = 70
    static let residenceYears = 5

    /// Under Rs 1 lakh a year.
    static let incomeLimit = Paise.lakhs(1)

    struct OldAge {
        var from: CivilDate
        /// 60 to 69 years.
        var younger: Paise
        var older: Paise
        /// SC, ST and minorities from 60 to 69.
        var categoryExtra: Paise
    }

    /// Oldest row first; a new order is a new row. Rs 2,000 and 2,500 until September 2025, then 2,500 and 3,000
    /// (reports of 15-09-2025; the first day of the new amounts is to be confirmed by the department).
    static let oldAge = [
        OldAge(from: day(2017, 1, 1), younger: .rupees(2_000), older: .rupees(2_500), categoryExtra: .rupees(500)),
        OldAge(from: day(2025, 9, 1), younger: .rupees(2_500), older: .rupees(3_000), categoryExtra: .rupees(500)),
    ]

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        // The days above exist, so the other branch is never taken.
        CivilDate(year: year, month: month, day: day) ?? CivilDate(dayNumber: 0)
    }
}
