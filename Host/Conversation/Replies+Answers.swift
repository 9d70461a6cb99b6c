// What to say about an answer that can't be taken: what is wrong, and what would be right.
import Model

extension Replies {
    /// `labels` turns an option's id into the citizen's words.
    static func sentence(for wrong: WrongAnswer, labels: (String) -> String, in language: Language) -> String {
        switch wrong {
        case .tooShort(let least): tooShort.filled(["count": "\(least)"], in: language)
        case .tooLong(let most): tooLong.filled(["count": "\(most)"], in: language)
        case .dateTooEarly(let day): dateTooEarly.filled(["date": day.spoken(in: language)], in: language)
        case .dateTooLate(let day): dateTooLate.filled(["date": day.spoken(in: language)], in: language)
        case .numberTooSmall(let least): numberTooSmall.filled(["least": least], in: language)
        case .numberTooBig(let most): numberTooBig.filled(["most": most], in: language)
        case .officeGone(let id): officeGone.filled(["office": labels(id)], in: language)
        case .whichOne(let ids): whichOne.filled(["options": ids.prefix(4).map(labels).joined(separator: ", ")], in: language)
        default: plain(wrong)[language]
        }
    }

    private static func plain(_ wrong: WrongAnswer) -> Sentence {
        switch wrong {
        case .notAName:
            Sentence(
                "नाम सिर्फ़ अक्षरों में लिखिए, जैसे *सुनीता देवी*।", "Please write the name in letters only, like *Sunita Devi*.",
                "Naam sirf aksharon mein likhein, jaise *Sunita Devi*.")
        case .notADate:
            Sentence(
                "तारीख़ समझ नहीं आई। ऐसे लिखिए: 15/08/1985", "I couldn't read the date. Write it like 15/08/1985",
                "Tareekh samajh nahi aayi. Aise likhein: 15/08/1985")
        case .ambiguousDate:
            Sentence(
                "कौन-सी तारीख़? पूरी लिखिए, जैसे 15/08/1985", "Which date? Write it in full, like 15/08/1985",
                "Kaun-si tareekh? Poori likhein, jaise 15/08/1985")
        case .notANumber:
            Sentence(
                "इसे संख्या में लिखिए, जैसे 150000 या डेढ़ लाख।", "Please write a number, like 150000 or 1.5 lakh.",
                "Ise sankhya mein likhein, jaise 150000 ya dedh lakh.")
        case .notAMobile:
            Sentence(
                "10 अंकों का मोबाइल नंबर लिखिए, जो 6, 7, 8 या 9 से शुरू हो।", "Write a 10-digit mobile number that begins with 6, 7, 8 or 9.",
                "10 ankon ka mobile number likhein, jo 6, 7, 8 ya 9 se shuru ho.")
        case .notAnOption:
            Sentence(
                "यह सूची में नहीं मिला। कृपया सूची में से चुनिए।", "That isn't in the list. Please choose from it.",
                "Ye list mein nahi mila. Kripya list mein se chunein.")
        case .notYesOrNo:
            Sentence("कृपया *हाँ* या *नहीं* में जवाब दीजिए।", "Please answer *yes* or *no*.", "Kripya *haan* ya *nahi* mein jawab dijiye.")
        case .wrongPattern:
            Sentence(
                "यह नंबर ठीक नहीं लगता। काग़ज़ पर देखकर वैसा ही लिखिए।", "This number doesn't look right. Copy it just as it is on the paper.",
                "Ye number theek nahi lagta. Kaagaz par dekhkar waisa hi likhein.")
        case .aadhaar:
            Sentence(
                "कृपया आधार संख्या यहाँ मत लिखिए; इसकी ज़रूरत नहीं, और हमने इसे नहीं रखा।",
                "Please don't write an Aadhaar number here; it isn't needed, and we did not keep it.",
                "Kripya Aadhaar number yahan mat likhein; iski zaroorat nahi, aur humne ise nahi rakha.")
        default: Sentence("कृपया जवाब शब्दों में लिखिए।", "Please write the answer in words.", "Kripya jawab shabdon mein likhein.")
        }
    }

    private static let tooShort = Sentence(
        "यह बहुत छोटा है; कम से कम {count} अक्षर लिखिए।", "That is too short; write at least {count} characters.",
        "Ye bahut chhota hai; kam se kam {count} akshar likhein.")
    private static let tooLong = Sentence(
        "यह बहुत लंबा है; {count} अक्षरों में लिखिए।", "That is too long; use at most {count} characters.",
        "Ye bahut lamba hai; {count} aksharon mein likhein.")
    private static let dateTooEarly = Sentence(
        "यह तारीख़ बहुत पुरानी है; {date} या उसके बाद की लिखिए।", "That date is too early; it must be {date} or later.",
        "Ye tareekh bahut puraani hai; {date} ya uske baad ki likhein.")
    private static let dateTooLate = Sentence(
        "तारीख़ {date} या उससे पहले की होनी चाहिए।", "The date must be {date} or earlier.", "Tareekh {date} ya usse pehle ki honi chahiye.")
    private static let numberTooSmall = Sentence(
        "यह कम है; {least} या ज़्यादा लिखिए।", "That is too little; it must be {least} or more.", "Ye kam hai; {least} ya zyada likhein.")
    private static let numberTooBig = Sentence(
        "यह ज़्यादा है; {most} या कम लिखिए।", "That is too much; it must be {most} or less.", "Ye zyada hai; {most} ya kam likhein.")
    private static let officeGone = Sentence(
        "*{office}* दफ़्तर दिसंबर 2025 में बदल गया। अपने इलाक़े का नया दफ़्तर सूची में से चुनिए।",
        "The *{office}* office changed in December 2025. Please choose your area's new office from the list.",
        "*{office}* daftar December 2025 mein badal gaya. Apne ilaake ka naya daftar list mein se chunein.")
    private static let whichOne = Sentence("इनमें से कौन-सा: {options}?", "Which of these: {options}?", "Inmein se kaun-sa: {options}?")
}
