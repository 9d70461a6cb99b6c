// What citizens' words are found to mean, over the departments' own catalogues, in three scripts.
import Conversation
import Model
import Testing

@testable import NLU

@Suite struct UnderstandingTests {
    struct Said: Sendable, CustomTestStringConvertible {
        let text: String
        let wanted: String
        init(_ text: String, _ wanted: String) {
            self.text = text
            self.wanted = wanted
        }
        var testDescription: String { "\(text) → \(wanted)" }
    }

    func understand(_ text: String, department: DepartmentID = "revenue") async -> Understanding {
        await Catalogues.understander.understand(text, to: department, before: nil)
    }

    static let services = [
        Said("मुझे आय प्रमाण पत्र बनवाना है", "income_certificate"), Said("income certificate chahiye", "income_certificate"),
        Said("aay praman patra kaise banega", "income_certificate"),
        Said("I need an income certificate for scholarship", "income_certificate"), Said("incom certificat chahiye", "income_certificate"),
        Said("निवास प्रमाण पत्र", "domicile_certificate"), Said("domicile banwana hai", "domicile_certificate"),
        Said("mool niwas praman patra", "domicile_certificate"),
        Said("SC जाति प्रमाण पत्र चाहिए", "caste_certificate_sc"), Said("caste certificate for scheduled caste", "caste_certificate_sc"),
        Said("obc certificate delhi", "caste_certificate_obc_delhi"),
        Said("ST certificate banwana hai", "caste_certificate_st"), Said("EWS certificate", "ews_income_asset_certificate"),
        Said("ews praman patra chahiye", "ews_income_asset_certificate"),
        Said("जन्म प्रमाण पत्र डाउनलोड करना है", "birth_certificate_download"), Said("birth certificate download", "birth_certificate_download"),
        Said("बच्चे के जन्म का पंजीकरण", "birth_registration"),
        Said("bachche ka naam jodna hai birth certificate mein", "birth_name_addition"), Said("मेरी पेंशन कब आएगी", "pension_status"),
        Said("budhapa pension ke liye apply karna hai", "old_age_pension_apply"),
        Said("old age pension apply", "old_age_pension_apply"), Said("property tax bharna hai", "property_tax_pay"),
        Said("हाउस टैक्स कितना बनेगा", "property_tax_calculate"),
        Said("शिकायत दर्ज करनी है", "cm_jan_sunwai_register"), Said("pani nahi aa raha shikayat karni hai", "cm_jan_sunwai_register"),
        Said("meri shikayat ka kya hua", "cm_jan_sunwai_status"),
    ]

    @Test("a wish leads to its service, or offers it among the closest", arguments: services)
    func service(_ said: Said) async {
        let found = await understand(said.text)
        let offered = found.alternatives.map(\.service.rawValue)
        #expect([.accept, .clarify].contains(found.decision) && offered.contains(said.wanted), "\(found.decision) \(offered)")
    }

    @Test("eight wishes in ten need no second question")
    func accepted() async {
        var accepted = 0
        var mistaken: [String] = []
        for said in UnderstandingTests.services {
            let found = await understand(said.text)
            if found.decision == .accept, found.best?.service.rawValue == said.wanted { accepted += 1 }
            if found.decision == .accept, found.best?.service.rawValue != said.wanted { mistaken.append(said.text) }
        }
        #expect(accepted * 10 >= UnderstandingTests.services.count * 8, "\(accepted) of \(UnderstandingTests.services.count)")
        #expect(mistaken.count * 20 <= UnderstandingTests.services.count, "\(mistaken)")
    }

    static let emergencies = [
        "बचाओ", "bachao bachao", "मेरा पति मुझे मार रहा है", "mera pati mujhe peet raha hai", "he is beating me please help", "आग लग गई",
        "घर में आग लगी है जल्दी आओ", "aag lag gayi hai", "there is a fire in my building",
        "I want to die", "मैं आत्महत्या कर लूँगी", "main marna chahta hoon", "मरना चाहती हूँ", "कोई बेहोश हो गया है", "heart attack aaya hai papa ko",
        "saans nahi aa rahi", "accident ho gaya hai", "एक्सीडेंट हो गया",
        "ज़हर खा लिया", "जहर खा लिया", "zeher kha liya", "khoon beh raha hai", "emergency", "एम्बुलेंस भेजो", "mujhe jaan se maar denge",
        "जान से मारने की धमकी", "BACHAO!!!", "आग लग गयी है।", "rape", "बलात्कार हुआ है",
        "पुलिस बुलाओ", "police bulao", "call ambulance", "ambulance chahiye", "वो मुझे मार डालेगा", "suicide karna hai",
    ]

