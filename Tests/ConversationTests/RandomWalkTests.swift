// A citizen without sense: thousands of random words, taps and papers against the departments' own catalogues. The rules
// of every turn are checked by Script; here also that one always finds back to the menu.
import Model
import Testing

@testable import Conversation
@testable import Model

/// SplitMix64: the same walk for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    // Mixed, so that neighbouring seeds are not one walk a step apart.
    init(_ seed: UInt64) { state = Reference.mix(seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Reference.mix(state)
    }
}

@Suite(.timeLimit(.minutes(5))) struct RandomWalkTests {
    static let words =
        [
            "hi", "नमस्ते", "menu", "मेनू", "back", "पीछे", "रद्द", "cancel", "haan", "हाँ", "नहीं", "no", "skip", "छोड़ें", "help", "मदद", "status", "स्थिति",
            "agent", "STOP", "start", "English", "हिंदी",
            "change", "बदलना है", "restart", "👍", "😀😀😀", "?", "", " ", "1", "2", "99", "-1", "0", "आय प्रमाण पत्र चाहिए", "property tax kitna hai",
            "shikayat karni hai", "caste certificate", "जाति",
            "kitna paisa lagega?", "कितने दिन?", "which documents?", "क्यों पूछ रहे हैं?", "15/08/1985", "31/02/2000", "kal", "15/8/85", "9810000001",
            "999941057058", "डेढ़ लाख", "1,50,000", "-500", "abc",
            "Sunita Devi", "सुनीता देवी", "H-12, Gali 3, Burari, Delhi 110084", "burari", "preet vihar", "north", "SVABC1234", "AB1234567",
            "2025-26", "ABCDE1234567890", "आग लग गई", "bachao", "saale",
            "thank you", "\u{200B}", "\u{202E}abc", "क\u{094D}", "{department}", "{0}", "%@%n", "*bold* _x_", "<b>x</b>",
            "'; DROP TABLE x; --", "a\u{0000}b", "\u{0301}\u{0301}\u{0301}", "🇮🇳👨‍👩‍👧‍👦",
            "मेरी पेंशन के पैसे कब आएंगे?", "پانی", "ਪਾਣੀ", "தண்ணீர்", "\n\n\n", "opt:gender:F", "svc:income_certificate",
        ] + [
            String(repeating: "लंबा ", count: 400), String(repeating: "x", count: 5000), "रा" + String(repeating: "\u{0301}", count: 3000),
            String(repeating: "9", count: 400), String(repeating: "lakh ", count: 12),
        ]

    static let wild = [
        "", ":", "::", "opt", "opt:", "opt:x:y", "opt:gender:F", "page:district:99", "page:district:-9223372036854775808",
        "menupage:9223372036854775807", "chgpage:-5", "chgpage:9999", "chg:nobody", "kind:a:b", "svc:",
        "svc:nobody", "start:nobody", "new:nobody", "resume:nobody", "lang:xx", "cmd:", "cmd:yes", "cmd:back", "submit", "yes", "no",
        "cmd:stop", "cmd:status", "🙂",
    ]

    static let kinds: [InboundContent] = [
        .location(latitude: 28.6, longitude: 77.2, name: nil, address: nil),
        .location(latitude: 28.6, longitude: 77.2, name: "Home", address: "Gali 3, Burari, Delhi"), .contacts(count: 1), .order,
        .formReply(name: "f", json: "{"), .edited(original: nil), .revoked(original: nil), .welcome, .unsupported(kind: "poll"),
        .templateButton(payload: "", title: "status"),
    ]

    @Test(
        "a thousand senseless messages never break a rule, and the way back to the menu is always open",
        arguments: [("revenue", 700), ("grievances", 700), ("tax", 700), ("pensions", 400)] as [(DepartmentID, Int)], [UInt64(1), 2, 3])
    func walk(_ department: (id: DepartmentID, steps: Int), _ seed: UInt64) async throws {
        let catalogue = try #require(Catalogues.real.first { $0.department.id == department.id })
        var random = SeededRandom(seed)
        let script = Script(catalogue)
        // The module and the keeper of papers throw dice of their own, from the same seed.
        let dice = Dice(SeededRandom(seed ^ 0xABCD))
        script.module = { dice.answer($0, catalogue) }
        script.document = { media, _ in dice.check(media) }
        for step in 0..<department.steps {
            script.trace = "seed \(seed), step \(step)"
            await take(&random, script)
            if step % 9 == 0 { await findBack(script, catalogue, seed, step) }
        }
    }

    private func take(_ random: inout SeededRandom, _ script: Script) async {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: await script.answerOne()
        case 40..<58: await script.write(RandomWalkTests.words.randomElement(using: &random)!)
        case 58..<76: if let id = script.taps.randomElement(using: &random) { script.tap(id) } else { await script.write("menu") }
        case 76..<82: if let id = script.offered.randomElement(using: &random) { script.tap(id) }
        case 82..<86: script.tap(RandomWalkTests.wild.randomElement(using: &random)!)
        case 86..<92: script.send([.image, .document, .audio, .video, .sticker].randomElement(using: &random)!)
        case 92..<95: script.hear(RandomWalkTests.kinds.randomElement(using: &random)!)
        case 95: script.hear(.reaction(emoji: ["👍", "😂", nil].randomElement(using: &random)!, to: nil), mustSpeak: false)
        case 96: script.hear(.text("haan"), ageSeconds: 90_000, mustSpeak: false)
        case 97: script.now = script.now.adding(seconds: Int64.random(in: 1...100_000, using: &random))
        default:
            guard let application = script.applications.randomElement(using: &random) else { return }
            let number = application.number
            let events: [InternalEvent] = [
                .filed(number, portalNumber: "9051"), .filingDelayed(number), .filingRefused(number, reason: "X"),
                .statusChanged(number, EventTests.status), .paymentChanged(number, .paid), .paymentChanged(number, .failed),
                .certificateReady(number, sha256: "abc", filename: "c.pdf"), .moduleTimer(number, event: "overdue"),
            ]
            script.happen(events.randomElement(using: &random)!)
        }
    }

    /// From a copy of this very state, "रद्द", "हाँ" and "menu" lead to the menu, and nothing is left open.
    private func findBack(_ walked: Script, _ catalogue: Catalogue, _ seed: UInt64, _ step: Int) async {
        let script = Script(catalogue)
        script.state = walked.state
        script.now = walked.now
        script.trace = walked.trace
        await script.write("रद्द")
        await script.write("हाँ")
        await script.write("menu")
        #expect(script.showsMenu && script.state.draft == nil, "seed \(seed), step \(step)")
    }

    /// Random answers of a module and of the keeper of papers.
    final class Dice {
        private var random: SeededRandom
        init(_ random: SeededRandom) { self.random = random }

        func answer(_ request: ModuleRequest, _ catalogue: Catalogue) -> Result<ModuleReply, ModuleFailure> {
            let service = catalogue.service(request.service)
            let keys = service?.messages.filter { !$0.value.english.contains("{") }.keys.sorted() ?? []
            let messages = keys.randomElement(using: &random).map { [ModuleReply.Message(key: $0)] } ?? []
            switch Int.random(in: 0..<20, using: &random) {
            case 0: return .success(ModuleReply(outcome: .refused, messages: messages))
            case 1:
                return .success(
                    ModuleReply(outcome: .refused, messages: [], next: catalogue.services.randomElement(using: &random)!.id.rawValue))
            case 2:
                return .success(
                    ModuleReply(outcome: .ask, messages: messages, next: request.values.randomElement(using: &random)?.key ?? ""))
            case 3:
                return .failure(
                    ModuleFailure(
                        kind: [.transient, .permanent, .bug, .poison, .refusedInput].randomElement(using: &random)!,
                        problem: Problem(code: "X", sentence: "x")))
            case 4:
                return .success(
                    ModuleReply(outcome: .ok, messages: [.init(key: "no_such_key")], values: [FieldAnswer(key: "amount_paise", value: "x")])
                )
            default: return Script.agreeable(request, catalogue)
            }
        }

        func check(_ media: InboundMedia) -> DocumentCheck {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .refused(code: "unreadable")
            case 1: .unavailable(Problem(code: "X", sentence: "x"))
            default: .kept(KeptDocument(sha256: "sha-\(media.id)", mimeType: "image/jpeg", bytesCount: 10))
            }
        }
    }
}
