// Answers in words: names, texts, addresses, reference numbers, telephones, yes and no, in three scripts.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct WordAnswerTests {
    static let names: [Reading] = [
        .value("सुनीता देवी"), .value("Sunita Devi"), .value("  Sunita \t\n Devi  ", "Sunita Devi"), .value("D'Souza"),
        .value("Md. Irfan-ul-Haq"),
        .value("अब्दुल ख़ालिक़", "अब्दुल ख\u{093C}ालिक\u{093C}"), .value("محمد علی"), .value("ਸੁਨੀਤਾ"), .value("José"), .value("Jose\u{0301}", "José"),
        .value("\u{200F}सुनीता\u{200B} देवी\u{FEFF}", "सुनीता देवी"), .value("राम 🙏"),
        .wrong("", .empty), .wrong("   ", .empty), .wrong("\u{200B}\u{FEFF}", .empty),
        .wrong("क", .notAName), .wrong("A", .notAName), .wrong("🙏🙏", .notAName), .wrong("...", .notAName),
        .wrong("Sunita 2", .notAName), .wrong("सुनीता २", .notAName), .wrong("9810000001", .notAName), .wrong("१२३", .notAName),
        .wrong(String(repeating: "राम ", count: 30), .tooLong(80)),
    ]

    @Test("a name is letters of any script, at least two of them and never a digit", arguments: names)
    func name(_ reading: Reading) { #expect(Field.of(.name, min: .integer(2), max: .integer(80)).read(reading.text) == reading.expected) }

    static let texts: [Reading] = [
        .value("जाटव"), .value("पानी 3 दिन से नहीं आ रहा", "पानी 3 दिन से नहीं आ रहा"), .value("पहली पंक्ति\nदूसरी", "पहली पंक्ति दूसरी"), .value("ok"),
        .value("a\u{0000}b\u{0007}c", "a b c"), .value("क\u{094D}\u{200D}ष"), .wrong("😀😀😀", .empty), .wrong("?!", .empty),
        .wrong("", .empty),
        .wrong(String(repeating: "x", count: 501), .tooLong(500)),
    ]

    @Test("a text needs words and keeps them as they are", arguments: texts)
    func text(_ reading: Reading) { #expect(Field.of(.text).read(reading.text) == reading.expected) }

    @Test("a text with lengths of its own is measured in characters as people count them")
    func lengths() {
        let field = Field.of(.text, min: .integer(5), max: .integer(6))
        #expect(field.read("राम") == .wrong(.tooShort(5)))
        #expect(field.read("सी ता रा") == .value("सी ता रा") || field.read("सी ता रा") == .wrong(.tooLong(6)))
        #expect(field.read("abcdef") == .value("abcdef"))
        #expect(field.read("abcdefg") == .wrong(.tooLong(6)))
    }

    @Test("a thousand marks on one letter do not become a thousand kept characters")
    func marks() {
        let heap = "रा" + String(repeating: "\u{0301}", count: 5000) + "म"
        guard case .value(let kept) = Field.of(.name).read(heap) else { return }
        #expect(kept.unicodeScalars.count <= 4 * 501)
    }

    static let addresses: [Reading] = [
        .value("H-12, Gali 3, Burari, Delhi 110084"), .value("मकान १२, बुराड़ी", "मकान १२, बुराड\u{093C}ी"), .wrong("Delhi", .tooShort(10)),
        .wrong("🏠🏠🏠🏠🏠🏠🏠🏠🏠🏠🏠", .empty),
        .wrong("", .empty),
    ]

    @Test("an address is more than a word", arguments: addresses)
    func address(_ reading: Reading) {
        #expect(Field.of(.address, min: .integer(10), max: .integer(300)).read(reading.text) == reading.expected)
    }

    static let references: [Reading] = [
        .value("90510000012345"), .value("९०५१-००१२", "9051-0012"), .value("ab/12 34", "AB/1234"), .value("GRV-२०२६/77", "GRV-2026/77"),
        .wrong("ab", .wrongPattern), .wrong("नहीं पता", .wrongPattern), .wrong("AB#1234", .wrongPattern), .wrong("", .empty),
    ]

    @Test("a reference number loses its spaces and its script, and must be of the paper's form", arguments: references)
    func reference(_ reading: Reading) {
        #expect(Field.of(.reference, pattern: "^[A-Z0-9/-]{4,40}$").read(reading.text) == reading.expected)
    }

    @Test(
        "a year is written as the paper writes it",
        arguments: [Reading.value("2025-26"), .value("२०२५-२६", "2025-26"), .wrong("2025", .wrongPattern)])
    func financialYear(_ reading: Reading) {
        #expect(Field.of(.reference, pattern: "^20[0-9]{2}-[0-9]{2}$").read(reading.text) == reading.expected)
    }

    static let mobiles: [Reading] = [
        .value("9810000001", "+919810000001"), .value("९८१०००००01", "+919810000001"), .value("+91 98100 00001", "+919810000001"),
        .value("09810000001", "+919810000001"),
        .value("91-9810000001", "+919810000001"), .value("(981) 000-0001", "+919810000001"), .value("9123456789", "+919123456789"),
        .value("mera number 6000000000", "+916000000000"),
        .wrong("5810000001", .notAMobile), .wrong("981000000", .notAMobile), .wrong("98100000011", .notAMobile),
        .wrong("nahi hai", .notAMobile),
        .wrong("+1 212 555 0100", .notAMobile), .wrong("99994105705", .notAMobile), .wrong("999941057058", .notAMobile), .wrong("", .empty),
    ]

    @Test("a mobile is ten digits that begin with 6 to 9, however they are grouped", arguments: mobiles)
    func mobile(_ reading: Reading) { #expect(Field.of(.mobile).read(reading.text) == reading.expected) }

    static let yes = [
        "हाँ", "हां", "हाँ जी", "जी", "जी हाँ", "ठीक है", "सही है", "haan", "Haan ji", "ji haan", "HAAN", "haaaan", "theek hai", "thik hai", "ok", "OK.",
        "yes", "Yes!", "y", "👍", "👍🏾", "👍🏻", "✅",
        "haan.", " हाँ । ", "bilkul", "yes please",
    ]
    static let no = ["नहीं", "नही", "जी नहीं", "nahi", "nahin", "no", "NO!", "nope", "👎", "👎🏽", "❌", "na", "नहीं जी", "nahi ji"]
    static let neither = ["शायद", "maybe", "12", "😀", "haan ya na", "Sunita"]

    @Test("yes is said in many ways", arguments: yes)
    func saysYes(_ text: String) { #expect(Field.of(.yesNo).read(text) == .value("yes")) }

    @Test("no is said in many ways", arguments: no)
    func saysNo(_ text: String) { #expect(Field.of(.yesNo).read(text) == .value("no")) }

    @Test("what is neither yes nor no is asked again", arguments: neither)
    func saysNeither(_ text: String) { #expect(Field.of(.yesNo).read(text) == .wrong(.notYesOrNo)) }

    /// 9999 4105 7058 is the number that UIDAI publishes for tests.
    static let aadhaar = [
        "999941057058", "9999 4105 7058", "9999-4105-7058", "९९९९ ४१०५ ७०५८", "आधार ९९९९४१०५७०५८ है", "mera aadhaar 9999 4105 7058 hai",
        "9999 4105\u{200B}7058",
        "9999\u{200C}4105\u{200D}7058", "9999 4105 7058 9810000001", "H-12 9999 4105 7058, Burari", "9999–4105–7058", "９９９９４１０５７０５８",
    ]

    @Test("an Aadhaar number is refused in every answer in words, however it is written", arguments: aadhaar)
    func aadhaarRefused(_ text: String) {
        for type in [Field.FieldType.name, .text, .address, .reference] {
            #expect(Field.of(type).read(text) == .wrong(.aadhaar), "\(type)")
        }
    }

    @Test(
        "twelve digits that no Aadhaar could have are an ordinary text",
        arguments: ["123456789012", "999941057059", "099941057058", "खाता 1234 5678 9012"])
    func notAadhaar(_ text: String) {
        #expect(!Aadhaar.isContained(in: text))
        #expect(Field.of(.text).read(text) == .value(text))
    }

    @Test("a masked Aadhaar number shows its last four digits and keeps the words around it")
    func masked() {
        #expect(Aadhaar.masked("आधार 9999 4105 7058 है") == "आधार XXXX XXXX 7058 है")
        #expect(Aadhaar.masked("123456789012") == "123456789012")
    }

    @Test(
        "every way of writing a letter with its dot below is one way",
        arguments: [("बुराड़ी", "बुरा\u{095C}ी"), ("ज़िला", "\u{095B}िला"), ("पढ़ाई", "प\u{095D}ाई"), ("फ़ोन", "\u{095E}ोन")])
    func nukta(_ spelling: (combining: String, precomposed: String)) {
        #expect(Normalised.folded(spelling.combining) == Normalised.folded(spelling.precomposed))
        let kept = Normalised.answer(spelling.combining, charactersMax: 100).unicodeScalars.map(\.value)
        #expect(kept == Normalised.answer(spelling.precomposed, charactersMax: 100).unicodeScalars.map(\.value))
    }

    @Test(
        "folding forgives spelling, never digits",
        arguments: [
            ("BAHUUUUT", "bahuut"), ("हाँ", "हां"), ("5000", "5000"), ("१५००००", "150000"), ("café", "cafe"), ("  a -- b  ", "a b"), ("", ""),
        ])
    func folded(_ pair: (text: String, folded: String)) { #expect(Normalised.folded(pair.text) == pair.folded) }
}
