// Sentences about papers, submission, status and money.
import Model

extension Replies {
    // MARK: Papers

    static let sendPaper = Sentence(
        "यहाँ काग़ज़ की फ़ोटो या PDF भेजनी है।", "Please send a photo or PDF of the paper here.", "Yahan kaagaz ki photo ya PDF bhejni hai.")
    static let sendThisPaper = Sentence(
        "*{paper}* की साफ़ फ़ोटो या PDF भेजिए। चारों कोने दिखें।", "Send a clear photo or PDF of *{paper}*, all four corners visible.",
        "*{paper}* ki saaf photo ya PDF bhejein. Chaaron kone dikhein.")
    static let sendThisPhoto = Sentence("*{paper}* की साफ़ फ़ोटो भेजिए।", "Send a clear photo of *{paper}*.", "*{paper}* ki saaf photo bhejein.")
    static let chooseFromList = Sentence(
        "सूची में से चुनिए कि कौन-सा काग़ज़ भेजेंगे।", "Choose from the list which paper you will send.", "List mein se chunein ki kaun-sa kaagaz bhejenge.")
    static let whichPaper = Sentence(
        "पहले बताइए यह कौन-सा काग़ज़ है, फिर उसे भेजिए।", "First say which paper it is, then send it.",
        "Pehle bataiye ye kaun-sa kaagaz hai, phir use bhejein.")
    static let paperTaken = Sentence("मिल गया: {paper} ✓", "Received: {paper} ✓", "Mil gaya: {paper} ✓")
    static let paperWithoutForm = Sentence(
        "काग़ज़ मिला, पर अभी कोई आवेदन खुला नहीं है, इसलिए रखा नहीं गया। बताइए किस काम के लिए है?",
        "I got a file, but no application is open, so it was not kept. What is it for?",
        "Kaagaz mila, par abhi koi aavedan khula nahi hai, isliye rakha nahi gaya. Bataiye kis kaam ke liye hai?")
    static let paperAgainLater = Sentence(
        "अभी यह काग़ज़ खुल नहीं पाया। एक मिनट बाद फिर भेजिए।", "I couldn't open it just now. Please send it again in a minute.",
        "Abhi ye kaagaz khul nahi paaya. Ek minute baad phir bhejein.")
    static let noVoiceYet = Sentence(
        "आवाज़ वाला संदेश मैं अभी सुन नहीं सकता। कृपया लिखकर भेजिए।", "I can't listen to voice notes yet. Please write it.",
        "Awaaz wala sandesh main abhi sun nahi sakta. Kripya likhkar bhejein.")
    static let wordsPlease = Sentence(
        "इस सवाल का जवाब लिखकर दीजिए।", "Please answer this question in words.", "Is sawal ka jawab likhkar dijiye.")
    static let unreadableKind = Sentence(
        "इस तरह का संदेश मैं नहीं पढ़ सकता। कृपया लिखिए, या फ़ोटो या PDF भेजिए।", "I can't read this kind of message. Please write, or send a photo or PDF.",
        "Is tarah ka sandesh main nahi padh sakta. Kripya likhein, ya photo ya PDF bhejein.")
    static let sendAgain = Sentence("फिर से भेजें", "Send again", "Phir se bhejein")

    static func paperRefused(_ code: String) -> Sentence {
        switch code {
        case "too_large":
            Sentence(
                "यह फ़ाइल बहुत बड़ी है। छोटी फ़ोटो भेजिए (5 MB तक)।", "This file is too big. Please send a smaller one (up to 5 MB).",
                "Ye file bahut badi hai. Chhoti photo bhejein (5 MB tak).")
        case "too_small":
            Sentence(
                "यह फ़ोटो बहुत छोटी है, पढ़ी नहीं जाएगी। पास से साफ़ फ़ोटो लीजिए।", "This photo is too small to be read. Take a clear one from nearer.",
                "Ye photo bahut chhoti hai, padhi nahi jayegi. Paas se saaf photo lein.")
        case "photo_needed": Sentence("यहाँ PDF नहीं, फ़ोटो चाहिए।", "A photo is needed here, not a PDF.", "Yahan PDF nahi, photo chahiye.")
        case "password":
            Sentence(
                "इस PDF पर पासवर्ड है। बिना पासवर्ड वाली फ़ाइल भेजिए।", "This PDF has a password. Please send one without.",
                "Is PDF par password hai. Bina password wali file bhejein.")
        case "empty":
            Sentence("यह फ़ाइल ख़ाली है। कृपया फिर भेजिए।", "This file is empty. Please send it again.", "Ye file khaali hai. Kripya phir bhejein.")
        case "gone":
            Sentence(
                "यह फ़ाइल WhatsApp पर अब नहीं मिली। कृपया फिर भेजिए।", "WhatsApp no longer has this file. Please send it again.",
                "Ye file WhatsApp par ab nahi mili. Kripya phir bhejein.")
        case "active_content":
            Sentence(
                "इस PDF में चलने वाला प्रोग्राम है, इसलिए नहीं ली। उसकी फ़ोटो भेजिए।", "This PDF carries a program, so it wasn't taken. Send a photo of it.",
                "Is PDF mein chalne wala program hai, isliye nahi li. Uski photo bhejein.")
        case "unreadable":
            Sentence(
                "यह फ़ाइल खुली नहीं, शायद ख़राब है। कृपया फिर फ़ोटो लीजिए।", "This file couldn't be opened; it may be damaged. Please take a new photo.",
                "Ye file khuli nahi, shayad kharab hai. Kripya phir photo lein.")
        default:
            Sentence(
                "यहाँ सिर्फ़ फ़ोटो (JPG, PNG) या PDF ली जाती है।", "Only a photo (JPG, PNG) or a PDF can be taken here.",
                "Yahan sirf photo (JPG, PNG) ya PDF li jaati hai.")
        }
    }

