// Numbers and amounts as people write them: 1,50,000 · १५०० · 2.5 lakh · डेढ़ लाख · sadhe teen sau. Pure, exact.
import Model

enum SpokenNumber {
    static func scale(_ decimals: Int) -> Int64 { decimals == 0 ? 1 : decimals == 1 ? 10 : 100 }

    /// The number times 10^decimals, or nil when the text is no number or has more decimals than that.
    static func read(_ text: String, decimals: Int) -> Int64? {
        guard let first = text.first(where: { !$0.isWhitespace }), !"-−–".contains(first) else { return nil }
        let spaced = Normalised.asciiDigits(text).lowercased().replacing("₹", with: " ").replacing("/-", with: " ")
        let words = Normalised.folded(keepPoints(in: spaced)).split(separator: " ").map(String.init).filter { !fillers.contains($0) }
        guard !words.isEmpty, words.count <= 12 else { return nil }
        let hundredths = plain(words) ?? spoken(words)
        guard let hundredths, hundredths >= 0 else { return nil }
        let divisor = 100 / scale(decimals)
        return hundredths % divisor == 0 ? hundredths / divisor : nil
    }

    static func text(_ number: Int64, decimals: Int) -> String {
        let unit = scale(decimals)
        guard unit > 1, number % unit != 0 else { return "\(number / unit)" }
        var fraction = String(number % unit)
        while fraction.count < decimals { fraction = "0" + fraction }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(number / unit).\(fraction)"
    }

    /// Grouping commas go, a decimal point becomes a letter that folding keeps.
    private static func keepPoints(in text: String) -> String {
        var result = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let isBetweenDigits =
                index > 0 && index + 1 < characters.count && characters[index - 1].isNumber && characters[index + 1].isNumber
            if character == ",", isBetweenDigits { continue }
            // "5k", "2.5लाख"
            if index > 0, character.isLetter, characters[index - 1].isNumber { result.append(" ") }
            result.append(character == "." && isBetweenDigits ? "p" : character)
        }
        return result
    }

    /// One written number, perhaps with a unit after it: `2p5 lakh`.
    private static func plain(_ words: [String]) -> Int64? {
        guard let first = words.first, let value = hundredths(first) else { return nil }
        var total = value
        for word in words.dropFirst() {
            guard let unit = units[word] else { return nil }
            let product = total.multipliedReportingOverflow(by: unit)
            if product.overflow { return nil }
            total = product.partialValue
        }
        return total <= amountHundredthsMax ? total : nil
    }

    private static func hundredths(_ word: String) -> Int64? {
        let parts = word.split(separator: "p", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int64(parts[0]), whole >= 0, whole <= amountHundredthsMax / 100 else { return nil }
        guard parts.count == 2 else { return whole * 100 }
        guard (1...2).contains(parts[1].count), let fraction = Int64(parts[1]) else { return nil }
        return whole * 100 + (parts[1].count == 1 ? fraction * 10 : fraction)
    }

    /// Spoken: डेढ़ लाख, साढ़े तीन सौ, ek lakh bees hazar.
    private static func spoken(_ words: [String]) -> Int64? {
        var total: Int64 = 0
        var current: Int64?
        var addend: Int64 = 0
        for word in words {
            if let value = small[word] {
                guard current == nil || current == 0 else { return nil }
                current = value * 100 + addend
                addend = 0
            } else if let value = whole[word] {
                guard current == nil else { return nil }
                current = value
            } else if let value = halves[word] {
                addend = value
            } else if let value = hundredths(word) {
                guard current == nil else { return nil }
                current = value + addend
                addend = 0
            } else if let unit = units[word] {
                // "सवा लाख" is a lakh and a quarter; "साढ़े" needs its number.
                guard addend != 50, current != nil || total == 0 else { return nil }
                let product = (current ?? 100 + addend).multipliedReportingOverflow(by: unit)
                if product.overflow || product.partialValue > amountHundredthsMax { return nil }
                total += product.partialValue
                current = nil
                addend = 0
            } else {
                return nil
            }
            if total > amountHundredthsMax { return nil }
        }
        return addend == 0 ? total + (current ?? 0) : nil
    }

    /// A hundred thousand crore: above any amount a citizen can mean, far below overflow.
    private static let amountHundredthsMax: Int64 = 100_000_000_000_000

    private static let fillers: Set<String> = [
        "rs", "rupees", "rupaye", "rupee", "rupay", "inr", "रुपये", "रुपए", "रूपये", "रु", "only", "मात्र", "ke", "के", "and", "aur", "और",
    ]

    private static func table(_ pairs: [(Int64, [String])]) -> [String: Int64] {
        var result: [String: Int64] = [:]
        for (value, spellings) in pairs {
            for spelling in spellings { result[Normalised.folded(spelling)] = value }
        }
        return result
    }

    private static let units = table([
        (100, ["सौ", "sau", "so", "hundred"]), (1000, ["हज़ार", "हजार", "hazar", "hazaar", "hajar", "thousand", "k"]),
        (100_000, ["लाख", "lakh", "lac", "laakh", "lakhs"]), (10_000_000, ["करोड़", "करोड", "crore", "karod", "cr"]),
    ])
    /// Hundredths of one.
    private static let whole = table([(150, ["डेढ़", "dedh", "ded", "dhed"]), (250, ["ढाई", "dhai", "dhaai", "adhai"])])
    private static let halves = table([
        (50, ["साढ़े", "sadhe", "saadhe", "sade"]), (25, ["सवा", "sava", "sawa"]), (-25, ["पौने", "paune", "pone"]),
    ])
    private static let small = table([
        (0, ["शून्य", "zero", "shunya"]), (1, ["एक", "ek", "one"]), (2, ["दो", "do", "two"]), (3, ["तीन", "teen", "tin", "three"]),
        (4, ["चार", "char", "chaar", "four"]), (5, ["पांच", "पाँच", "paanch", "panch", "five"]),
        (6, ["छह", "छः", "छ", "chhah", "chhe", "che", "six"]),
        (7, ["सात", "saat", "sat", "seven"]), (8, ["आठ", "aath", "ath", "eight"]), (9, ["नौ", "nau", "nine"]),
        (10, ["दस", "das", "dus", "ten"]), (11, ["ग्यारह", "gyarah", "eleven"]), (12, ["बारह", "barah", "twelve"]),
        (15, ["पंद्रह", "pandrah", "fifteen"]), (20, ["बीस", "bees", "bis", "twenty"]), (25, ["पच्चीस", "pachees", "pachis"]),
        (30, ["तीस", "tees", "tis", "thirty"]), (40, ["चालीस", "chalis", "chalees", "forty"]), (50, ["पचास", "pachas", "pachaas", "fifty"]),
        (60, ["साठ", "saath", "sath", "sixty"]), (70, ["सत्तर", "sattar", "seventy"]), (75, ["पचहत्तर", "pachhattar"]),
        (80, ["अस्सी", "assi", "eighty"]), (90, ["नब्बे", "nabbe", "ninety"]),
    ])
}
