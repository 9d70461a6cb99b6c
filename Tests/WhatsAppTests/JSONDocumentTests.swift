// Our JSON reader against Foundation's, on good texts, broken texts and thousands of texts broken at random.
import Foundation
import Testing

@testable import WhatsApp

@Suite("JSON is read to the letter")
struct JSONDocumentTests {
    @Test(
        "what is JSON is taken",
        arguments: [
            "0", "-0", "1.5e-3", "12E+2", "\"\"", "[]", "{}", " [ 1 , 2 ] ", #"{"a":{"b":[true,false,null]}}"#,
            "\"\\u00e9\"", "{}}",
        ])
    func taken(_ text: String) { #expect(JSONDocument(Array(text.utf8)) != nil) }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "01", "-", "1.", ".5", "1e", "+1", "tru", "nul", "[1,]", "[1 2]", "{1:2}", #"{"a"}"#, #"{"a":}"#,
            #"{"a":1,}"#, "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "[", "}", "]", "{}x", "\u{FEFF}{}", "NaN", "'a'",
        ])
    func refused(_ text: String) { #expect(JSONDocument(Array(text.utf8)) == nil) }

    @Test("nesting has a floor")
    func depth() {
        let deepest = JSONDocument.depthMax
        #expect(
            JSONDocument(Array((String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)).utf8))
                != nil)
        let deeper = deepest + 2
        #expect(
            JSONDocument(Array((String(repeating: "[", count: deeper) + String(repeating: "]", count: deeper)).utf8))
                == nil)
        #expect(JSONDocument([UInt8](repeating: UInt8(ascii: "["), count: 3 << 20)) == nil)
    }

    @Test("members, elements and scalars are found, and a wrong type is nothing")
    func values() throws {
        let text =
            #"{"a":1,"b":"2","c":[10,{"d":null}],"\u0065":"é","f":12345678901234567890123,"g":-7.25,"a":9,"h":true}"#
        let root = try #require(JSONDocument(Array(text.utf8))).root
        #expect(root["a"]?.integer == 1)
        #expect(root["b"]?.integer == 2)
        #expect(root["c"]?.elements.count == 2)
        #expect(root["c"]?.elements[1].isObject == true)
        #expect(root["c"]?.elements[1]["d"] == nil)
        #expect(root["e"]?.string == "é")
        #expect(root["f"]?.integer == nil)
        #expect(root["f"]?.stringOrNumber == "12345678901234567890123")
        #expect(root["g"]?.double == -7.25)
        #expect(root["h"]?.bool == true)
        #expect(root["a"]?["b"] == nil)
        #expect(root["a"]?.elements.isEmpty == true)
        #expect(root["missing"] == nil)
        #expect(root["c"]?.json == #"[10,{"d":null}]"#)
        #expect(root["b"]?.json == "\"2\"")
    }

    @Test(
        "texts broken at random never trap, and agree with Foundation's reader where it takes them, too",
        arguments: 1...8 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let seeds = RecordedBody.all.map(\.bytes)
        for _ in 0..<400 {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                Self.break(&bytes, using: &random)
            }
            let ours = JSONDocument(bytes)
            if let ours { Self.visit(ours.root) }
            _ = WebhookReader.items(in: bytes, receivedAt: WebhookReaderTests.receivedAt)
            // Foundation takes a little more (commas at the end) and a little less: where both take it, they must agree.
            let foundation = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            guard let ours, let foundation else { continue }
            #expect(Self.agree(ours.root, foundation), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    private static func `break`(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Array("{}[]\",:\\u0-.eE".utf8).randomElement(using: &random) ?? 0, at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
        }
    }

    private static func agree(_ ours: JSONView, _ theirs: Any) -> Bool {
        switch theirs {
        case let object as [String: Any]:
            // A name that is there twice is first with us, last with them.
            ours.isObject && object.allSatisfy { $0.value is NSNull || ours[$0.key].map { _ in true } ?? false }
        case let array as [Any]:
            ours.elements.count == array.count && zip(ours.elements, array).allSatisfy(agree)
        case let text as String:
            ours.string == text || text.contains("\0")
        case is NSNull: ours.isNull
        default: ours.double != nil || ours.bool != nil
        }
    }

    private static func visit(_ view: JSONView) {
        _ = (
            view.string, view.integer, view.double, view.bool, view.json, view.stringOrNumber, view["messages"],
            view.name
        )
        for element in view.elements { visit(element) }
    }
}

/// SplitMix64: small, and the same everywhere.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
