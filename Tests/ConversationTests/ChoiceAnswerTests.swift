// Choosing from a list by words, by number, by a slip of the finger; and offices that are no more.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct ChoiceAnswerTests {
    static let options = [
        Choice(id: "salary", label: Sentence("नौकरी", "Salaried job", "Naukri"), also: ["तनख़्वाह", "salary", "job"]),
        Choice(id: "daily_wage", label: Sentence("दिहाड़ी", "Daily wages", "Dihadi"), also: ["मज़दूरी", "majdoori"]),
        Choice(id: "business", label: Sentence("दुकान, धंधा", "Shop or business", "Dukaan, dhandha")),
        Choice(id: "none", label: Sentence("कोई कमाई नहीं", "No income", "Koi kamai nahi")),
    ]

    static let readings: [Reading] = [
        .value("नौकरी", "salary"), .value("Naukri", "salary"), .value("SALARIED JOB", "salary"), .value("तनख्वाह", "salary"),
        .value("job", "salary"), .value("1", "salary"), .value("२", "daily_wage"),
        .value("4", "none"), .value("दिहाडी", "daily_wage"), .value("मजदूरी", "daily_wage"), .value("दिहाड़ी।", "daily_wage"),
        .value("dukaan dhandha", "business"),
        .confirm("nauk", "salary"), .confirm("naukari", "salary"), .confirm("dihaadi", "daily_wage"),
        .confirm("meri dihadi hai", "daily_wage"), .confirm("dukaan", "business"),
        .wrong("0", .notAnOption), .wrong("5", .notAnOption), .wrong("xyz", .notAnOption), .wrong("a", .notAnOption),
        .wrong("99999999999999999999", .notAnOption),
        .wrong("💼", .notAnOption), .wrong("", .empty),
    ]

    @Test("an option is chosen by label, spelling or number; a near miss is shown first", arguments: readings)
    func choice(_ reading: Reading) {
        #expect(Field.of(.choice, options: ChoiceAnswerTests.options).read(reading.text) == reading.expected)
    }

    @Test("a word that fits two options is asked about with both")
    func whichOne() {
        let field = Field.of(
            .choice,
            options: [Choice(id: "north", label: .plain("North Delhi")), Choice(id: "north_east", label: .plain("North East Delhi"))])
        #expect(field.read("north") == .wrong(.whichOne(["north", "north_east"])))
        #expect(field.read("north delhi") == .value("north"))
    }

    @Test("a list with nothing in it is no crash, whatever is answered", arguments: ["1", "0", "abc", "", "बुराड़ी"])
    func nothingToChoose(_ text: String) {
        guard case .wrong = Field.of(.choice, options: []).read(text) else {
            Issue.record("\(text) was taken from an empty list")
            return
        }
    }

    // MARK: Delhi's offices

    static let offices = Catalogues.revenue.lists["sub_division"]!

    /// A reader over the offices of a district, as the machine makes it.
    static func reader(district: String?) -> AnswerReader {
        let day = today.description
        let choice = { (entry: ChoiceList.Entry) in Choice(id: entry.id, label: entry.label, also: entry.also) }
        return AnswerReader(
            field: .of(.subDivision),
            choices: offices.entries.filter { $0.isValid(on: day) && (district == nil || $0.parent == district) }.map(choice),
            formerChoices: offices.entries.filter { !$0.isValid(on: day) }.map(choice), today: today)
    }

    @Test(
        "today's offices are found in every script and spelling",
        arguments: offices.entries.filter { $0.isValid(on: today.description) }.map(\.id))
    func standing(_ id: String) throws {
        let entry = try #require(ChoiceAnswerTests.offices.entries.first { $0.id == id })
        let reader = ChoiceAnswerTests.reader(district: entry.parent)
        for text in [entry.label.hindi, entry.label.english, entry.label.hinglish] + (entry.also ?? []) {
            #expect(reader.read(text) == .value(id), "\(text)")
        }
    }

    @Test(
        "an office abolished in 2025 is recognised in every spelling and explained",
        arguments: offices.entries.filter { !$0.isValid(on: today.description) }.map(\.id))
    func abolished(_ id: String) throws {
        let entry = try #require(ChoiceAnswerTests.offices.entries.first { $0.id == id })
        for text in [entry.label.hindi, entry.label.english, entry.label.hinglish] + (entry.also ?? []) {
            #expect(ChoiceAnswerTests.reader(district: "east").read(text) == .wrong(.officeGone(id)), "\(text)")
        }
    }

    @Test("बुराड़ी is one place, with either way of writing ड़")
    func burari() {
        let reader = ChoiceAnswerTests.reader(district: "north")
        #expect(reader.read("बुरा\u{095C}ी") == .value("burari"))
        #expect(reader.read("बुरा\u{0921}\u{093C}ी") == .value("burari"))
        #expect(reader.read("\u{202B}बुराड़ी\u{202C}") == .value("burari"))
        #expect(reader.read("burarri") == .confirm("burari"))
    }

    @Test("an office of another district is not offered")
    func narrowed() { #expect(ChoiceAnswerTests.reader(district: "east").read("burari") == .wrong(.notAnOption)) }

    @Test(
        "a district is found by its name in any script",
        arguments: [
            ("उत्तर पूर्वी दिल्ली", "north_east"), ("south west", "south_west"), ("purani delhi", "old_delhi"), ("नई दिल्ली", "new_delhi"),
            ("East Delhi", "east"), ("पूर्वी", "east"),
        ])
    func district(_ pair: (text: String, id: String)) throws {
        let list = try #require(Catalogues.revenue.lists["district"])
        let choices = list.entries.filter { $0.isValid(on: today.description) }.map { Choice(id: $0.id, label: $0.label, also: $0.also) }
        #expect(AnswerReader(field: .of(.district), choices: choices, today: today).read(pair.text) == .value(pair.id))
    }
}