    // MARK: Summary and submission

    static let allCorrect = Sentence("क्या सब सही है?", "Is everything correct?", "Kya sab sahi hai?")
    static let whatToChange = Sentence("क्या बदलना है?", "What would you like to change?", "Kya badalna hai?")
    static let tapSubmitOrChange = Sentence(
        "जमा करने के लिए *हाँ* लिखिए, या बताइए क्या बदलना है।", "Write *yes* to submit, or say what to change.",
        "Jama karne ke liye *haan* likhein, ya bataiye kya badalna hai.")
    static let notEligible = Sentence(
        "इन जवाबों के साथ यह आवेदन नहीं हो सकता।", "With these answers this can't be applied for.", "In jawabon ke saath ye aavedan nahi ho sakta.")
    static let insteadOffer = Sentence(
        "इसकी जगह *{service}* के लिए आवेदन करना चाहेंगे?", "Would you like to apply for *{service}* instead?",
        "Iski jagah *{service}* ke liye aavedan karna chahenge?")
    static let taken = Sentence(
        "आपका आवेदन ले लिया गया है। हमारा नंबर: *{number}*\nअब इसे विभाग के पोर्टल पर जमा कर रहे हैं; आवेदन संख्या यहीं आएगी।",
        "Your application is taken. Our number: *{number}*\nWe are filing it with the department; its number will come here.",
        "Aapka aavedan le liya gaya hai. Hamara number: *{number}*\nAb ise vibhag ke portal par jama kar rahe hain; aavedan sankhya yahin aayegi."
    )
    static let takenByDepartment = Sentence(
        "आपका आवेदन ले लिया गया है। नंबर: *{number}*\nइसे {department} देखेगा।",
        "Your application is taken. Number: *{number}*\n{department} will look into it.",
        "Aapka aavedan le liya gaya hai. Number: *{number}*\nIse {department} dekhega.")
    static let filed = Sentence(
        "*{service}* का आवेदन जमा हो गया। ✓\nआवेदन संख्या: *{number}*",
        "Your application for *{service}* is filed. ✓\nApplication number: *{number}*",
        "*{service}* ka aavedan jama ho gaya. ✓\nAavedan sankhya: *{number}*")
    static let howToAsk = Sentence(
        "हालत जानने के लिए कभी भी *स्थिति* लिखिए।", "Write *status* at any time to ask about it.", "Haal jaanne ke liye kabhi bhi *status* likhein.")
    static let filingDelayed = Sentence(
        "विभाग का पोर्टल अभी बंद है। आपका आवेदन *{number}* हमारे पास सुरक्षित है; पोर्टल खुलते ही जमा करके बताएँगे।",
        "The department's portal is down. Your application *{number}* is safe with us; we'll file it when it is back and tell you.",
        "Vibhag ka portal abhi band hai. Aapka aavedan *{number}* hamare paas surakshit hai; portal khulte hi jama karke batayenge.")
    static let filingRefused = Sentence(
        "पोर्टल ने आवेदन *{number}* नहीं लिया: {reason}\nहमारे अधिकारी देखकर आपको बताएँगे।",
        "The portal did not take *{number}*: {reason}\nOur officer will look and tell you.",
        "Portal ne aavedan *{number}* nahi liya: {reason}\nHamare adhikari dekhkar aapko batayenge.")
    static let tryLater = Sentence(
        "अभी यह काम नहीं हो पाया, पर आपके जवाब सुरक्षित हैं। थोड़ी देर में फिर कोशिश कीजिए।",
        "That didn't work just now, but your answers are safe. Please try again shortly.",
        "Abhi ye kaam nahi ho paaya, par aapke jawab surakshit hain. Thodi der mein phir koshish kijiye.")
    static let parked = Sentence(
        "माफ़ कीजिए, हमारी ओर से गड़बड़ हुई। हमारे लोग देख रहे हैं। संदर्भ: *{reference}*",
        "Sorry, something went wrong on our side. Our people are looking. Reference: *{reference}*",
        "Maaf kijiye, hamari taraf se gadbad hui. Hamare log dekh rahe hain. Reference: *{reference}*")
    static let handedOver = Sentence(
        "ठीक है, आपकी बात अधिकारियों की सूची में डाल दी है; दफ़्तर के समय में यहीं जवाब मिलेगा। संदर्भ: *{reference}*",
        "You are in the officers' queue; they answer here in office hours. Reference: *{reference}*",
        "Theek hai, aapki baat adhikariyon ki list mein daal di hai; office ke samay mein yahin jawab milega. Reference: *{reference}*")
    static let optedOut = Sentence(
        "ठीक है, अब हम अपनी ओर से संदेश नहीं भेजेंगे। आप जब लिखेंगे, हम जवाब देंगे। फिर चालू करने के लिए *शुरू करें* लिखिए।",
        "Alright, we'll send nothing on our own. We still answer when you write. Write *start* to turn it on again.",
        "Theek hai, ab hum apni taraf se sandesh nahi bhejenge. Aap likhenge to jawab denge. Phir chalu karne ke liye *start* likhein.")
    static let optedIn = Sentence(
        "धन्यवाद, अब आपको फिर से सूचनाएँ मिलेंगी।", "Thank you, you will get notices again.", "Dhanyavaad, ab aapko phir se suchnayein milengi.")

