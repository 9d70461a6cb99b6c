// The adapter to e-District: files applications, asks for their state, fetches certificates. The job runner calls it,
// on any task; it keeps nothing but the door's count.
import Conversation
import Foundation
import HTTPClient
import Model

public struct EDistrictPortal: DepartmentPortal {
    private let configuration: EDistrictConfiguration
    private let client: HTTPClient
    private let schema: XMLSchema
    private let gate: PortalGate

    /// Throws when the configuration's pattern is no pattern.
    public init(
        _ configuration: EDistrictConfiguration, client: HTTPClient, now: @escaping @Sendable () -> Moment
    ) throws(Problem) {
        guard (try? Regex(configuration.applicationNumberPattern)) != nil else {
            throw Problem(code: "PORTAL_PATTERN", sentence: "application_number_pattern is not a regular expression")
        }
        do {
            schema = try XMLSchema(EDistrictSchema.text)
        } catch {
            throw Problem(code: "PORTAL_SCHEMA", sentence: "the e-District schema \(error)")
        }
        self.configuration = configuration
        self.client = client
        var bounds = PortalGate.Bounds()
        bounds.breaker.failuresMax = configuration.breakerFailuresMax
        bounds.breaker.openSeconds = configuration.breakerOpenSeconds
        bounds.callsMax = configuration.callsMax
        gate = PortalGate(bounds, now: now)
    }

    /// Whether the portal is left alone at the moment: what the operator's page shows.
    public var isDown: Bool { gate.isOpen }

    public func file(_ filing: PortalFiling) async throws(PortalFailure) -> String {
        let answer = try await ask(submission(of: filing), expecting: "Acknowledgement")
        return try applicationNumber(in: answer)
    }

    public func status(of portalNumber: String) async throws(PortalFailure) -> PortalStatus {
        let answer = try await ask(inquiry("GetStatus", "status", portalNumber), expecting: "Status")
        guard answer.text(of: "ApplicationNumber") == portalNumber,
            let raw = answer.text(of: "State"), let updated = answer.text(of: "UpdatedAt").flatMap(Self.moment)
        else { throw Self.garbled("the portal answered for another application") }
        let office = [answer.text(of: "Office"), answer.text(of: "Level")].compactMap(\.self).joined(separator: ", ")
        return PortalStatus(
            state: configuration.states[raw] ?? .unmapped, raw: raw, office: office.isEmpty ? nil : office,
            reason: answer.text(of: "Reason"), updatedAt: updated)
    }

    public func certificate(of portalNumber: String) async throws(PortalFailure) -> PortalCertificate {
        let answer = try await ask(inquiry("GetCertificate", "certificate", portalNumber), expecting: "Certificate")
        guard answer.text(of: "ApplicationNumber") == portalNumber, let number = answer.text(of: "CertificateNumber"),
            let document = answer.child("Document"), document.attribute("mimeType") == "application/pdf",
            let pdf = Data(base64Encoded: document.text, options: .ignoreUnknownCharacters),
            pdf.count <= EDistrictSchema.certificateBytesMax, pdf.starts(with: Array("%PDF-".utf8))
        else { throw Self.garbled("the portal's certificate is not the PDF that was asked for") }
        return PortalCertificate(certificateNumber: number, pdf: Array(pdf))
    }
}

// MARK: - What is sent

extension EDistrictPortal {
    private func submission(of filing: PortalFiling) -> HTTPRequest {
        let papers = filing.documents.enumerated().map { index, paper in
            XMLNode(
                "Document",
                [
                    ("id", paper.document.id), ("kind", paper.document.kind),
                    ("mimeType", paper.document.kept.mimeType),
                    ("sha256", paper.document.kept.sha256), ("bytes", String(paper.bytes.count)),
                    ("part", "paper_\(index + 1)"),
                ])
        }
        let xml = XMLNode(
            "SubmitApplication",
            children: [
                XMLNode("IdempotencyKey", text: filing.number.rawValue),
                XMLNode("Service", text: code(of: filing.service)),
                XMLNode("Fields", children: filing.values.map { XMLNode("Field", [("name", $0.key)], text: $0.value) }),
                XMLNode("Documents", children: papers),
            ])
        var parts = [
            MultipartPart(
                name: EDistrictSchema.applicationPart, filename: "application.xml", contentType: "application/xml",
                bytes: xml.document(namespace: EDistrictSchema.namespace))
        ]
        for (index, paper) in filing.documents.enumerated() {
            parts.append(
                MultipartPart(
                    name: "paper_\(index + 1)", filename: "paper_\(index + 1)",
                    contentType: paper.document.kept.mimeType,
                    bytes: paper.bytes))
        }
        return request("submit", .multipart(parts), configuration.submitTimeoutMilliseconds)
    }

