// The unit-area method, exact to the paisa: what is asked of a property, line by line. Called by Tax; pure.
import SamvadKit

/// What the citizen said about a property.
struct Property {
    var category: String
    /// Square metres, in hundredths.
    var area: Int64
    var yearBuilt: Int64
    var structure: String
    var use: String
    var occupancy: String
    var isFlat: Bool
    var isGroupHousing: Bool
    var owner: String

    /// Ten square kilometres: larger than any built property in Delhi, and small enough that no product overflows.
    static let areaMax: Int64 = 10_000_000_00

    init(_ values: Values) throws(Failure) {
        category = try required("category", values.option).uppercased()
        area = try required("covered_area_sqm", values.hundredths)
        guard area <= Self.areaMax else { throw .malformed("covered_area_sqm", expected: "an area that can be") }
        yearBuilt = try required("year_built", values.integer)
        structure = try required("structure", values.option)
        use = values.text("use") ?? "residential"
        occupancy = values.text("occupancy") ?? "self"
        isFlat = try values.yes("is_flat") ?? false
        isGroupHousing = try values.yes("group_housing") ?? false
        owner = values.text("owner_rebate") ?? "none"
    }
}

extension Values {
    fileprivate func option(_ id: String) throws(Failure) -> String? { text(id) }
}

/// The account: sentences in the order of the sum, and the sum.
struct Assessment {
    private(set) var lines: [Message] = []
    /// Tax before rebates, and each rebate, so that tax − rebates = total.
    private(set) var tax = Paise.zero
    private(set) var rebates: [Paise] = []
    var total: Paise { rebates.reduce(tax) { $0 - $1 } }

    func messages(year: String) -> [Message] {
        lines + [Message("total", ["amount": total.readable, "year": year]), Message("estimate_only")]
    }

    fileprivate mutating func add(_ key: String, _ arguments: Arguments, _ value: Exact) {
        lines.append(Message(key, arguments.adding("amount", value.paise.readable)))
    }

    fileprivate mutating func note(_ key: String) { lines.append(Message(key)) }

    fileprivate mutating func setTax(_ value: Exact, percent: Int64) {
        tax = value.paise
        add("line_tax", ["percent": String(percent)], value)
    }

    fileprivate mutating func addRebate(_ key: String, percent: Int64, _ arguments: Arguments = [:]) {
        var share = Exact(total)
        share.multiply(byHundredths: percent)
        let rebate = share.paise
        rebates.append(rebate)
        let all = arguments.adding("percent", String(percent)).adding("rebate", rebate.readable)
        lines.append(Message(key, all.adding("amount", total.readable)))
    }
}

/// Paise as a fraction, so that nothing is rounded before it is shown or owed.
private struct Exact {
    /// The largest: 6.3e11 paise a square metre and area, six factors of at most 1,000: below 1e30 of 1.7e38.
    private var numerator: Int128
    private var denominator: Int128 = 1

    init(_ paise: Paise) { numerator = Int128(paise.amount) }

    /// Rupees times a hundred, square metres over a hundred: whole paise.
    init(rupeesPerSquareMetre: Int64, squareMetresHundredths: Int64) {
        numerator = Int128(rupeesPerSquareMetre) * Int128(squareMetresHundredths)
    }

    mutating func multiply(byHundredths factor: Int64) {
        numerator *= Int128(factor)
        denominator *= 100
    }

    /// Half a paisa counts up.
    var paise: Paise { Paise(Int64(clamping: (2 * numerator + denominator) / (2 * denominator))) }
}

extension Rates {
    /// Nil when a category, structure, use or occupancy has no row here.
    func assess(_ property: Property, on day: CivilDate) -> Assessment? {
        guard let unit = unitAreaRupees[property.category], let use = Self.uses[property.use],
            let structure = Self.structureFactors[property.structure],
            let occupancy = Self.occupancyFactor(property.occupancy, isHome: use.tariff == .residential),
            let percent = percents(use.tariff)[property.category]
        else { return nil }
        var sum = Assessment()
        var value = Exact(rupeesPerSquareMetre: unit, squareMetresHundredths: property.area)
        sum.add(
            "line_area",
            ["category": property.category, "rate": Paise.rupees(unit).readable, "area": hundredths(property.area)],
            value)
        let age = Self.ageFactor(yearBuilt: property.yearBuilt)
        let isSmallFlat = property.isFlat && property.area <= Self.flatSquareMetresHundredths
        let factors: [(key: String, hundredths: Int64, arguments: Arguments)] = [
            ("line_age", age, ["year": String(property.yearBuilt)]), ("line_structure", structure, [:]),
            ("line_use", use.factor, [:]), ("line_occupancy", occupancy, [:]),
            ("line_flat", isSmallFlat ? Self.flatFactor : 100, [:]),
        ]
        // A factor of 1 changes nothing and would only make the account longer to read.
        for factor in factors where factor.hundredths != 100 {
            value.multiply(byHundredths: factor.hundredths)
            sum.add(factor.key, factor.arguments.adding("factor", hundredths(factor.hundredths)), value)
        }
        value.multiply(byHundredths: percent)
        sum.setTax(value, percent: percent)
        addRebates(to: &sum, property, on: day)
        return sum
    }

    /// They compound in this order: each takes its percent of what the one before has left.
    private func addRebates(to sum: inout Assessment, _ property: Property, on day: CivilDate) {
        if Self.owners.contains(property.owner) {
            let applies =
                property.use == "residential" && property.occupancy == "self"
                && property.area <= Self.ownerSquareMetresHundredths
            if applies {
                sum.addRebate("rebate_owner", percent: Self.ownerPercent)
            } else {
                sum.note("rebate_owner_not_applicable")
            }
        }
        if property.isGroupHousing { sum.addRebate("rebate_group_housing", percent: Self.groupHousingPercent) }
        if day <= lumpSum.lastDay {
            sum.addRebate("rebate_lump_sum", percent: lumpSum.percent, ["until": lumpSum.lastDay.readable])
        }
    }

    private func percents(_ tariff: Tariff) -> [String: Int64] {
        switch tariff {
        case .residential: residentialPercent
        case .industrial: industrialPercent
        case .commercial: commercialPercent
        }
    }

    /// 70 as `0.7`, 10450 as `104.5`, 100 as `1`.
    private func hundredths(_ number: Int64) -> String {
        let (whole, rest) = number.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return String(whole) }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}