    static let emergency = Sentence(
        "अगर अभी ख़तरा है तो तुरंत फ़ोन कीजिए:\n*112* – पुलिस, आग, एम्बुलेंस\n*108* – एम्बुलेंस\n*181* – महिला हेल्पलाइन\n*1098* – बच्चों के लिए\n*14416* – मन की परेशानी (टेली-मानस)\nआप अकेले नहीं हैं।",
        "If there is danger now, please call at once:\n*112* – police, fire, ambulance\n*108* – ambulance\n*181* – women's helpline\n*1098* – children\n*14416* – mental distress (Tele-MANAS)\nYou are not alone.",
        "Agar abhi khatra hai to turant phone kijiye:\n*112* – police, aag, ambulance\n*108* – ambulance\n*181* – mahila helpline\n*1098* – bachchon ke liye\n*14416* – mann ki pareshani (Tele-MANAS)\nAap akele nahi hain."
    )

    // MARK: Status

    static let noApplications = Sentence(
        "इस नंबर से अभी कोई आवेदन नहीं मिला।", "There is no application from this number yet.", "Is number se abhi koi aavedan nahi mila.")
    static let askLastFour = Sentence(
        "आपकी सुरक्षा के लिए: आवेदन संख्या के आख़िरी चार अक्षर लिखिए।", "For your safety: write the last four characters of the application number.",
        "Aapki suraksha ke liye: aavedan sankhya ke aakhri chaar akshar likhein.")
    static let askBirthDate = Sentence(
        "जिनके लिए आवेदन है, उनकी जन्म तारीख़ क्या है? जैसे 15/08/1985", "What is the date of birth of the person it is for? For example 15/08/1985",
        "Jinke liye aavedan hai, unki janm tareekh kya hai? Jaise 15/08/1985")
    static let checkFailed = Sentence(
        "यह मेल नहीं खाता। आवेदन संख्या के आख़िरी चार अक्षर फिर से लिखिए।",
        "That doesn't match. Write the last four characters of the application number again.",
        "Ye mel nahi khaata. Aavedan sankhya ke aakhri chaar akshar phir se likhein.")
    static let checkPaused = Sentence(
        "तीन बार मेल नहीं खाया। थोड़ी देर बाद कोशिश कीजिए, या किसी से बात कीजिए।", "It didn't match three times. Try again later, or talk to a person.",
        "Teen baar mel nahi khaaya. Thodi der baad koshish kijiye, ya kisi se baat kijiye.")
    static let numberNotFound = Sentence(
        "इस नंबर का कोई आवेदन आपके नाम से नहीं मिला। नंबर देखकर फिर लिखिए।", "I found no application of yours with this number. Please check it.",
        "Is number ka koi aavedan aapke naam se nahi mila. Number dekhkar phir likhein.")
    static let statusUnknown = Sentence(
        "अभी इसकी स्थिति नहीं मिल पाई। थोड़ी देर बाद पूछिए।", "Its status isn't available right now. Please ask again later.",
        "Abhi iski sthiti nahi mil paayi. Thodi der baad poochein.")
    static let numberLine = Sentence("आवेदन संख्या: {number}", "Application number: {number}", "Aavedan sankhya: {number}")
    static let dueLine = Sentence("{date} तक हो जाना चाहिए।", "It is due by {date}.", "{date} tak ho jaana chahiye.")
    static let certificateCaption = Sentence("आपका प्रमाण पत्र", "Your certificate", "Aapka praman patra")