    func code(of service: ServiceID) -> String { configuration.serviceCodes[service] ?? service.rawValue }

    private func inquiry(_ name: String, _ path: String, _ portalNumber: String) -> HTTPRequest {
        let xml = XMLNode(name, children: [XMLNode("ApplicationNumber", text: portalNumber)])
        return request(
            path, .bytes(xml.document(namespace: EDistrictSchema.namespace)), configuration.inquiryTimeoutMilliseconds)
    }

    func request(_ path: String, _ body: HTTPRequest.Body, _ timeoutMilliseconds: Int) -> HTTPRequest {
        var headers = [("Content-Type", "application/xml; charset=utf-8"), ("Accept", "application/xml")]
        if let key = configuration.key { headers.append((configuration.keyHeader, key)) }
        // Repeatable: inquiries change nothing, and a submission carries its idempotency key.
        return HTTPRequest(
            .post, "\(configuration.url)/\(path)", headers: headers, body: body,
            timeoutMilliseconds: timeoutMilliseconds,
            responseBytesMax: EDistrictSchema.documentBytesMax, isRepeatable: true)
    }
}

// MARK: - What came back

extension EDistrictPortal {
    func ask(_ request: HTTPRequest, expecting name: String) async throws(PortalFailure) -> XMLElement {
        try gate.enter()
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            gate.leave(error.code == .cancelled ? .unknown : .down)
            throw Self.failure(of: error)
        }
        guard let answer = try? schema.read(response.body, bytesMax: EDistrictSchema.documentBytesMax) else {
            gate.leave(.down)
            throw Self.failure(withoutXML: response)
        }
        if answer.name == "Fault" {
            // 503 as a well-formed fault is still a portal that is down.
            gate.leave(response.status == 503 ? .down : .alive)
            throw Self.failure(fault: answer, response)
        }
        gate.leave(answer.name == name && response.isSuccess ? .alive : .down)
        guard answer.name == name, response.isSuccess else {
            throw Self.garbled("the portal answered something else than was asked")
        }
        return answer
    }

    private func applicationNumber(in answer: XMLElement) throws(PortalFailure) -> String {
        let number = answer.text(of: "ApplicationNumber") ?? ""
        guard let pattern = try? Regex(configuration.applicationNumberPattern),
            (try? pattern.wholeMatch(in: number)) != nil
        else {
            // Retried: the same number comes again, and is taken once the administrator has set the pattern right.
            throw Self.failure(
                "PORTAL_NUMBER", "the portal's application number does not look like application_number_pattern",
                after: 900)
        }
        return number
    }

    private static func moment(_ text: String) -> Moment? {
        guard let date = try? Date(text, strategy: .iso8601) else { return nil }
        return Moment(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
    }

    private static func failure(of error: HTTPFailure) -> PortalFailure {
        failure("PORTAL_\(error.code.rawValue.uppercased())", error.sentence, after: 30)
    }

    /// An answer that is not in our contract: a page of a proxy, a stack trace. Its text is not repeated.
    private static func failure(withoutXML response: HTTPResponse) -> PortalFailure {
        switch response.status {
        case 401, 403: failure("PORTAL_KEY", "the portal does not accept our key (HTTP \(response.status))", after: 900)
        case 404: failure("PORTAL_URL", "the portal's URL leads nowhere (HTTP 404)", after: 900)
        case 429, 500...:
            failure(
                "PORTAL_HTTP_\(response.status)", "the portal answered HTTP \(response.status)", after: wait(response))
        default: garbled("the portal's answer (HTTP \(response.status)) is not in the agreed form")
        }
    }

    /// The portal's reason goes to the citizen only when it is final: then it says what they must change.
    private static func failure(fault: XMLElement, _ response: HTTPResponse) -> PortalFailure {
        let retryable = ["true", "1"].contains(fault.text(of: "Retryable"))
        let code = "PORTAL_FAULT_" + (fault.text(of: "Code") ?? "UNKNOWN")
        let problem = Problem(
            code: code, sentence: fault.text(of: "Reason") ?? "", retryAfterSeconds: retryable ? wait(response) : nil)
        return PortalFailure(problem: problem, retryable: retryable)
    }

    private static func garbled(_ sentence: String) -> PortalFailure { failure("PORTAL_GARBLED", sentence, after: 60) }

    private static func failure(_ code: String, _ sentence: String, after seconds: Int64) -> PortalFailure {
        PortalFailure(problem: Problem(code: code, sentence: sentence, retryAfterSeconds: seconds), retryable: true)
    }

    /// `Retry-After` in seconds, between one second and an hour; half a minute where none is given.
    private static func wait(_ response: HTTPResponse) -> Int64 {
        min(3600, max(1, response.header("Retry-After").flatMap { Int64($0) } ?? 30))
    }
}
