// Days, money and numbers are right without Foundation.
import SamvadKit
import Testing

@Suite struct DatesTests {
    @Test("every day of four centuries goes to a number and back, one by one")
    func roundTrip() throws {
        var day = try #require(CivilDate("1900-01-01"))
        var number = day.dayNumber
        #expect(number == -25567)
        for _ in 0..<146_097 {
            let next = CivilDate(dayNumber: number + 1)
            #expect(next > day && next.dayNumber == number + 1 && CivilDate(next.iso) == next)
            (day, number) = (next, number + 1)
        }
        #expect(day.iso == "2300-01-01")
    }

    @Test(
        "what is no day is no day",
        arguments: [
            "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
            "2026-1-01", "26-01-01", "2026-01-01 ", "+026-01-01", "2026/01/01", "०१-०१-२०२६", "", "0000-01-01",
            "2026-04-31",
        ])
    func noDay(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test("in Delhi the day begins half past six in the evening, UTC")
    func delhi() {
        #expect(Instant(milliseconds: 1_795_545_000_000 - 1).dayInIndia.iso == "2026-11-24")
        #expect(Instant(milliseconds: 1_795_545_000_000).dayInIndia.iso == "2026-11-25")
        #expect(Instant(milliseconds: -1).dayInIndia.iso == "1970-01-01")
        #expect(Instant(milliseconds: .max).dayInIndia.year == 9999)
        #expect(Instant(milliseconds: .min).dayInIndia.year == 1)
    }

    @Test("a birthday on 29 February is kept on 1 March in other years")
    func leapling() throws {
        let born = try #require(CivilDate("2008-02-29"))
        #expect(born.adding(years: 18).iso == "2026-03-01")
        #expect(try #require(CivilDate("2026-02-28")).years(since: born) == 17)
        #expect(try #require(CivilDate("2026-03-01")).years(since: born) == 18)
        #expect(try #require(CivilDate("2028-02-29")).years(since: born) == 20)
    }

    @Test(
        "a financial year begins on 1 April",
        arguments: [
            ("2026-03-31", "2025-26"), ("2026-04-01", "2026-27"), ("1999-12-01", "1999-00"),
        ])
    func financialYear(day: String, year: String) throws {
        #expect(try #require(CivilDate(day)).financialYear == year)
    }

    @Test(
        "money is grouped as it is read in India",
        arguments: [
            (0, "₹0"), (5, "₹0.05"), (50, "₹0.50"), (99_999, "₹999.99"), (1_00_000, "₹1,000"),
            (80_000_000, "₹8,00,000"),
            (100_050_00, "₹1,00,050"), (123_456_789_01, "₹12,34,56,789.01"), (-1_50, "-₹1.50"),
            (10_000_000_00, "₹1,00,00,000"),
        ])
    func money(paise: Int64, text: String) {
        #expect(Paise(paise).readable == text)
    }

    @Test("a sum too large for money stays at the largest")
    func saturates() {
        #expect(Paise(.max) + Paise(1) == Paise(.max))
        #expect(Paise(.min) - Paise(1) == Paise(.min))
        #expect(Paise.rupees(.max) == Paise(.max))
    }
}
