// Finds Aadhaar numbers in what citizens write, so that they are refused and never kept.

/// Twelve digits, the first 2 to 9, the last a Verhoeff check digit (UIDAI).
public enum Aadhaar {
    public static func isContained(in text: String) -> Bool {
        !ranges(in: text).isEmpty
    }

    /// The text with each number's first eight digits replaced.
    public static func masked(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for positions in ranges(in: text) {
            for position in positions.prefix(8) { scalars[position] = "X" }
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Positions (of scalars) of the twelve digits of each number found; spaces, dots and dashes between them do not hide it.
    private static func ranges(in text: String) -> [[Int]] {
        var found: [[Int]] = []
        var run: [(position: Int, digit: Int, startsGroup: Bool)] = []
        var afterSeparator = true
        let scalars = Array(text.unicodeScalars)
        for (position, scalar) in scalars.enumerated() {
            if let digit = decimal(scalar) {
                run.append((position, digit, afterSeparator))
                afterSeparator = false
            } else if isSeparator(scalar) {
                afterSeparator = true
            } else {
                collect(run, into: &found)
                run = []
                afterSeparator = true
            }
        }
        collect(run, into: &found)
        return found
    }

    /// Twelve digits that begin and end with a group: other numbers may stand before and behind.
    private static func collect(_ run: [(position: Int, digit: Int, startsGroup: Bool)], into found: inout [[Int]]) {
        guard run.count >= 12 else { return }
        for start in 0...(run.count - 12) where run[start].startsGroup && run[start].digit >= 2 {
            guard start + 12 == run.count || run[start + 12].startsGroup else { continue }
            let twelve = run[start..<start + 12]
            if isVerhoeff(twelve.map(\.digit)) { found.append(twelve.map(\.position)) }
        }
    }

    private static func decimal(_ scalar: Unicode.Scalar) -> Int? {
        guard scalar.properties.numericType == .decimal else { return nil }
        return scalar.properties.numericValue.map(Int.init)
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Joiners and direction marks are invisible between digits; any dash groups them.
        case .format, .dashPunctuation: true
        default: scalar.properties.isWhitespace || "./_".unicodeScalars.contains(scalar)
        }
    }

    private static func isVerhoeff(_ digits: [Int]) -> Bool {
        var check = 0
        for (index, digit) in digits.reversed().enumerated() {
            check = multiplication[check][permutation[index % 8][digit]]
        }
        return check == 0
    }

    private static let multiplication = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6], [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1], [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ]
    private static let permutation = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2], [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1], [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ]
}