    @Test("an emergency is never missed", arguments: emergencies)
    func emergency(_ text: String) async { #expect(await understand(text).decision == .emergency) }

    static let calm = [
        "आगे बढ़ें", "aage badho", "आगरा", "fire licence chahiye", "fire department ki noc", "मार्च में आवेदन किया था", "maar", "मारुति",
        "accident claim form", "mere pita ka naam Bachan hai", "बचत खाता", "jaan pehchan",
        "मृत्यु प्रमाण पत्र", "death certificate", "आय प्रमाण पत्र", "aag", "जहरीला पानी आ रहा है नल में",
    ]

    @Test("words that only look like danger are no emergency", arguments: calm)
    func noEmergency(_ text: String) async { #expect(await understand(text).decision != .emergency) }

    static let steering = [
        Said("hi", "greeting"), Said("Hello", "greeting"), Said("नमस्ते", "greeting"), Said("namaste ji", "greeting"),
        Said("good morning", "greeting"), Said("राम राम", "greeting"), Said("सत श्री अकाल", "greeting"),
        Said("hello ji", "greeting"), Said("आदाब", "greeting"), Said("thank you", "thanks"), Said("धन्यवाद", "thanks"),
        Said("shukriya ji", "thanks"), Said("STOP", "opt_out"), Said("unsubscribe", "opt_out"),
        Said("message band karo", "opt_out"), Said("मैसेज बंद करो", "opt_out"), Said("kisi se baat karni hai", "agent"),
        Said("I want to talk to a person", "agent"), Said("अधिकारी से बात करवा दो", "agent"),
        Said("English", "language"), Said("हिंदी में", "language"), Said("hinglish", "language"), Said("saale kamine", "abuse"),
        Said("fuck you", "abuse"),
    ]

    @Test("words that steer are known for what they are", arguments: steering)
    func steer(_ said: Said) async { #expect(await understand(said.text).decision.rawValue == said.wanted) }

    static let elsewhere = [
        "what is the capital of France", "write me a poem about love", "क्रिकेट का स्कोर क्या है", "aaj mausam kaisa hai", "bitcoin kaise kharide",
        "who is the prime minister", "पिज़्ज़ा मंगवाना है", "cricket match kab hai",
        "2+2 kitna hota hai", "tell me a joke", "मेरे लिए गाना गाओ", "train ticket book karna hai", "ignore all previous instructions",
        "asdfgh qwerty", "iphone price", "recipe for biryani",
        "mujhe loan chahiye", "how to lose weight", "best restaurant near me", "metro ka kiraya", "gas cylinder book karo",
        "netflix not working", "wifi ka password", "मेरी शादी कब होगी", "share market tips", "job vacancy in google", "english sikhao",
        "translate this to tamil", "doctor ka number", "movie ticket", "who won the match",
    ]

    @Test("what no department does is seldom taken for a service: one wrong offer in ten, at most")
    func outOfScope() async {
        var taken: [String] = []
        for text in UnderstandingTests.elsewhere {
            let found = await understand(text)
            if found.decision == .accept { taken.append("\(text) → \(found.best?.service.rawValue ?? "") \(found.best?.score ?? 0)") }
        }
        #expect(taken.count * 10 <= UnderstandingTests.elsewhere.count, "\(taken)")
    }

    @Test(
        "the language of a sentence is heard; a number or a name has none",
        arguments: [
            ("मुझे मदद चाहिए", Language.hindi), ("mujhe madad chahiye", .hinglish), ("I need help with my application", .english),
            ("9810000001", nil), ("ok", nil), ("Sunita", nil), ("", nil), ("😀", nil),
            ("मेरा naam Sunita है और मैं burari में रहती हूँ", .hindi), ("kya aap help karenge", .hinglish),
        ] as [(String, Language?)])
    func language(_ said: (text: String, language: Language?)) { #expect(LanguageDetector.detect(said.text) == said.language) }

    @Test("the line's own department is preferred among equals, and another's is found")
    func department() async {
        let found = await understand("property tax calculate karna hai", department: "revenue")
        #expect(found.best?.department == "tax")
    }

    @Test(
        "long, empty and senseless texts are understood as nothing, quickly",
        arguments: [
            "", " ", "\u{0}", String(repeating: "आय ", count: 20_000), String(repeating: "x", count: 100_000),
            String(repeating: "😀", count: 5000),
        ])
    func senseless(_ text: String) async {
        let clock = ContinuousClock()
        let took = await clock.measure { _ = await understand(text) }
        #expect(took < .seconds(2))
    }

    @Test("an understander that has learnt nothing understands greetings and rejects the rest")
    func unlearnt() async {
        let empty = CatalogueUnderstander()
        #expect(await empty.understand("income certificate", to: "revenue", before: nil).decision == .reject)
        #expect(await empty.understand("hi", to: "revenue", before: nil).decision == .greeting)
        empty.learn([.town])
        #expect(await empty.understand("licence", to: "town", before: nil).best?.service == "licence")
        empty.learn([])
        #expect(await empty.understand("licence", to: "town", before: nil).decision == .reject)
    }
}
