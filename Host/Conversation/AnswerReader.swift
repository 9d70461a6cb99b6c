// Reads a citizen's answer to one field: normalised value, a reading to confirm, or what is wrong with it. Pure.
import Model

public enum AnswerReading: Equatable, Sendable {
    /// As modules see it; PluginAPI/Schemas/README.md has the form of each type.
    case value(String)
    /// Understood, but differently from what was written: shown and asked for a yes.
    case confirm(String)
    case wrong(WrongAnswer)
}

/// Why an answer can't be taken. Replies has the sentence for each.
public enum WrongAnswer: Equatable, Sendable {
    case empty, notAName, tooShort(Int), tooLong(Int), notADate, ambiguousDate, dateTooEarly(Day), dateTooLate(Day), notANumber
    case numberTooSmall(String), numberTooBig(String), notAMobile, notAnOption, notYesOrNo, wrongPattern, officeGone(String)
    case aadhaar
    case whichOne([String])
}

public struct AnswerReader: Sendable {
    let field: Field
    /// Options that may be chosen now, already narrowed (a district's sub-divisions, valid today).
    let choices: [Choice]
    /// Entries that once could: recognised and explained.
    let formerChoices: [Choice]
    let today: Day

    public init(field: Field, choices: [Choice] = [], formerChoices: [Choice] = [], today: Day) {
        self.field = field
        self.choices = choices
        self.formerChoices = formerChoices
        self.today = today
    }

    public func read(_ text: String) -> AnswerReading {
        let answer = Normalised.answer(text, charactersMax: Limits.answerCharactersMax + 1)
        guard !answer.isEmpty else { return .wrong(.empty) }
        switch field.type {
        case .name: return readName(answer)
        case .text, .address: return readText(answer)
        case .reference: return readReference(answer)
        case .date: return readDate(answer)
        case .number: return readNumber(answer)
        case .money: return readMoney(answer)
        case .mobile: return readMobile(answer)
        case .yesNo: return readYesNo(answer)
        case .choice, .district, .subDivision: return readChoice(answer)
        }
    }

    private func readName(_ answer: String) -> AnswerReading {
        if Aadhaar.isContained(in: answer) { return .wrong(.aadhaar) }
        if Normalised.asciiDigits(answer).contains(where: \.isNumber) { return .wrong(.notAName) }
        let letters = answer.unicodeScalars.filter(\.properties.isAlphabetic).count
        guard letters >= 2 else { return .wrong(.notAName) }
        return bounded(answer, shortest: 2, longest: 80)
    }

    private func readText(_ answer: String) -> AnswerReading {
        if Aadhaar.isContained(in: answer) { return .wrong(.aadhaar) }
        guard Normalised.hasWords(answer) else { return .wrong(.empty) }
        return bounded(answer, shortest: field.type == .address ? 8 : 1, longest: Limits.answerCharactersMax)
    }

    private func readReference(_ answer: String) -> AnswerReading {
        let compact = Normalised.asciiDigits(answer).uppercased().filter { !$0.isWhitespace }
        if Aadhaar.isContained(in: answer) || Aadhaar.isContained(in: compact) { return .wrong(.aadhaar) }
        if let pattern = field.pattern {
            guard let expression = try? Regex(pattern), compact.wholeMatch(of: expression) != nil else { return .wrong(.wrongPattern) }
            return .value(compact)
        }
        return bounded(compact, shortest: 2, longest: 60)
    }

    private func bounded(_ answer: String, shortest: Int, longest: Int) -> AnswerReading {
        let minimum = field.min?.integer.map(Int.init) ?? shortest
        let maximum = min(field.max?.integer.map(Int.init) ?? longest, Limits.answerCharactersMax)
        if answer.count < minimum { return .wrong(.tooShort(minimum)) }
        if answer.count > maximum { return .wrong(.tooLong(maximum)) }
        return .value(answer)
    }

    private func readDate(_ answer: String) -> AnswerReading {
        switch DateReading.read(answer, today: today) {
        case .none: return .wrong(.notADate)
        case .ambiguous: return .wrong(.ambiguousDate)
        case .day(let day, let isCertain):
            if let earliest = resolve(field.min), day < earliest { return .wrong(.dateTooEarly(earliest)) }
            if let latest = resolve(field.max), day > latest { return .wrong(.dateTooLate(latest)) }
            return isCertain ? .value(day.description) : .confirm(day.description)
        }
    }

