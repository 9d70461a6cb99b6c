// The host's own sentences, in the three languages. The departments' are in their catalogues.
// Under 40 words, one thing a sentence, आप; no officialese.
import Model

enum Replies {
    /// Raised when the notice's text changes; kept with each draft's ledger entry.
    static let noticeNumber = 1

    // MARK: Buttons and rows (20 and 24 characters at most)

    static let buttonHindi = Sentence("हिंदी", "हिंदी", "हिंदी")
    static let buttonEnglish = Sentence("English", "English", "English")
    static let buttonHinglish = Sentence("Hindi (abc)", "Hindi (abc)", "Hindi (abc)")
    static let buttonYes = Sentence("हाँ", "Yes", "Haan")
    static let buttonNo = Sentence("नहीं", "No", "Nahi")
    static let buttonMenu = Sentence("सब सेवाएँ", "All services", "Sab sevayein")
    static let buttonStart = Sentence("शुरू करें", "Start", "Shuru karein")
    static let buttonChoose = Sentence("चुनें", "Choose", "Chunein")
    static let buttonSubmit = Sentence("सही है, जमा करें", "Correct, submit", "Haan, jama karein")
    static let buttonChange = Sentence("कुछ बदलें", "Change something", "Kuch badlein")
    static let buttonCancel = Sentence("रद्द करें", "Cancel", "Radd karein")
    static let buttonYesCancel = Sentence("हाँ, रद्द करें", "Yes, cancel", "Haan, radd karein")
    static let buttonGoOn = Sentence("आगे बढ़ें", "Go on", "Aage badhein")
    static let buttonNew = Sentence("नया शुरू करें", "Begin anew", "Naya shuru karein")
    static let buttonPerson = Sentence("किसी से बात", "Talk to a person", "Kisi se baat")
    static let buttonHelp = Sentence("मदद", "Help", "Madad")
    static let buttonBack = Sentence("पीछे", "Back", "Peeche")
    static let buttonTryAgain = Sentence("फिर कोशिश करें", "Try again", "Phir koshish karein")
    static let rowMore = Sentence("और देखें", "See more", "Aur dekhein")
    static let rowGoOn = Sentence("अधूरा आवेदन पूरा करें", "Finish your application", "Adhoora aavedan")
    static let rowNoneOfThese = Sentence("इनमें से कोई नहीं", "None of these", "Inmein se koi nahi")
    static let sectionOpen = Sentence("अधूरा", "Unfinished", "Adhoora")
    static let sectionServices = Sentence("सेवाएँ", "Services", "Sevayein")
    static let sectionAnswers = Sentence("आपके जवाब", "Your answers", "Aapke jawab")

    // MARK: Greeting and menu

