// Reading XML that somebody else wrote.
import CXML
import Testing

@testable import Portals

@Suite("XML from outside")
struct XMLTreeTests {
    private func refusal(_ text: String, bytesMax: Int = 1 << 20) -> XMLRefusal? {
        do {
            _ = try XMLTree(Array(text.utf8), bytesMax: bytesMax)
            return nil
        } catch {
            return error
        }
    }

    private func refusal(bySchema text: String) throws -> XMLRefusal? {
        let schema = try XMLSchema(EDistrictSchema.text)
        do {
            _ = try schema.read(Array(text.utf8), bytesMax: 1 << 20)
            return nil
        } catch {
            return error
        }
    }

    @Test("names, attributes, text and children are read in their order, in any script")
    func walk() throws {
        let text = #"<a xmlns="urn:x" k="आय &amp; व्यय"> one <b>नमस्ते</b> two <c><![CDATA[<raw>]]></c><b/></a>"#
        let root = try XMLTree(Array(text.utf8), bytesMax: 1000).root

        #expect(root.name == "a")
        #expect(root.namespace == "urn:x")
        #expect(root.attribute("k") == "आय & व्यय")
        #expect(root.attribute("none") == nil)
        #expect(root.text == " one  two ")
        #expect(root.children.map(\.name) == ["b", "c", "b"])
        #expect(root.text(of: "b") == "नमस्ते")
        #expect(root.text(of: "c") == "<raw>")
        #expect(root.text(of: "d") == nil)
    }

    @Test("what was written is what is read, also what would break the markup")
    func roundTrip() throws {
        let odd = "a<b>&\"'\t\r\n ]]> \u{200D}क्‍ष 😀"
        let node = XMLNode("r", [("a", odd)], children: [XMLNode("t", text: odd + "\u{0}\u{8}\u{FFFE}"), XMLNode("e")])

        let root = try XMLTree(node.document(namespace: "urn:x"), bytesMax: 1000).root

        #expect(root.attribute("a") == odd)
        #expect(root.text(of: "t") == odd)
        #expect(root.text(of: "e") == "")
    }

    @Test(
        "a document type declaration is refused, whatever is in it",
        arguments: [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a>&x;</a>",
            "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>",
            "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;&l;&l;\"><!ENTITY n \"&m;&m;&m;&m;\">]><a>&n;</a>",
        ])
    func declaration(text: String) throws {
        #expect(refusal("<?xml version=\"1.0\"?>" + text)?.code == CXML_DECLARATION)
    }

    @Test(
        "what is no XML, too long or too deep is refused",
        arguments: ["", " ", "{}", "<a>", "<a/><b/>", "<a>\u{1}</a>", "<a>&x;</a>"])
    func malformed(text: String) throws {
        #expect(refusal(text)?.code == CXML_MALFORMED)
        #expect(refusal("<a>12345</a>", bytesMax: 11)?.code == CXML_TOO_LARGE)
        let deep = String(repeating: "<a>", count: 300) + String(repeating: "</a>", count: 300)
        #expect(refusal(deep)?.code == CXML_MALFORMED)
    }

    @Test("a document against the schema is refused by place, and its values are never repeated")
    func schema() throws {
        let head = "<SubmitApplication xmlns=\"\(EDistrictSchema.namespace)\"><IdempotencyKey>SMV-26-1</IdempotencyKey>"
        let tail = "<Documents/></SubmitApplication>"
        let good = head + "<Service>s</Service><Fields><Field name=\"a\">सुनील</Field></Fields>" + tail
        let bad = head + "<Service>सुनील कुमार</Service><Fields/>" + tail
        let twice =
            head + "<Service>s</Service><Fields><Field name=\"a\">1</Field><Field name=\"a\">2</Field></Fields>" + tail

        #expect(try refusal(bySchema: good) == nil)
        let refused = try #require(try refusal(bySchema: bad))
        #expect(refused.code == CXML_INVALID)
        #expect(refused.element == "Service")
        #expect(!refused.description.contains("सुनील"))
        #expect(try refusal(bySchema: twice)?.code == CXML_INVALID)
        #expect(try refusal(bySchema: "<SubmitApplication/>")?.code == CXML_INVALID)
        #expect(throws: XMLRefusal.self) { try XMLSchema("<not-a-schema/>") }
    }

    @Test("many tasks may read with one schema at once")
    func parallel() async throws {
        let schema = try XMLSchema(EDistrictSchema.text)
        let bytes = XMLNode("GetStatus", children: [XMLNode("ApplicationNumber", text: "ED/2026/1")])
            .document(namespace: EDistrictSchema.namespace)

        let good = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<500 {
                group.addTask { (try? schema.read(bytes, bytesMax: 1000).text(of: "ApplicationNumber")) == "ED/2026/1" }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(good == 500)
    }
}