    /// `today`, `today-18y`, `today+30d` or a day.
    private func resolve(_ bound: Bound?) -> Day? {
        guard let text = bound?.date else { return nil }
        guard text.hasPrefix("today") else { return Day(text) }
        let rest = text.dropFirst(5)
        guard let unit = rest.last, let amount = Int(rest.dropLast()) else { return rest.isEmpty ? today : nil }
        return unit == "y" ? today.adding(years: amount) : today.adding(days: amount)
    }

    private func readNumber(_ answer: String) -> AnswerReading {
        guard let number = SpokenNumber.read(answer, decimals: field.decimals ?? 0) else { return .wrong(.notANumber) }
        let scale = SpokenNumber.scale(field.decimals ?? 0)
        if let least = field.min?.integer, number < least * scale { return .wrong(.numberTooSmall("\(least)")) }
        if let most = field.max?.integer, number > most * scale { return .wrong(.numberTooBig("\(most)")) }
        return .value(SpokenNumber.text(number, decimals: field.decimals ?? 0))
    }

    private func readMoney(_ answer: String) -> AnswerReading {
        guard let paise = SpokenNumber.read(answer, decimals: 2) else { return .wrong(.notANumber) }
        if let least = field.min?.integer, paise < least { return .wrong(.numberTooSmall("₹" + Rupees.text(least))) }
        if let most = field.max?.integer, paise > most { return .wrong(.numberTooBig("₹" + Rupees.text(most))) }
        return .value("\(paise)")
    }

    private func readMobile(_ answer: String) -> AnswerReading {
        var digits = Normalised.asciiDigits(answer).filter { $0.isASCII && $0.isNumber }
        if digits.count == 12, digits.hasPrefix("91") { digits.removeFirst(2) }
        if digits.count == 11, digits.hasPrefix("0") { digits.removeFirst() }
        guard digits.count == 10, let first = digits.first, ("6"..."9").contains(first) else { return .wrong(.notAMobile) }
        return .value("+91" + digits)
    }

    private func readYesNo(_ answer: String) -> AnswerReading {
        switch Command.read(answer) {
        case .yes: .value("yes")
        case .no: .value("no")
        default: .wrong(.notYesOrNo)
        }
    }

    private func readChoice(_ answer: String) -> AnswerReading {
        let folded = Normalised.folded(answer)
        if let number = Int(folded), choices.indices.contains(number &- 1) { return .value(choices[number - 1].id) }
        let exact = choices.filter { spellings(of: $0).contains(folded) }
        if exact.count == 1 { return .value(exact[0].id) }
        if let former = formerChoices.first(where: { spellings(of: $0).contains(folded) }) { return .wrong(.officeGone(former.id)) }
        guard folded.count >= 3 else { return .wrong(.notAnOption) }
        let near = choices.filter { choice in
            spellings(of: choice).contains { $0.hasPrefix(folded) || folded.contains($0) || EditDistance.isClose($0, folded) }
        }
        switch near.count {
        case 0: return .wrong(.notAnOption)
        case 1: return .confirm(near[0].id)
        default: return .wrong(.whichOne(near.map(\.id)))
        }
    }

    private func spellings(of choice: Choice) -> [String] {
        ([choice.label.hindi, choice.label.english, choice.label.hinglish] + (choice.also ?? [])).map(Normalised.folded)
    }
}

/// Whether two folded words differ by at most one slip in five letters.
enum EditDistance {
    static func isClose(_ left: String, _ right: String) -> Bool {
        let a = Array(left.unicodeScalars)
        let b = Array(right.unicodeScalars)
        let allowed = max(a.count, b.count) / 5
        guard allowed > 0, abs(a.count - b.count) <= allowed, a.count <= 60, b.count <= 60 else { return false }
        var previous = Array(0...b.count)
        for (row, letter) in a.enumerated() {
            var current = [row + 1]
            for (column, other) in b.enumerated() {
                let substitution = previous[column] + (letter == other ? 0 : 1)
                current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[b.count] <= allowed
    }
}

/// Rupees from paise, grouped as in India: 1,50,000.50.
public enum Rupees {
    public static func text(_ paise: Int64) -> String {
        let rupees = String(paise.magnitude / 100)
        var groups: [Substring] = [rupees.suffix(3)]
        var rest = rupees.dropLast(3)
        while !rest.isEmpty {
            groups.insert(rest.suffix(2), at: 0)
            rest = rest.dropLast(2)
        }
        let fraction = paise.magnitude % 100
        let whole = (paise < 0 ? "-" : "") + groups.joined(separator: ",")
        return fraction == 0 ? whole : whole + "." + (fraction < 10 ? "0" : "") + "\(fraction)"
    }
}