    static func firstWelcome(_ hindi: String, _ english: String) -> String {
        "नमस्ते! *\(hindi)* में आपका स्वागत है।\nआप किस भाषा में बात करना चाहेंगे?\n\nWelcome to *\(english)*.\nWhich language would you like?"
    }
    static let welcome = Sentence(
        "नमस्ते! *{department}* में आपका स्वागत है।", "Hello! Welcome to *{department}*.", "Namaste! *{department}* mein aapka swagat hai.")
    static let languageChosen = Sentence("ठीक है, हिंदी में बात करते हैं।", "Alright, we'll speak English.", "Theek hai, Hindi mein baat karte hain.")
    static let notUnderstood = Sentence(
        "माफ़ कीजिए, मैं समझ नहीं पाया। आप नीचे से चुन सकते हैं, या अपनी बात दूसरे शब्दों में लिखिए।",
        "Sorry, I didn't understand. Choose below, or say it in other words.",
        "Maaf kijiye, main samajh nahi paaya. Neeche se chunein, ya apni baat doosre shabdon mein likhein.")
    static let emptyText = Sentence(
        "अपनी बात शब्दों में लिखिए, या नीचे से चुनिए।", "Please write it in words, or choose below.",
        "Apni baat shabdon mein likhein, ya neeche se chunein.")
    static let didYouMean = Sentence("क्या आप इनमें से कुछ चाहते हैं?", "Did you mean one of these?", "Kya aap inmein se kuch chahte hain?")
    static let noServices = Sentence(
        "अभी इस नंबर पर कोई सेवा उपलब्ध नहीं है।", "No service is available on this number right now.",
        "Abhi is number par koi seva uplabdh nahi hai.")
    static let help = Sentence(
        "आप सेवा का नाम लिखिए या नीचे से चुनिए। आवेदन की स्थिति के लिए *स्थिति* और किसी से बात के लिए *अधिकारी* लिखिए।",
        "Write what you need, or choose below. Write *status* for your applications, *agent* to talk to a person.",
        "Seva ka naam likhein ya neeche se chunein. Aavedan ke liye *status*, aur kisi se baat ke liye *adhikari* likhein.")
    static let formHelp = Sentence(
        "आप *{service}* का आवेदन भर रहे हैं। पिछले सवाल के लिए *पीछे*, छोड़ने के लिए *रद्द*, और किसी से बात के लिए *अधिकारी* लिखिए।",
        "You are filling in *{service}*. Write *back* for the last question, *cancel* to stop, *agent* to talk to a person.",
        "Aap *{service}* ka aavedan bhar rahe hain. Pichhle sawal ke liye *peeche*, chhodne ke liye *radd*, kisi se baat ke liye *adhikari* likhein."
    )
    static let youAreWelcome = Sentence(
        "आपका स्वागत है! और कुछ चाहिए तो लिखिए।", "You're welcome! Write whenever you need something.",
        "Aapka swagat hai! Aur kuch chahiye to likhein.")
    static let stayPolite = Sentence(
        "मैं आपकी मदद करना चाहता हूँ। बताइए क्या काम है, या *अधिकारी* लिखकर किसी से बात कीजिए।",
        "I want to help. Tell me what you need, or write *agent* to talk to a person.",
        "Main aapki madad karna chahta hoon. Bataiye kya kaam hai, ya *adhikari* likhkar kisi se baat kijiye.")
    static let offerPerson = Sentence(
        "मैं आपकी बात समझ नहीं पा रहा। क्या आप किसी व्यक्ति से बात करना चाहेंगे?", "I still don't understand. Would you like to talk to a person?",
        "Main aapki baat samajh nahi pa raha. Kya aap kisi vyakti se baat karna chahenge?")
    static let otherDepartment = Sentence(
        "*{service}* का काम {department} देखता है। उन्हें इस नंबर पर लिखिए: {number}",
        "*{service}* is handled by {department}. Please write to them at {number}",
        "*{service}* ka kaam {department} dekhta hai. Unhein is number par likhein: {number}")
    static let anythingElse = Sentence("और कुछ चाहिए?", "Do you need anything else?", "Aur kuch chahiye?")

    // MARK: Into a form and out of it

