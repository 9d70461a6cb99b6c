// Dates as people write them: 15/08/1985, 15-8-85, "15 अगस्त 1985", "Aug 15 1985", १५.०८.१९८५, आज, kal. Pure.

enum DateReading: Equatable {
    case none
    /// परसों, "kal" where it could be either: ask.
    case ambiguous
    /// `isCertain` is false when the century or the order of day and month was our guess.
    case day(Day, isCertain: Bool)

    static func read(_ text: String, today: Day) -> DateReading {
        let folded = Normalised.folded(text)
        if let relative = relativeDays[folded] { return .day(today.adding(days: relative), isCertain: true) }
        if ambiguousWords.contains(folded) { return .ambiguous }
        let parts = split(folded)
        guard parts.count == 3 else { return compact(parts) }
        if let month = parts.firstIndex(where: { months[$0] != nil }) { return named(parts, monthAt: month, today: today) }
        guard let numbers = Optional(parts.compactMap { Int($0) }), numbers.count == 3 else { return .none }
        if parts[0].count == 4 { return numeric(day: numbers[2], month: numbers[1], year: numbers[0], isCertain: true) }
        let (year, isWhole) = expand(numbers[2], written: parts[2], today: today)
        if numbers[1] > 12, numbers[0] <= 12 {
            return numeric(day: numbers[1], month: numbers[0], year: year, isCertain: false)
        }
        return numeric(day: numbers[0], month: numbers[1], year: year, isCertain: isWhole)
    }

    /// `15081985`.
    private static func compact(_ parts: [String]) -> DateReading {
        guard parts.count == 1, parts[0].count == 8, let number = Int(parts[0]) else { return .none }
        return numeric(day: number / 1_000_000, month: number / 10_000 % 100, year: number % 10_000, isCertain: false)
    }

    private static func named(_ parts: [String], monthAt index: Int, today: Day) -> DateReading {
        let rest = parts.enumerated().filter { $0.offset != index }.map(\.element)
        guard rest.count == 2, let first = Int(rest[0].filter(\.isNumber)), let second = Int(rest[1].filter(\.isNumber)),
            let month = months[parts[index]]
        else { return .none }
        if first > 31 { return numeric(day: second, month: month, year: first, isCertain: true) }
        let (year, isWhole) = expand(second, written: rest[1].filter(\.isNumber), today: today)
        return numeric(day: first, month: month, year: year, isCertain: isWhole)
    }

    private static func numeric(day: Int, month: Int, year: Int, isCertain: Bool) -> DateReading {
        Day(year: year, month: month, day: day).map { .day($0, isCertain: isCertain) } ?? .none
    }

    /// Two digits: the latest such year that is not in the future; to be confirmed.
    private static func expand(_ year: Int, written: String, today: Day) -> (year: Int, isWhole: Bool) {
        guard written.count <= 2 else { return (year, true) }
        let century = today.year / 100 * 100
        return (century + year <= today.year ? century + year : century - 100 + year, false)
    }

    /// Words and numbers; "15august" falls into two, "15th" loses its ending.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var current = ""
        for character in text {
            if character == " " {
                if !current.isEmpty { parts.append(current) }
                current = ""
            } else if let last = current.last, last.isNumber != character.isNumber {
                parts.append(current)
                current = String(character)
            } else {
                current.append(character)
            }
        }
        if !current.isEmpty { parts.append(current) }
        return parts.filter { !fillers.contains($0) }
    }

    private static let fillers: Set<String> = ["st", "nd", "rd", "th", "ko", "को", "of", "tarikh", "तारीख", "san", "सन", "year"]

    private static let relativeDays: [String: Int] = ["today": 0, "आज": 0, "aaj": 0, "yesterday": -1, "tomorrow": 1]
    private static let ambiguousWords: Set<String> = Set(["कल", "kal", "परसों", "parso", "parson"].map(Normalised.folded))

    private static let months: [String: Int] = {
        let names: [[String]] = [
            ["january", "jan", "जनवरी", "janvari", "janwari"], ["february", "feb", "फ़रवरी", "फरवरी", "farvari", "farwari"],
            ["march", "mar", "मार्च"], ["april", "apr", "अप्रैल", "aprail"], ["may", "मई", "mai"], ["june", "jun", "जून"],
            ["july", "jul", "जुलाई", "julai"], ["august", "aug", "अगस्त", "agast"],
            ["september", "sep", "sept", "सितंबर", "सितम्बर", "sitambar"], ["october", "oct", "अक्टूबर", "अक्तूबर", "aktubar"],
            ["november", "nov", "नवंबर", "नवम्बर", "navambar"], ["december", "dec", "दिसंबर", "दिसम्बर", "disambar"],
        ]
        var table: [String: Int] = [:]
        for (index, spellings) in names.enumerated() {
            for spelling in spellings { table[Normalised.folded(spelling)] = index + 1 }
        }
        return table
    }()
}
