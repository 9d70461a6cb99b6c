// Numbers and amounts as citizens write and speak them: exact, or asked again.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct NumberAnswerTests {
    /// Rupees in, paise out.
    static let amounts: [Reading] = [
        .value("1,50,000", "15000000"), .value("150000", "15000000"), .value("१५००", "150000"), .value("१,५०,०००", "15000000"),
        .value("₹ 500", "50000"), .value("Rs 500/-", "50000"),
        .value("Rs.500", "50000"), .value("500 रुपये", "50000"), .value("500 rupees only", "50000"), .value("500.50", "50050"),
        .value("0", "0"), .value("शून्य", "0"),
        .value("डेढ़ लाख", "15000000"), .value("डेढ लाख", "15000000"), .value("dedh lakh", "15000000"), .value("ढाई हज़ार", "250000"),
        .value("2.5 lakh", "25000000"), .value("2.5लाख", "25000000"),
        .value("साढ़े तीन सौ", "35000"), .value("sadhe teen sau", "35000"), .value("paune do lakh", "17500000"), .value("पौने दो लाख", "17500000"),
        .value("सवा लाख", "12500000"),
        .value("sava do lakh", "22500000"), .value("ek lakh bees hazar", "12000000"), .value("एक लाख बीस हज़ार", "12000000"),
        .value("2 lakh 50 hazar", "25000000"),
        .value("do hazar paanch sau", "250000"), .value("1 crore", "1000000000"), .value("5k", "500000"),
        .value("50 hazar rupaye", "5000000"), .value("दस हज़ार रुपये मात्र", "1000000"),
        .value("nau hazar", "900000"), .value("ek so", "10000"),
        .wrong("abc", .notANumber), .wrong("-500", .notANumber), .wrong("−500", .notANumber), .wrong("500.505", .notANumber),
        .wrong("99999999999999999999", .notANumber),
        .wrong("99999 crore crore", .notANumber), .wrong("1 lakh 999999999999 crore", .notANumber),
        .wrong("999999999999 lakh crore", .notANumber), .wrong("10-12 hazar", .notANumber),
        .wrong("1 50 000", .notANumber), .wrong("5 6", .notANumber), .wrong("do dedh lakh", .notANumber), .wrong("साढ़े", .notANumber),
        .wrong("no", .notANumber), .wrong("1.2.3", .notANumber),
        .wrong("2 lakh se kam", .notANumber), .wrong("💰", .notANumber), .wrong("", .empty), .wrong("15/08/1985", .notANumber),
    ]

    @Test("an amount is read in figures and in words of three scripts, to the paisa", arguments: amounts)
    func money(_ reading: Reading) { #expect(Field.of(.money).read(reading.text) == reading.expected) }

    static let bounded: [Reading] = [
        .value("1", "100"), .value("10 करोड़", "10000000000"), .wrong("0.99", .numberTooSmall("₹1")), .wrong("0", .numberTooSmall("₹1")),
        .wrong("11 crore", .numberTooBig("₹10,00,00,000")),
    ]

    @Test("an amount outside its bounds is told the bound in rupees", arguments: bounded)
    func moneyBounds(_ reading: Reading) {
        #expect(Field.of(.money, min: .integer(100), max: .integer(10_000_000_000)).read(reading.text) == reading.expected)
    }

    static let wholes: [Reading] = [
        .value("5"), .value("५", "5"), .value("paanch", "5"), .value("पाँच", "5"), .value("पांच", "5"), .value("005", "5"), .value("50"),
        .wrong("0", .numberTooSmall("1")),
        .wrong("51", .numberTooBig("50")), .wrong("4.5", .notANumber), .wrong("कई", .notANumber), .wrong("-3", .notANumber),
    ]

    @Test("a count has no fraction and keeps its bounds", arguments: wholes)
    func whole(_ reading: Reading) {
        #expect(Field.of(.number, min: .integer(1), max: .integer(50)).read(reading.text) == reading.expected)
    }

    static let areas: [Reading] = [
        .value("104.5"), .value("104.50", "104.5"), .value("104.05"), .value("१०४.५", "104.5"), .value("0.5"), .value("1,000", "1000"),
        .wrong("104.555", .notANumber),
        .wrong("10001", .numberTooBig("10000")), .value("dhai", "2.5"), .value("dedh sau", "150"),
    ]

    @Test("an area keeps the decimals that its field allows", arguments: areas)
    func area(_ reading: Reading) {
        #expect(Field.of(.number, min: .integer(0), max: .integer(10_000), decimals: 2).read(reading.text) == reading.expected)
    }

    @Test("every whole number of rupees up to a crore is read back from its Indian grouping")
    func grouping() {
        let field = Field.of(.money)
        for rupees in stride(from: Int64(0), through: 10_000_000, by: 7_919) {
            let text = Rupees.text(rupees * 100)
            guard field.read(text) == .value("\(rupees * 100)") else {
                Issue.record("\(text) was not read as \(rupees) rupees")
                return
            }
        }
    }

    @Test(
        "rupees are grouped as in India",
        arguments: [
            (15_000_000, "1,50,000"), (99, "0.99"), (100_005, "1,000.05"), (0, "0"), (-12_345_650, "-1,23,456.50"),
            (1_000_000_000, "1,00,00,000"),
        ] as [(Int64, String)])
    func rupees(_ pair: (paise: Int64, text: String)) { #expect(Rupees.text(pair.paise) == pair.text) }
}
