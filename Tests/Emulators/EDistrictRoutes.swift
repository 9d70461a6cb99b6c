// The e-District emulator's routes under /edistrict: submit, status, certificate, and its control. Strict: what is not
// in the contract's schema is refused with a fault.
import Crypto
import Foundation
import Hummingbird

/// - Parameters:
///   - key: what the header `X-API-Key` must hold; nil asks for none.
///   - file: where applications outlive a restart; nil keeps them in memory.
func addEDistrictRoutes(
    to router: Router<BasicRequestContext>, clock: EmulatorClock, key: String? = nil, file: URL? = nil
) throws {
    let emulator = try EDistrictEmulator(clock: clock, key: key, file: file)
    let group = router.group("edistrict")
    group.post("submit") { request, _ in await emulator.answer(request, emulator.submit) }
    group.post("status") { request, _ in await emulator.answer(request, emulator.status) }
    group.post("certificate") { request, _ in await emulator.answer(request, emulator.certificate) }
    group.post("lookup") { request, _ in await emulator.answer(request, emulator.lookUp) }
    group.get("schema") { _, _ in
        Response(
            status: .ok, headers: [.contentType: "application/xml; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: EDistrictSchema.text)))
    }
    group.get("control") { _, _ in emulator.summary() }
    group.post("control") { request, _ in try await emulator.obey(request) }
}

struct EDistrictEmulator: Sendable {
    /// Bytes of a whole filing: six papers of the largest kind.
    static let bodyBytesMax = 64 << 20
    /// Longer than any caller waits, shorter than a test run.
    static let hangSeconds = 120

    private let schema: XMLSchema
    private let register: EDistrictRegister
    private let control = EDistrictControl()
    private let key: String?

    init(clock: EmulatorClock, key: String?, file: URL?) throws {
        schema = try XMLSchema(EDistrictSchema.text)
        register = try EDistrictRegister(clock: clock, file: file)
        self.key = key
    }

    /// The modes, the key and the faults: the same for every verb.
    func answer(_ request: Request, _ verb: @Sendable (String, [UInt8]) throws -> XMLNode) async -> Response {
        do {
            let body = try await Array(request.body.collect(upTo: Self.bodyBytesMax).readableBytesView)
            switch control.mode {
            case .up, .loseAnswers: break
            case .down: throw EDistrictFault.unavailable
            case .garbage:
                return Response(
                    status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "<html><b>Server Error in '/'")))
            case .hang: try await Task.sleep(for: .seconds(Self.hangSeconds))
            case .slow: try await Task.sleep(for: .milliseconds(control.slowMilliseconds))
            }
            guard key == nil || request.headers[.init("X-API-Key")!] == key else { throw EDistrictFault.unauthorized }
            let answer = try verb(request.headers[.contentType] ?? "", body)
            if control.mode == .loseAnswers { try await Task.sleep(for: .seconds(Self.hangSeconds)) }
            return .xml(answer)
        } catch let fault as EDistrictFault {
            return fault.response
        } catch let refusal as XMLRefusal {
            return EDistrictFault.badRequest("the document \(refusal)").response
        } catch {
            return EDistrictFault.unavailable.response
        }
    }

    func submit(_ contentType: String, _ body: [UInt8]) throws -> XMLNode {
        guard let form = MultipartForm(contentType: contentType, body: body),
            let part = form.part(EDistrictSchema.applicationPart)
        else { throw EDistrictFault.badRequest("the body is no multipart/form-data with a part named application") }
        let root = try document(Array(part.bytes), "SubmitApplication")
        let papers = root.child("Documents")?.children ?? []
        guard form.parts.count == papers.count + 1 else {
            throw EDistrictFault.badRequest("parts and Document elements are not the same in number")
        }
        for paper in papers { try check(paper, in: form) }
        let filing = EDistrictRegister.Filing(
            key: root.text(of: "IdempotencyKey") ?? "", service: root.text(of: "Service") ?? "",
            values: (root.child("Fields")?.children ?? []).map { ($0.attribute("name") ?? "", $0.text) },
            papers: papers.map { .init(id: $0.attribute("id") ?? "", sha256: $0.attribute("sha256") ?? "") })
        let receipt = try register.submit(filing)
        return XMLNode(
            "Acknowledgement",
            children: [
                XMLNode("ApplicationNumber", text: receipt.number),
                XMLNode("ReceivedAt", text: receipt.receivedAt.delhiTime),
            ])
    }

    func status(_ contentType: String, _ body: [UInt8]) throws -> XMLNode {
        let number = try number(in: body, "GetStatus")
        let (standing, dueOn) = try register.standing(of: number)
        var children = [
            XMLNode("ApplicationNumber", text: number), XMLNode("State", text: standing.state),
            XMLNode("Office", text: standing.office),
        ]
        if let level = standing.level { children.append(XMLNode("Level", text: level)) }
        if let reason = standing.reason { children.append(XMLNode("Reason", text: reason)) }
        children.append(XMLNode("UpdatedAt", text: standing.since.delhiTime))
        children.append(XMLNode("DueOn", text: dueOn.delhiDay))
        return XMLNode("Status", children: children)
    }

    func certificate(_ contentType: String, _ body: [UInt8]) throws -> XMLNode {
        let number = try number(in: body, "GetCertificate")
        let certificate = try register.certificate(of: number)
        let pdf = certificate.pdf
        return XMLNode(
            "Certificate",
            children: [
                XMLNode("ApplicationNumber", text: number), XMLNode("CertificateNumber", text: certificate.number),
                XMLNode("IssuedOn", text: certificate.issuedAt.delhiDay),
                XMLNode(
                    "Document", [("mimeType", "application/pdf"), ("sha256", Self.hex(SHA256.hash(data: pdf)))],
                    text: Data(pdf).base64EncodedString()),
            ])
    }

    func lookUp(_ contentType: String, _ body: [UInt8]) throws -> XMLNode {
        let root = try document(body, "LookUp")
        let values = (root.child("Fields")?.children ?? []).map { ($0.attribute("name") ?? "", $0.text) }
        let record = root.text(of: "Service") == "pension_status" ? EDistrictPensions.record(values) : []
        return XMLNode("Record", children: record.map { XMLNode("Field", [("name", $0.name)], text: $0.value) })
    }

    func obey(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 4096)
        guard let order = try? JSONDecoder().decode(EDistrictControl.Order.self, from: Data(body.readableBytesView))
        else {
            throw HTTPError(
                .badRequest, message: "mode: up, down, garbage, hang, slow, lose_answers; or application and state")
        }
        if order.forget == true { register.forgetAll() }
        if let mode = order.mode { control.set(mode, milliseconds: order.milliseconds) }
        if let number = order.application, let state = order.state {
            do {
                try register.decide(number, state: state, reason: order.reason)
            } catch {
                throw HTTPError(.notFound, message: error.reason)
            }
        }
        return summary()
    }

    func summary() -> Response {
        struct Row: Codable {
            let number: String
            let service: String
            let state: String
            let submittedAt: String

            enum CodingKeys: String, CodingKey {
                case number, service, state
                case submittedAt = "submitted_at"
            }
        }
        struct Summary: Codable {
            let mode: EDistrictControl.Mode
            let applications: [Row]
        }
        let rows = register.summary.map {
            Row(number: $0.number, service: $0.service, state: $0.state, submittedAt: $0.submittedAt.delhiTime)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = (try? encoder.encode(Summary(mode: control.mode, applications: rows))) ?? Data("{}".utf8)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }

    private func document(_ bytes: [UInt8], _ name: String) throws -> XMLElement {
        let root = try schema.read(bytes, bytesMax: EDistrictSchema.documentBytesMax)
        guard root.name == name else { throw EDistrictFault.badRequest("\(name) is expected here") }
        return root
    }

    private func number(in body: [UInt8], _ name: String) throws -> String {
        try document(body, name).text(of: "ApplicationNumber") ?? ""
    }

    private func check(_ paper: XMLElement, in form: MultipartForm) throws {
        guard let name = paper.attribute("part"), let part = form.part(name), !part.bytes.isEmpty else {
            throw EDistrictFault.badRequest("a Document names a part that is not there")
        }
        guard paper.attribute("bytes") == String(part.bytes.count), part.contentType == paper.attribute("mimeType"),
            Self.hex(SHA256.hash(data: part.bytes)) == paper.attribute("sha256")
        else {
            throw EDistrictFault.badRequest("a part is not the document that was announced: size, type or hash differ")
        }
    }

    private static func hex(_ digest: SHA256.Digest) -> String { digest.map { String(format: "%02x", $0) }.joined() }
}
