// Writes XML: the one place where text is escaped. Adapters call it on any task; the portal emulator compiles this file
// too.

/// An element under construction. Rendering is deterministic: attributes and children in the order given.
struct XMLNode: Sendable {
    var name: String
    var attributes: [(String, String)] = []
    var text = ""
    var children: [XMLNode] = []

    init(_ name: String, _ attributes: [(String, String)] = [], text: String = "", children: [XMLNode] = []) {
        self.name = name
        self.attributes = attributes
        self.text = text
        self.children = children
    }

    /// A whole document in UTF-8, the root in that namespace.
    func document(namespace: String) -> [UInt8] {
        var root = self
        root.attributes.insert(("xmlns", namespace), at: 0)
        var output = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        root.write(to: &output)
        return Array(output.utf8)
    }

    private func write(to output: inout String) {
        output += "<\(name)"
        for (key, value) in attributes { output += " \(key)=\"\(Self.escape(value))\"" }
        if text.isEmpty && children.isEmpty {
            output += "/>"
            return
        }
        output += ">" + Self.escape(text)
        for child in children { child.write(to: &output) }
        output += "</\(name)>"
    }

    /// Characters that XML 1.0 can't carry even escaped are left out: a citizen's paste may hold them, and they mean
    /// nothing.
    private static func escape(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            // Escaped, or reading would turn them into a space (XML 1.0, 3.3.3) or a line feed (2.11).
            case "\t", "\n", "\r": result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
