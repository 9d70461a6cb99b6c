// XML as Swift sees it: read safely by CXML, checked against a schema, walked. The portals' adapters call it on any
// task; the portal emulator compiles this same file, so that both sides read alike.
import CXML
import Synchronization

/// Why a document was refused. Says where, never what: values are a citizen's.
struct XMLRefusal: Error, Sendable, CustomStringConvertible {
    let code: cxml_code_t
    let number: Int32
    let line: Int32
    let element: String

    init(_ raw: cxml_error_t) {
        code = raw.code
        number = raw.number
        line = raw.line
        element = withUnsafeBytes(of: raw.element) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    var description: String {
        let what =
            switch code {
            case CXML_TOO_LARGE: "is too large"
            case CXML_MALFORMED: "is no well-formed XML"
            case CXML_DECLARATION: "has a document type declaration"
            case CXML_INVALID: "does not keep to the schema"
            default: "can't be read"
            }
        return element.isEmpty ? "\(what) (line \(line))" : "\(what) at \(element) (line \(line), libxml2 \(number))"
    }
}

/// A document; its elements keep it alive.
final class XMLTree {
    fileprivate let pointer: OpaquePointer

    init(_ bytes: [UInt8], bytesMax: Int) throws(XMLRefusal) {
        var error = cxml_error_t()
        guard
            let read = bytes.withUnsafeBufferPointer({ cxml_document_read($0.baseAddress, $0.count, bytesMax, &error) })
        else {
            throw XMLRefusal(error)
        }
        pointer = read
    }

    deinit { cxml_document_free(pointer) }

    var root: XMLElement { XMLElement(tree: self, pointer: cxml_document_root(pointer)) }
}

struct XMLElement {
    fileprivate let tree: XMLTree
    fileprivate let pointer: OpaquePointer

    var name: String { String(cString: cxml_element_name(pointer)) }
    var namespace: String { String(cString: cxml_element_namespace(pointer)) }

    /// Of this element alone, without its children's.
    var text: String { taken(cxml_element_text(pointer)) ?? "" }

    func attribute(_ name: String) -> String? { taken(cxml_element_attribute(pointer, name)) }

    var children: [XMLElement] {
        var result: [XMLElement] = []
        var next = cxml_element_first_child(pointer)
        while let found = next {
            result.append(XMLElement(tree: tree, pointer: found))
            next = cxml_element_next(found)
        }
        return result
    }

    func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The child's text, or nil when there is no such child.
    func text(of name: String) -> String? { child(name)?.text }

    private func taken(_ text: UnsafeMutablePointer<CChar>?) -> String? {
        guard let text else { return nil }
        defer { cxml_text_free(text) }
        return String(cString: text)
    }
}

/// An XSD, read once and used by one thread at a time.
final class XMLSchema: Sendable {
    /// Owns what CXML gave.
    private struct Pointer: ~Copyable, @unchecked Sendable {  // only ever touched under the schema's lock
        let raw: OpaquePointer
        deinit { cxml_schema_free(raw) }
    }

    private let pointer: Mutex<Pointer>

    init(_ text: String) throws(XMLRefusal) {
        var error = cxml_error_t()
        let bytes = Array(text.utf8)
        guard let read = bytes.withUnsafeBufferPointer({ cxml_schema_read($0.baseAddress, $0.count, &error) }) else {
            throw XMLRefusal(error)
        }
        pointer = Mutex(Pointer(raw: read))
    }

    /// Reads a document that obeys this schema.
    func read(_ bytes: [UInt8], bytesMax: Int) throws(XMLRefusal) -> XMLElement {
        let tree = try XMLTree(bytes, bytesMax: bytesMax)
        var error = cxml_error_t()
        guard pointer.withLock({ cxml_schema_check($0.raw, tree.pointer, &error) }) else { throw XMLRefusal(error) }
        return tree.root
    }
}
