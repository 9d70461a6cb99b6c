// Words that steer the conversation wherever it is. Exact after folding: a name that contains one is still a name.
import Model

public enum Command: Hashable, Sendable {
    case menu, back, cancel, help, agent, status, change, skip, stop, start, yes, no, restart
    case language(Language)

    /// The command that this text is, if it is nothing else.
    public static func read(_ text: String) -> Command? {
        let folded = Normalised.folded(text)
        // The first scalar alone: a thumb of any skin is a thumb.
        if folded.isEmpty { return text.unicodeScalars.first { !$0.properties.isWhitespace }.flatMap { thumbs[$0] } }
        return words[folded]
    }

    private static let thumbs: [Unicode.Scalar: Command] = ["👍": .yes, "✅": .yes, "✔": .yes, "👌": .yes, "👎": .no, "❌": .no, "?": .help]

    private static let words: [String: Command] = {
        var table: [String: Command] = [:]
        for (command, spellings) in spellings {
            for spelling in spellings { table[Normalised.folded(spelling)] = command }
        }
        return table
    }()

    private static let spellings: [(Command, [String])] = [
        (.menu, ["menu", "main menu", "मेनू", "मेन्यू", "मीनू", "services", "सेवाएं", "सेवाएँ", "सूची", "list", "sevaye", "sevaayein"]),
        (.back, ["back", "go back", "पीछे", "वापस", "पिछला", "peeche", "piche", "pichhe", "wapas", "vapas"]),
        (.cancel, ["cancel", "रद्द", "रद्द करें", "रद्द करो", "कैंसल", "radd", "cancel karo", "cancel karein", "band karo ise"]),
        (.help, ["help", "मदद", "सहायता", "madad", "sahayata"]),
        (
            .agent,
            [
                "agent", "talk to a person", "person", "officer", "human", "अधिकारी", "किसी से बात", "किसी से बात करनी है",
                "अधिकारी से बात", "इंसान से बात", "kisi se baat karni hai", "adhikari se baat", "adhikari", "insaan se baat",
                "call me", "customer care",
            ]
        ),
        (
            .status,
            [
                "status", "my applications", "my application", "application status", "स्थिति", "मेरे आवेदन", "मेरा आवेदन",
                "आवेदन की स्थिति", "स्टेटस", "mere aavedan", "mera aavedan", "mere avedan", "sthiti", "track", "kaha tak pahucha",
                "status batao", "mera status", "application ka status", "कहां तक पहुंचा", "स्टेटस बताओ",
            ]
        ),
        (.change, ["change", "edit", "बदलें", "बदलना है", "सुधार", "बदलो", "badlein", "badalna hai", "badlo", "sudhar", "correct"]),
        (.skip, ["skip", "छोड़ें", "छोड़ो", "आगे बढ़ें", "नहीं पता", "पता नहीं", "pata nahi", "chhodo", "chhodein", "aage badho", "nahi pata", "na pata"]),
        (.stop, ["stop", "unsubscribe", "बंद करें", "बंद करो", "रोकें", "band karo", "band karein", "opt out", "mat bhejo", "मत भेजो"]),
        (.start, ["start", "subscribe", "शुरू करें", "शुरू करो", "चालू करें", "shuru karein", "shuru karo", "chalu karo"]),
        (
            .yes,
            [
                "yes", "y", "yeah", "yep", "ok", "okay", "sure", "correct hai", "right", "हाँ", "हां", "हा", "जी", "जी हाँ", "हाँ जी", "ठीक है",
                "ठीक", "सही है", "सही", "बिल्कुल", "haan", "han", "ha", "haa", "haan ji", "ji", "ji haan", "theek hai", "thik hai",
                "sahi hai", "sahi", "bilkul", "hanji", "confirm", "yes please", "haan please", "हाँ ठीक है", "haan theek hai",
                "haan ji theek hai",
            ]
        ),
        (
            .no,
            [
                "no", "n", "nope", "नहीं", "नही", "ना", "जी नहीं", "गलत", "nahi", "nahin", "na", "ji nahi", "nai", "galat", "not now", "mat",
                "नहीं जी", "nahi ji", "no thanks", "नहीं चाहिए", "nahi chahiye",
            ]
        ),
        (.restart, ["restart", "start again", "फिर से", "दोबारा", "शुरू से", "phir se", "dobara", "shuru se"]),
        (.language(.hindi), ["hindi", "हिंदी", "हिन्दी", "hindi me", "hindi mein", "हिंदी में", "हिंदी में बात करें", "in hindi"]),
        (.language(.english), ["english", "अंग्रेजी", "अंग्रेज़ी", "इंग्लिश", "english me", "english mein", "in english", "angrezi"]),
        (.language(.hinglish), ["hinglish", "roman", "roman hindi", "hindi in english", "hinglish me", "हिंग्लिश"]),
    ]
}
