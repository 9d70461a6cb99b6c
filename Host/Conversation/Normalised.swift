// One spelling for the many that citizens type. Pure; used by answers and commands here, and by NLU.
import Foundation

public enum Normalised {
    /// What we keep of an answer: NFC, no control or zero-width characters but the joiners that Devanagari needs,
    /// white space collapsed, trimmed, at most `charactersMax` characters.
    public static func answer(_ text: String, charactersMax: Int) -> String {
        var scalars = String.UnicodeScalarView()
        var lastWasSpace = true
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
            if isSpace {
                if !lastWasSpace { scalars.append(" ") }
                lastWasSpace = true
            } else if !isInvisible(scalar) {
                scalars.append(scalar)
                lastWasSpace = false
            }
        }
        if lastWasSpace, !scalars.isEmpty { scalars.removeLast() }
        // A heap of marks on one letter is one character: scalars are bounded too.
        return String(String(String.UnicodeScalarView(scalars.prefix(4 * charactersMax))).prefix(charactersMax))
    }

    /// For comparing: lower case, nukta and joiners dropped, chandrabindu as anusvara, digits as ASCII, punctuation as
    /// space, three and more of a letter as two ("bahuuut"), single spaces.
    public static func folded(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var repeats = 0
        for scalar in text.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars {
            guard let kept = fold(scalar) else { continue }
            if kept == result.last {
                repeats += 1
                // Letters only: 5000 is not 500.
                if kept == " " || (repeats >= 2 && !("0"..."9").contains(kept)) { continue }
            } else {
                repeats = 0
            }
            if kept == " ", result.isEmpty { continue }
            result.append(kept)
        }
        if result.last == " " { result.removeLast() }
        return String(result)
    }

    /// Devanagari, full-width and other decimal digits as ASCII; everything else unchanged.
    public static func asciiDigits(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !$0.isASCII }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(digit(scalar) ?? scalar) }
        return String(result)
    }

    /// Whether the text has a letter or a digit at all: not only emoji, punctuation, or nothing.
    public static func hasWords(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }

    private static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x093C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFE0E, 0xFE0F, 0xFEFF: return nil
        case 0x0901: return "\u{0902}"
        case 0x0300...0x036F: return nil
        default: break
        }
        if let digit = digit(scalar) { return digit }
        let properties = scalar.properties
        if properties.isAlphabetic || properties.generalCategory == .nonspacingMark || properties.generalCategory == .spacingMark {
            return scalar
        }
        return scalar == "'" || scalar == "’" ? nil : " "
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if scalar.isASCII { return ("0"..."9").contains(scalar) ? scalar : nil }
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return Unicode.Scalar(UInt32(48 + Int(value)))
    }

    /// Zero-width characters and direction marks that carry no meaning in an answer; ZWJ and ZWNJ shape Devanagari.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF, 0xFE0E, 0xFE0F: true
        default: false
        }
    }
}