    static let papersNeeded = Sentence("ये काग़ज़ तैयार रखिए:", "Keep these papers ready:", "Ye kaagaz taiyaar rakhein:")
    static let noPapers = Sentence("इसके लिए कोई काग़ज़ नहीं चाहिए।", "No papers are needed for this.", "Iske liye koi kaagaz nahi chahiye.")
    static let daysLine = Sentence("समय: {days} दिन के अंदर", "Time: within {days} days", "Samay: {days} din ke andar")
    static let daysAtOnce = Sentence("यह तुरंत हो जाता है।", "This is done at once.", "Ye turant ho jaata hai.")
    static let daysUnknown = Sentence(
        "इसके लिए तय समय प्रकाशित नहीं है।", "No fixed time is published for this.", "Iske liye tay samay prakashit nahi hai.")
    static let feeNone = Sentence("फ़ीस: कुछ नहीं", "Fee: none", "Fees: kuch nahi")
    static let feeIs = Sentence("फ़ीस: ₹{amount}", "Fee: ₹{amount}", "Fees: ₹{amount}")
    static let amountIs = Sentence("चुकाने हैं: ₹{amount}", "To pay: ₹{amount}", "Chukane hain: ₹{amount}")
    static let feeUnknown = Sentence(
        "फ़ीस: विभाग ने अभी नहीं बताई है", "Fee: not yet announced by the department", "Fees: vibhag ne abhi nahi batayi hai")
    static let feeQuoted = Sentence("रक़म आपके जवाबों से निकलेगी", "The amount follows from your answers", "Rakam aapke jawabon se niklegi")
    static let notice = Sentence(
        "आपकी जानकारी सिर्फ़ इस काम के लिए ली जाती है: {purpose} ({basis})। रोकने के लिए कभी भी *रद्द* लिखिए।",
        "Your details are used only for this: {purpose} ({basis}). Write *cancel* at any time to stop.",
        "Aapki jaankari sirf is kaam ke liye li jaati hai: {purpose} ({basis}). Rokne ke liye kabhi bhi *radd* likhein.")
    static let whyAsked = Sentence(
        "यह इसलिए पूछा जाता है: {purpose}", "It is asked for this reason: {purpose}", "Ye isliye poocha jaata hai: {purpose}")
    static let resumeOrNew = Sentence(
        "*{service}* का एक आवेदन अधूरा है। उसे पूरा करें या नया शुरू करें?", "You have an unfinished *{service}*. Go on with it, or begin anew?",
        "*{service}* ka ek aavedan adhoora hai. Use poora karein ya naya shuru karein?")
    static let resumed = Sentence(
        "चलिए, *{service}* वहीं से आगे बढ़ाते हैं।", "Let's go on with *{service}* where you left it.",
        "Chaliye, *{service}* wahin se aage badhate hain.")
    static let shelved = Sentence(
        "*{service}* के आपके जवाब सँभाल लिए हैं। मेनू से कभी भी पूरा कर सकते हैं।",
        "Your answers for *{service}* are kept. Finish it from the menu any time.",
        "*{service}* ke aapke jawab sambhaal liye hain. Menu se kabhi bhi poora kar sakte hain.")
    static let tooManyDrafts = Sentence(
        "आपके पाँच आवेदन अधूरे हैं। पहले इनमें से कोई पूरा या रद्द कीजिए।", "You have five unfinished applications. Please finish or cancel one first.",
        "Aapke paanch aavedan adhoore hain. Pehle inmein se koi poora ya radd kijiye.")
    static let reallyCancel = Sentence(
        "क्या यह आवेदन रद्द कर दूँ? आपके जवाब मिट जाएँगे।", "Cancel this application? Your answers will be erased.",
        "Kya ye aavedan radd kar doon? Aapke jawab mit jayenge.")
    static let cancelled = Sentence(
        "आवेदन रद्द कर दिया, जवाब मिटा दिए।", "Cancelled; your answers are erased.", "Aavedan radd kar diya, jawab mita diye.")
    static let nothingToCancel = Sentence("अभी कोई आवेदन खुला नहीं है।", "No application is open now.", "Abhi koi aavedan khula nahi hai.")
    static let serviceGone = Sentence(
        "यह सेवा अभी बंद है। दूसरी सेवा चुनिए।", "This service is closed at the moment. Please choose another.",
        "Ye seva abhi band hai. Doosri seva chunein.")
    static let oldButton = Sentence("यह बटन पुराने सवाल का है।", "That button belongs to an earlier question.", "Ye button puraane sawal ka hai.")
    static let editIgnored = Sentence(
        "बदला या मिटाया हुआ संदेश हम नहीं पढ़ते। कृपया नया संदेश लिखिए।", "We don't read edited or deleted messages. Please send a new one.",
        "Badla ya mitaya hua sandesh hum nahi padhte. Kripya naya sandesh likhein.")
    static let firstQuestion = Sentence("यह पहला सवाल है।", "This is the first question.", "Ye pehla sawal hai.")
    static let maySkip = Sentence("(नहीं है तो *छोड़ें* लिखिए)", "(write *skip* if there is none)", "(nahi hai to *skip* likhein)")
    static let mustAnswer = Sentence("इस सवाल का जवाब ज़रूरी है।", "This question must be answered.", "Is sawal ka jawab zaroori hai.")
    static let isItThis = Sentence("*{value}* — सही है?", "*{value}* — is that right?", "*{value}* — sahi hai?")
    static let stuck = Sentence("कोई बात नहीं। क्या मदद चाहिए?", "No worry. Would you like help?", "Koi baat nahi. Kya madad chahiye?")
}