    static func sentence(for state: ApplicationState) -> Sentence {
        switch state {
        case .paymentPending: Sentence("भुगतान बाकी है।", "Payment is pending.", "Bhugtaan baaki hai.")
        case .waitingForPortal:
            Sentence(
                "हमारे पास है; पोर्टल पर जमा होना बाकी है।", "It is with us, waiting to be filed with the portal.",
                "Hamare paas hai; portal par jama hona baaki hai.")
        case .submitted: Sentence("विभाग में जमा हो चुका है।", "It is filed with the department.", "Vibhag mein jama ho chuka hai.")
        case .underProcess: Sentence("विभाग में जाँच चल रही है।", "The department is working on it.", "Vibhag mein jaanch chal rahi hai.")
        case .objectionRaised:
            Sentence(
                "विभाग ने कुछ और माँगा है: {reason}", "The department needs something more: {reason}", "Vibhag ne kuch aur maanga hai: {reason}")
        case .fieldVerification:
            Sentence(
                "पते की जाँच हो रही है; कर्मचारी घर आ सकते हैं।", "The address is being verified; an official may visit.",
                "Pate ki jaanch ho rahi hai; karmchari ghar aa sakte hain.")
        case .approved:
            Sentence(
                "मंज़ूर हो गया है; प्रमाण पत्र बन रहा है।", "It is approved; the certificate is being made.",
                "Manzoor ho gaya hai; praman patra ban raha hai.")
        case .certificateIssued: Sentence("प्रमाण पत्र बन गया है। ✓", "The certificate is issued. ✓", "Praman patra ban gaya hai. ✓")
        case .rejected: Sentence("आवेदन नामंज़ूर हुआ: {reason}", "It was rejected: {reason}", "Aavedan namanzoor hua: {reason}")
        case .withdrawn: Sentence("आवेदन वापस ले लिया गया है।", "It has been withdrawn.", "Aavedan wapas le liya gaya hai.")
        case .expired: Sentence("आवेदन की अवधि ख़त्म हो गई है।", "It has expired.", "Aavedan ki avadhi khatm ho gayi hai.")
        case .unmapped: Sentence("पोर्टल ने यह लिखा है: {raw}", "The portal says: {raw}", "Portal ne ye likha hai: {raw}")
        case .inDepartment: Sentence("विभाग के पास है।", "It is with the department.", "Vibhag ke paas hai.")
        case .closed: Sentence("यह मामला बंद हो चुका है।", "It is closed.", "Ye maamla band ho chuka hai.")
        }
    }

    // MARK: Money

    static let payHere = Sentence(
        "*{service}* के ₹{amount} यहाँ से चुकाइए। हम कभी UPI PIN या OTP नहीं माँगते।",
        "Pay ₹{amount} for *{service}* here. We never ask for a UPI PIN or OTP.",
        "*{service}* ke ₹{amount} yahan se chukaiye. Hum kabhi UPI PIN ya OTP nahi maangte.")
    static let paid = Sentence(
        "₹{amount} मिल गए। ✓ रसीद संख्या: *{number}*", "₹{amount} received. ✓ Receipt number: *{number}*",
        "₹{amount} mil gaye. ✓ Raseed sankhya: *{number}*")
    static let paymentFailed = Sentence(
        "भुगतान नहीं हुआ; आपके पैसे कटे हों तो बैंक लौटा देगा। फिर कोशिश कर सकते हैं।",
        "The payment failed; if money was taken, your bank returns it. You may try again.",
        "Bhugtaan nahi hua; aapke paise kate hon to bank lauta dega. Phir koshish kar sakte hain.")
    static let paymentExpired = Sentence(
        "भुगतान का समय निकल गया। सेवा फिर से शुरू कीजिए।", "The time to pay has passed. Please start the service again.",
        "Bhugtaan ka samay nikal gaya. Seva phir se shuru kijiye.")
    static let paymentDiffers = Sentence(
        "आपके पैसे मिले, पर रक़म अलग है। हमारे अधिकारी मिलान करके बताएँगे। संख्या: *{number}*",
        "Your payment came, but with another amount. Our officer will reconcile it and tell you. Number: *{number}*",
        "Aapke paise mile, par rakam alag hai. Hamare adhikari milaan karke batayenge. Sankhya: *{number}*")
    static let paymentPending = Sentence(
        "बैंक से पुष्टि आनी बाकी है; आते ही बताएँगे।", "The bank has yet to confirm; we'll tell you as soon as it does.",
        "Bank se pushti aani baaki hai; aate hi batayenge.")
}
