// The screens, languages and lights that the pages are tried on. Given to Browser by the tests.
import Testing

/// What the window is like: the screen, the person's language and their choice of light or dark.
struct Window: Sendable, CustomTestStringConvertible {
    enum Tongue: String, Sendable, CaseIterable {
        case hindi = "hi"
        case english = "en"
    }

    static let phone = (width: 390, height: 844)
    static let desk = (width: 1280, height: 800)

    var width = Self.phone.width
    var height = Self.phone.height
    var tongue = Tongue.hindi
    var isDark = false

    static func phone(_ tongue: Tongue, dark: Bool = false) -> Window {
        Window(width: phone.width, height: phone.height, tongue: tongue, isDark: dark)
    }

    static func desk(_ tongue: Tongue, dark: Bool = false) -> Window {
        Window(width: desk.width, height: desk.height, tongue: tongue, isDark: dark)
    }

    /// Both screens, both languages; Hindi in the light, English in the dark and the other way round on the other screen.
    static let all = Tongue.allCases.flatMap { tongue in
        [false, true].flatMap { [phone(tongue, dark: $0), desk(tongue, dark: $0)] }
    }

    var name: String { "\(width)-\(tongue.rawValue)-\(isDark ? "dark" : "light")" }
    var testDescription: String { name }
}
