// The dated rows of the property tax: unit-area values, factors, rates, rebates, each with its source. Read by Tax;
// constant.
//
// Until the corporation's resolution for a year is confirmed by the department the rows below are estimates, and every
// calculation ends with the sentence `estimate_only`. A new resolution is a new row, never an edit of an old one.
import SamvadKit

/// A factor or rate in hundredths: 0.7 is 70, 12 % is 12 per hundred.
struct Rates {
    struct LumpSum {
        var percent: Int64
        var lastDay: CivilDate
    }

    /// The first day of the financial year for which the row was resolved.
    var from: CivilDate
    /// Rupees a square metre, by category A to H.
    var unitAreaRupees: [String: Int64]
    /// Percent of the annual value, by category.
    var residentialPercent: [String: Int64]
    var industrialPercent: [String: Int64]
    var commercialPercent: [String: Int64]
    var lumpSum: LumpSum

    static func inForce(on day: CivilDate) -> Rates? {
        rows.last { $0.from <= day && $0.from.adding(years: 1) > day }
    }

    /// Unit-area values and percents: the corporation's table as published for 2023-24 (bajajfinserv.in); the rises
    /// that the fifth valuation committee proposed were not adopted. Lump sum: 10 % until 30 June, extended to 31
    /// July in 2026 (hubandoak.com); the extension of 2025 is not known, so that year keeps 30 June.
    private static let rows = [
        row(from: 2023, lumpSumUntil: (6, 30)),
        row(from: 2024, lumpSumUntil: (6, 30)),
        row(from: 2025, lumpSumUntil: (6, 30)),
        row(from: 2026, lumpSumUntil: (7, 31)),
    ]

    private static func row(from year: Int, lumpSumUntil day: (month: Int, day: Int)) -> Rates {
        let categories = ["A", "B", "C", "D", "E", "F", "G", "H"]
        func by(_ values: [Int64]) -> [String: Int64] {
            Dictionary(zip(categories, values), uniquingKeysWith: { first, _ in first })
        }
        return Rates(
            from: Self.day(year, 4, 1),
            unitAreaRupees: by([630, 500, 400, 320, 270, 230, 200, 100]),
            residentialPercent: by([12, 12, 11, 11, 11, 7, 7, 7]),
            industrialPercent: by([15, 15, 12, 12, 12, 10, 10, 10]),
            commercialPercent: by([20, 20, 20, 20, 20, 20, 20, 20]),
            lumpSum: LumpSum(percent: 10, lastDay: Self.day(year, day.month, day.day)))
    }

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        // The days above exist, so the other branch is never taken.
        CivilDate(year: year, month: month, day: day) ?? CivilDate(dayNumber: 0)
    }
}

// MARK: - Factors, in hundredths, the same in all years

extension Rates {
    /// By the decade of building: before 1960 0.5, then 0.1 more each decade, 1.0 from 2000. The ends are published
    /// (junglemangalproperty.blogspot.com), the middle is general knowledge.
    static func ageFactor(yearBuilt: Int64) -> Int64 {
        switch yearBuilt {
        case ..<1960: 50
        case 1960..<2000: 60 + (yearBuilt - 1960) / 10 * 10
        default: 100
        }
    }

    static let structureFactors: [String: Int64] = ["pucca": 100, "semi_pucca": 70, "kutcha": 50]

    /// A let home counts twice: general knowledge, to be confirmed. An empty one counts once.
    static func occupancyFactor(_ occupancy: String, isHome: Bool) -> Int64? {
        switch occupancy {
        case "self", "vacant": 100
        case "tenant": isHome ? 200 : 100
        default: nil
        }
    }

    /// Use, with the table whose percent applies. Published: junglemangalproperty.blogspot.com, nobroker.in. A stable
    /// table of percents by use is not published: schools and the like are taken with homes.
    enum Tariff { case residential, industrial, commercial }
    static let uses: [String: (factor: Int64, tariff: Tariff)] = [
        "residential": (100, .residential), "public_purpose": (100, .residential), "religious": (100, .residential),
        "school": (100, .residential), "utility": (200, .commercial), "vacant_business": (200, .commercial),
        "telecom_tower": (200, .commercial), "industry": (300, .industrial), "club": (300, .commercial),
        "business": (400, .commercial), "restaurant": (400, .commercial), "hotel": (400, .commercial),
        "star_hotel": (1000, .commercial), "hoarding": (1000, .commercial), "tower": (1000, .commercial),
    ]

    /// Flats of the DDA and of group housing societies of up to 100 sq m.
    static let flatFactor: Int64 = 90
    static let flatSquareMetresHundredths: Int64 = 100_00

    /// Woman, senior citizen, person with disability, ex-serviceman: 30 % on one self-used home of up to 100 sq m
    /// (indiatoday.in 19-07-2022).
    static let ownerPercent: Int64 = 30
    static let ownerSquareMetresHundredths: Int64 = 100_00
    static let owners: Set = ["woman", "senior", "pwd", "ex_serviceman"]

    /// Group housing: 10 to 20 % by the terms of the society; the least is promised.
    static let groupHousingPercent: Int64 = 10
}
