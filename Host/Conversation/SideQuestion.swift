// Questions that people ask in the middle of a form. Pure; only sentences that are questions beyond doubt count, since
// anything else may be an answer.
import Model

enum SideQuestion {
    case fee, days, papers, why

    static func read(_ text: String) -> SideQuestion? {
        let words = Set(Normalised.folded(text).split(separator: " ").map(String.init))
        let asks = text.contains("?") || text.contains("？") || !words.isDisjoint(with: askingWords)
        guard asks, words.count <= 14 else { return nil }
        if !words.isDisjoint(with: feeWords) { return .fee }
        if !words.isDisjoint(with: dayWords) { return .days }
        if !words.isDisjoint(with: paperWords) { return .papers }
        if !words.isDisjoint(with: whyWords) { return .why }
        return nil
    }

    private static func folded(_ words: [String]) -> Set<String> { Set(words.map(Normalised.folded)) }

    private static let askingWords = folded([
        "कितना", "कितनी", "कितने", "कब", "क्या", "क्यों", "कौन", "कौनसे", "kitna", "kitni", "kitne", "kab", "kya", "kyon", "kyu", "kyun",
        "kaun", "kaunse", "how", "what", "when", "why", "which",
    ])
    private static let feeWords = folded([
        "फीस", "शुल्क", "पैसे", "पैसा", "खर्च", "रुपये", "fee", "fees", "cost", "charge", "charges", "paise", "paisa", "kharch", "kharcha", "shulk",
    ])
    private static let dayWords = folded(["दिन", "समय", "कब", "देर", "din", "days", "long", "when", "time", "samay", "kab"])
    private static let paperWords = folded([
        "कागज", "कागज़", "दस्तावेज", "दस्तावेज़", "कागजात", "document", "documents", "docs", "papers", "kagaz", "kagaj", "kaagaz", "dastavej",
    ])
    private static let whyWords = folded(["क्यों", "why", "kyon", "kyu", "kyun"])
}
