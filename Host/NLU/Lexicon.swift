// Words that come before any service: emergencies, opting out, greetings, thanks, a wish for a person, abuse.
import Conversation
import Model

enum Lexicon {
    /// Danger to life: phrases, since single words ("fire", "आग") also stand in complaints. Errs on the side of helping.
    static func isEmergency(_ folded: String) -> Bool { emergencies.contains { contains(folded, $0) } }
    static func isOptOut(_ folded: String) -> Bool { optOuts.contains(folded) }
    static func isGreeting(_ folded: String) -> Bool { greetings.contains(folded) }
    static func isThanks(_ folded: String) -> Bool { thanks.contains { folded == $0 || folded.hasPrefix($0 + " ") && folded.count < 30 } }
    static func wantsPerson(_ folded: String) -> Bool { persons.contains { contains(folded, $0) } }
    static func isAbuse(_ folded: String) -> Bool { !Set(folded.split(separator: " ").map(String.init)).isDisjoint(with: abuses) }

    /// Whole words only: "आग" is not in "आगे".
    private static func contains(_ text: String, _ phrase: String) -> Bool { (" " + text + " ").contains(" " + phrase + " ") }

    private static func folded(_ phrases: [String]) -> [String] { phrases.map(Normalised.folded) }

    private static let emergencies = folded([
        "आत्महत्या", "खुदकुशी", "मरना चाहता हूं", "मरना चाहती हूं", "जीना नहीं चाहता", "जीना नहीं चाहती", "जान दे दूंगा", "जान दे दूंगी", "मार डालेगा", "मार डालेंगे",
        "पीट रहा है", "मार रहा है", "मार रहे हैं", "बचाओ", "जान से मारने", "आग लग गई", "आग लगी है", "आग लग गयी", "बलात्कार", "सांस नहीं आ रही", "खून बह रहा", "बेहोश हो गया",
        "बेहोश हो गई", "एक्सीडेंट हो गया", "ज़हर खा लिया", "जहर पी लिया", "दिल का दौरा", "suicide", "kill myself", "want to die", "end my life", "aatmahatya",
        "atmahatya",
        "khudkushi", "marna chahta hu", "marna chahta hoon", "marna chahti hu", "marna chahti hoon", "jeena nahi chahta",
        "jeena nahi chahti", "jaan de dunga", "jaan de dungi", "maar dalega",
        "maar raha hai", "maar rahe hain", "peet raha hai", "pit raha hai", "bachao", "jaan se maar", "aag lag gayi", "aag lagi hai",
        "aag lag gai", "rape", "he is beating me",
        "beating me", "going to kill me", "house is on fire", "building is on fire", "there is a fire", "heart attack", "not breathing",
        "bleeding badly", "saans nahi aa rahi",
        "khoon beh raha", "behosh ho gaya", "behosh ho gayi", "accident ho gaya", "zeher kha liya", "jahar kha liya", "dil ka daura",
        "emergency", "ambulance bhejo", "एम्बुलेंस भेजो", "आपातकाल",
        "ambulance bulao", "ambulance chahiye", "call ambulance", "call an ambulance", "एम्बुलेंस बुलाओ", "एम्बुलेंस चाहिए", "एंबुलेंस बुलाओ", "एंबुलेंस चाहिए",
        "police bulao", "पुलिस बुलाओ", "call the police",
        "call police",
    ])
    private static let optOuts = folded([
        "stop", "unsubscribe", "opt out", "stop messages", "do not message me", "don't message me", "मत भेजो", "संदेश बंद करो", "मैसेज बंद करो",
        "message band karo", "msg band karo", "mujhe message mat bhejo",
    ])
    private static let greetings = folded([
        "hi", "hii", "hello", "helo", "hey", "hai", "hy", "namaste", "namaskar", "नमस्ते", "नमस्कार", "राम राम", "ram ram", "good morning",
        "good evening", "good afternoon", "सलाम",
        "salaam", "salam", "आदाब", "सत श्री अकाल", "sat sri akal", "प्रणाम", "pranam", "hello sir", "hi sir", "hello ji", "hi ji", "namaste ji",
        "नमस्ते जी", "हेलो", "हैलो", "हाय",
    ])
    private static let thanks = folded([
        "thanks", "thank you", "thankyou", "thnx", "धन्यवाद", "शुक्रिया", "dhanyavad", "dhanyavaad", "dhanyawad", "shukriya", "बहुत धन्यवाद",
        "bahut dhanyavad",
    ])
    private static let persons = folded([
        "किसी से बात", "अधिकारी से बात", "इंसान से बात", "आदमी से बात", "बात करवा दो", "talk to a person", "talk to someone", "speak to someone",
        "human agent", "real person", "speak to officer", "talk to officer",
        "kisi se baat", "adhikari se baat", "insaan se baat", "baat karwa do", "customer care", "call me",
    ])
    private static let abuses = Set(
        folded([
            "साले", "साला", "कमीने", "हरामी", "हरामखोर", "चूतिया", "kamine", "harami", "haramkhor", "chutiya", "saala", "saale", "bastard", "fuck",
            "fucking", "idiot",
        ]))
}
