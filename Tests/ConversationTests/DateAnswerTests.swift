// Dates as citizens write them, and what is asked again.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct DateAnswerTests {
    static let readings: [Reading] = [
        .value("15/08/1985", "1985-08-15"), .value("15-8-1985", "1985-08-15"), .value("15.08.1985", "1985-08-15"),
        .value("१५-०८-१९८५", "1985-08-15"),
        .value("१५/०८/१९८५", "1985-08-15"), .value("15 08 1985", "1985-08-15"), .value("1985-08-15", "1985-08-15"),
        .value("1985/8/15", "1985-08-15"),
        .value("15 अगस्त 1985", "1985-08-15"), .value("१५ अगस्त, १९८५", "1985-08-15"), .value("15 August 1985", "1985-08-15"),
        .value("Aug 15 1985", "1985-08-15"),
        .value("August 15, 1985", "1985-08-15"), .value("15th Aug 1985", "1985-08-15"), .value("15august1985", "1985-08-15"),
        .value("15 agast 1985 ko", "1985-08-15"),
        .value("3 फ़रवरी 2001", "2001-02-03"), .value("3 फरवरी 2001", "2001-02-03"), .value("29/02/2024", "2024-02-29"),
        .value("आज", "2026-03-02"), .value("today", "2026-03-02"),
        .value("aaj", "2026-03-02"), .value("yesterday", "2026-03-01"),
        .confirm("15/8/85", "1985-08-15"), .confirm("1/1/05", "2005-01-01"), .confirm("08/25/1985", "1985-08-25"),
        .confirm("15081985", "1985-08-15"), .confirm("15 aug 85", "1985-08-15"),
        .confirm("१५०८१९८५", "1985-08-15"),
        .wrong("kal", .ambiguousDate), .wrong("कल", .ambiguousDate), .wrong("परसों", .ambiguousDate),
        .wrong("31/04/2000", .notADate), .wrong("29/02/2023", .notADate), .wrong("32/01/2000", .notADate), .wrong("00/00/0000", .notADate),
        .wrong("15/08", .notADate),
        .wrong("1985", .notADate), .wrong("august", .notADate), .wrong("pata nahi", .notADate), .wrong("15/08/1585", .notADate),
        .wrong("99999999999999999999/1/1", .notADate),
        .wrong("31042000", .notADate), .wrong("15/08/1985/2", .notADate), .wrong("", .empty), .wrong("🎂", .notADate),
    ]

    @Test("a date is read in the ways in which people write it; a guess is shown first", arguments: readings)
    func date(_ reading: Reading) { #expect(Field.of(.date).read(reading.text) == reading.expected) }

    static let adults: [Reading] = [
        .value("02/03/2008", "2008-03-02"), .wrong("03/03/2008", .dateTooLate(Day("2008-03-02")!)), .value("01/01/1900", "1900-01-01"),
        .wrong("31/12/1899", .dateTooEarly(Day("1900-01-01")!)), .wrong("आज", .dateTooLate(Day("2008-03-02")!)),
        .confirm("1/1/99", "1999-01-01"),
    ]

    @Test("the eighteenth birthday counts on the day itself", arguments: adults)
    func adult(_ reading: Reading) {
        #expect(Field.of(.date, min: .date("1900-01-01"), max: .date("today-18y")).read(reading.text) == reading.expected)
    }

    @Test("bounds are counted from the day in Delhi, even from the 29th of February and further than the calendar goes")
    func bounds() {
        let leapDay = Day("2024-02-29")!
        #expect(leapDay.adding(years: -1) == Day("2023-02-28"))
        #expect(leapDay.adding(years: 4) == Day("2028-02-29"))
        #expect(leapDay.adding(days: 366) == Day("2025-03-01"))
        #expect(leapDay.adding(years: -5000).year == 1800)
        #expect(leapDay.adding(years: 5000).year == 2200)
        let field = Field.of(.date, min: .date("today"), max: .date("today+30d"))
        #expect(field.read("02/03/2026") == .value("2026-03-02"))
        #expect(field.read("01/04/2026") == .value("2026-04-01"))
        #expect(field.read("02/04/2026") == .wrong(.dateTooLate(Day("2026-04-01")!)))
        #expect(field.read("01/03/2026") == .wrong(.dateTooEarly(today)))
    }

    @Test("the day changes at midnight in Delhi, half past six in the evening UTC")
    func midnight() {
        #expect(Day(at: Moment(milliseconds: 1_772_389_799_999)) == Day("2026-03-01"))
        #expect(Day(at: Moment(milliseconds: 1_772_389_800_000)) == Day("2026-03-02"))
        #expect(Day(at: Moment(milliseconds: -1)) == Day("1970-01-01"))
    }

    @Test("every day of four centuries is itself after counting")
    func counting() {
        var day = Day("1800-01-01")!
        var count = day.daysSinceEpoch
        while let next = Day(day.adding(days: 1).description) {
            count += 1
            guard next.daysSinceEpoch == count, next > day else {
                Issue.record("\(day) is followed by \(next)")
                return
            }
            day = next
        }
        #expect(day == Day("2200-12-31"))
    }

    @Test("a day is said with the month's name in the citizen's script")
    func spoken() {
        let day = Day("1985-08-15")!
        #expect(day.spoken(in: .hindi) == "15 अगस्त 1985")
        #expect(day.spoken(in: .english) == "15 August 1985")
        #expect(day.spoken(in: .hinglish) == "15 August 1985")
    }
}
