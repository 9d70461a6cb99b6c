// Asks e-District about something that was not filed by us: a pension, a demand. Called within a turn, while a citizen
// waits.
import Conversation
import HTTPClient
import Model

extension EDistrictPortal {
    /// A citizen waits for this one; a status poll can take longer.
    private static let lookUpMilliseconds = 3000

    public func lookUp(_ service: ServiceID, _ values: [FieldAnswer]) async throws(PortalFailure) -> [FieldAnswer] {
        let xml = XMLNode(
            "LookUp",
            children: [
                XMLNode("Service", text: code(of: service)),
                XMLNode("Fields", children: values.map { XMLNode("Field", [("name", $0.key)], text: $0.value) }),
            ])
        let body = HTTPRequest.Body.bytes(xml.document(namespace: EDistrictSchema.namespace))
        let answer = try await ask(request("lookup", body, Self.lookUpMilliseconds), expecting: "Record")
        return answer.children.compactMap { field in
            field.attribute("name").map { FieldAnswer(key: "portal." + $0, value: field.text) }
        }
    }
}
