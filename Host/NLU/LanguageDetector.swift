// Which of the three languages a text is in. Pure. Script decides first; Latin letters are told apart by everyday words.
import Conversation
import Model

enum LanguageDetector {
    /// nil when the text does not say: numbers, names, "ok".
    static func detect(_ text: String) -> Language? {
        var devanagari = 0
        var latin = 0
        for scalar in text.unicodeScalars {
            if (0x0900...0x097F).contains(scalar.value) {
                devanagari += 1
            } else if scalar.isASCII, scalar.properties.isAlphabetic {
                latin += 1
            }
        }
        if devanagari > latin { return .hindi }
        if latin < 3 { return nil }
        let words = Normalised.folded(text).split(separator: " ").map(String.init)
        let hindi = words.count { hinglishWords.contains($0) }
        let english = words.count { englishWords.contains($0) }
        if hindi == 0, english == 0 { return nil }
        return hindi >= english ? .hinglish : .english
    }

    private static let hinglishWords: Set<String> = Set(
        """
        hai hain ka ki ke ko se mein me mai main mera meri mere mujhe muje hum hame hamara aap aapka apna apne kya kaise kese kab kaha \
        kahan kyon kyu kyun kitna kitne kitni chahiye chaiye chahie banwana banana banwani banva karna karo kare karein karwana nahi nahin \
        ni hoga hogi ho raha rahi tha thi wala wali ye yeh wo woh bete beti bachche bacche pita mata maa papa mummy patni pati bhai behen \
        praman patra janam janm jaati jati aay aavedan sthiti paisa paise mila mili aaya aayi gaya gayi abhi bhi liye namaste namaskar \
        dhanyavaad shukriya batao bataiye bata shikayat pani bijli sadak safai kuda pension
        """.split(separator: " ").map(String.init))

    private static let englishWords: Set<String> = Set(
        """
        the is are was i my me you your we our a an of for to in on with and or need want how what when where why can could please get \
        apply application certificate caste income birth domicile status complaint register property tax pay pension stopped not hello \
        thanks thank help child son daughter name document documents new old from have has been would like it this that do does
        """.split(separator: " ").map(String.init))
}
