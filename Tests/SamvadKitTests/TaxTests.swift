// The property tax is exact, line by line, and its rules hold for whatever is asked. A failure prints its seed.
import SamvadKit
import TestKit
import Testing

@testable import Tax

@Suite struct TaxTests {
    /// In the window of the lump-sum rebate, and after it.
    let early: TestHost<Tax>
    let late: TestHost<Tax>

    init() throws {
        early = try TestHost(Tax.self, today: "2026-07-31")
        late = try TestHost(Tax.self, today: "2026-11-24")
    }

    @Test("a worked example, done by hand")
    func workedExample() throws {
        let values: KeyValuePairs = [
            "category": "C", "covered_area_sqm": "95.5", "year_built": "1995", "structure": "pucca",
            "use": "residential",
            "occupancy": "self", "is_flat": "yes", "owner_rebate": "woman", "group_housing": "yes",
        ]
        let reply = try early.call("property_tax_calculate", .quote, values)
        // 400 × 95.5 = 38,200; × 0.9 (1990s) = 34,380; × 0.9 (flat) = 30,942; 11 % = 3,403.62
        // − 30 % 1,021.09 = 2,382.53; − 10 % 238.25 = 2,144.28; − 10 % 214.43 = 1,929.85
        #expect(
            reply.keys == [
                "line_area", "line_age", "line_flat", "line_tax", "rebate_owner", "rebate_group_housing",
                "rebate_lump_sum", "total",
                "estimate_only",
            ])
        #expect(reply.argument("amount", of: "line_area") == "₹38,200")
        #expect(reply.argument("area", of: "line_area") == "95.5")
        #expect(reply.argument("factor", of: "line_age") == "0.9")
        #expect(reply.argument("amount", of: "line_flat") == "₹30,942")
        #expect(reply.argument("amount", of: "line_tax") == "₹3,403.62")
        #expect(reply.argument("rebate", of: "rebate_owner") == "₹1,021.09")
        #expect(reply.argument("amount", of: "rebate_lump_sum") == "₹1,929.85")
        #expect(reply.argument("until", of: "rebate_lump_sum") == "31-07-2026")
        #expect(reply.argument("amount", of: "total") == "₹1,929.85")
        #expect(reply.argument("year", of: "total") == "2026-27")
        #expect(reply.value("amount_paise") == "192985")
        let afterwards = try late.call("property_tax_calculate", .quote, values)
        #expect(afterwards.value("amount_paise") == "214428")
    }

    @Test(
        "the owner's rebate is for a self-used home of up to 100 sq m",
        arguments: [
            ("100", "self", "residential", "rebate_owner"),
            ("100.01", "self", "residential", "rebate_owner_not_applicable"),
            ("100", "tenant", "residential", "rebate_owner_not_applicable"),
            ("100", "self", "business", "rebate_owner_not_applicable"),
        ])
    func owner(area: String, occupancy: String, use: String, key: String) throws {
        let reply = try late.call(
            "property_tax_calculate", .quote,
            [
                "category": "A", "covered_area_sqm": area, "year_built": "2010", "structure": "pucca", "use": use,
                "occupancy": occupancy, "owner_rebate": "senior",
            ])
        #expect(reply.keys.contains(key))
    }

    @Test(
        "each decade of building has its factor",
        arguments: [
            (1800, 50), (1959, 50), (1960, 60), (1969, 60), (1970, 70), (1980, 80), (1999, 90), (2000, 100),
            (2026, 100),
        ])
    func age(year: Int64, factor: Int64) {
        #expect(Rates.ageFactor(yearBuilt: year) == factor)
    }

    @Test(
        "whatever is asked: never negative, more area is never less tax, lines and rebates make the total",
        arguments: 1...8)
    func properties(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let day = try #require(CivilDate(seed.isMultiple(of: 2) ? "2026-05-01" : "2027-03-31"))
        let rates = try #require(Rates.inForce(on: day))
        for _ in 0..<500 {
            let area =
                Int64.random(in: 0...Property.areaMax - 1, using: &numbers) >> Int64.random(in: 0...30, using: &numbers)
            var property = try Property(
                Values([
                    Field(
                        "category",
                        try #require(["A", "B", "C", "D", "E", "F", "G", "H"].randomElement(using: &numbers))),
                    Field("covered_area_sqm", "1"),
                    Field("year_built", String(Int64.random(in: 1900...2026, using: &numbers))),
                    Field(
                        "structure", try #require(Rates.structureFactors.keys.sorted().randomElement(using: &numbers))),
                    Field("use", try #require(Rates.uses.keys.sorted().randomElement(using: &numbers))),
                    Field("occupancy", try #require(["self", "tenant", "vacant"].randomElement(using: &numbers))),
                    Field("is_flat", Bool.random(using: &numbers) ? "yes" : "no"),
                    Field("group_housing", Bool.random(using: &numbers) ? "yes" : "no"),
                    Field(
                        "owner_rebate",
                        try #require((Rates.owners.sorted() + ["none"]).randomElement(using: &numbers))),
                ]))
            property.area = area
            let sum = try #require(rates.assess(property, on: day))
            #expect(sum.total >= .zero && sum.total <= sum.tax, "seed \(seed): \(property)")
            #expect(sum.rebates.allSatisfy { $0 >= .zero }, "seed \(seed): \(property)")
            #expect(sum.rebates.reduce(sum.total, +) == sum.tax, "seed \(seed): \(property)")
            property.area += 1
            let larger = try #require(rates.assess(property, on: day))
            #expect(larger.total >= sum.total, "seed \(seed): \(property)")
        }
    }

    @Test("the largest area with the largest factors does not overflow")
    func largest() throws {
        let reply = try late.call(
            "property_tax_calculate", .quote,
            [
                "category": "A", "covered_area_sqm": "10000000", "year_built": "2026", "structure": "pucca",
                "use": "hoarding",
            ])
        #expect(reply.value("amount_paise") == "1260000000000")
    }

    @Test("a year without a row, or a category nobody knows, is said and not guessed")
    func unknownRates() throws {
        let values: KeyValuePairs = [
            "category": "A", "covered_area_sqm": "10", "year_built": "2000", "structure": "pucca",
        ]
        let future = try TestHost(Tax.self, today: "2027-04-01")
        #expect(try future.call("property_tax_calculate", .quote, values).keys == ["rates_unknown"])
        let odd = try late.call(
            "property_tax_calculate", .quote,
            [
                "category": "Z", "covered_area_sqm": "10", "year_built": "2000", "structure": "pucca",
            ])
        #expect(odd.outcome == .refused)
    }

    @Test("paying asks for what the demand says, and what was quoted is what is paid")
    func pay() throws {
        let quote = try early.call("property_tax_pay", .quote, ["amount": "500000", "geotag_done": "no"])
        #expect(quote.keys == ["pay_amount", "geotag_for_rebate"])
        #expect(
            try late.call("property_tax_pay", .quote, ["amount": "500000"]).keys == ["pay_amount", "rebate_closed"])
        let demanded = try late.call("property_tax_pay", .quote, ["amount": "1", "portal.amount_due_paise": "700000"])
        #expect(demanded.value("amount_paise") == "700000")
        let submit = try late.call("property_tax_pay", .submit, ["amount": "500000", "amount_paise": "500000"])
        #expect(submit.effects == [.pay(Paise(500_000), purpose: "property_tax")])
        #expect(try late.call("property_tax_pay", .submit, ["amount": "0"]).keys == ["nothing_to_pay"])
    }
}
