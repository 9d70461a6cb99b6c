// The e-District adapter against the emulator, over a real socket.
import Conversation
import Foundation
import HTTPClient
import Model
import Testing

@testable import Portals

@Suite("e-District")
struct EDistrictPortalTests {
    private func portal(
        _ emulated: EmulatedPortal, _ change: (inout EDistrictConfiguration) -> Void = { _ in }
    ) throws -> EDistrictPortal {
        var configuration = EDistrictConfiguration(url: emulated.url)
        change(&configuration)
        return try EDistrictPortal(configuration, client: emulated.client, now: { Moment(milliseconds: 0) })
    }

    private func filing(_ number: ApplicationNumber = "SMV-26-000001", name: String = "सुनील कुमार") -> PortalFiling {
        let photo: [UInt8] = [0xFF, 0xD8, 0xFF, 0xD9]
        // sha256sum of these four bytes.
        let kept = KeptDocument(
            sha256: "32461d5bd1773012acef0ba15636752949bd7c2ce50f9172159d9f56cf0dd9af", mimeType: "image/jpeg",
            bytesCount: 4)
        return PortalFiling(
            number: number, service: "income_certificate",
            values: [
                FieldAnswer(key: "applicant_name", value: name),
                FieldAnswer(key: "present_address", value: "12 <A>, \"गली\" & चौक\u{1}\nकालकाजी"),
            ],
            documents: [(ApplicationDocument(id: "photo", kind: "", kept: kept), photo)])
    }

    private func failure<Value: Sendable>(_ body: () async throws(PortalFailure) -> Value) async -> PortalFailure? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("an application goes from filing to certificate within a simulated day")
    func wholeWay() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)

            let number = try await portal.file(filing())
            var states: [ApplicationState] = []
            for hours in [0.0, 3, 6, 8, 4] {
                emulated.advance(hours: hours)
                states.append(try await portal.status(of: number).state)
            }
            let certificate = try await portal.certificate(of: number)

            #expect(number == "ED/2026/0000001")
            #expect(states == [.submitted, .underProcess, .fieldVerification, .approved, .certificateIssued])
            #expect(certificate.certificateNumber == "CERT/2026/0000001")
            #expect(String(decoding: certificate.pdf.prefix(8), as: UTF8.self) == "%PDF-1.4")
        }
    }

    @Test("a status names office, level and the time of the change")
    func standing() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)
            let number = try await portal.file(filing())
            emulated.advance(hours: 9)

            let status = try await portal.status(of: number)

            #expect(status.raw == "FIELD_VERIFICATION")
            #expect(status.office == "SDM Office, Field Staff")
            #expect(status.reason == nil)
            #expect(status.updatedAt == Moment(milliseconds: 1_795_000_000_000 + 8 * 3_600_000))
        }
    }

    @Test("the certificate is a PDF that opens, with the name in Latin letters, the same each time")
    func certificateOpens() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)
            let number = try await portal.file(filing())
            emulated.advance(hours: 20)

            let first = try await portal.certificate(of: number).pdf
            let second = try await portal.certificate(of: number).pdf
            let text = try pdfText(first)

            #expect(first == second)
            #expect(text.contains("Sunil Kumar"))
            #expect(text.contains("SPECIMEN"))
            #expect(text.contains("CERT/2026/0000001"))
            #expect(text.contains("Income Certificate"))
        }
    }

    @Test("the same application filed again has the same number; another one under its number is refused for good")
    func idempotent() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)

            let first = try await portal.file(filing())
            let again = try await portal.file(filing())
            let other = try await portal.file(filing("SMV-26-000002"))
            let conflict = await failure { () throws(PortalFailure) in try await portal.file(filing(name: "Other")) }

            #expect(first == again)
            #expect(other != first)
            #expect(conflict?.problem.code == "PORTAL_FAULT_CONFLICT")
            #expect(conflict?.retryable == false)
        }
    }

    @Test("a filing whose answer was lost is filed once when it is tried again")
    func answerLost() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated) { $0.submitTimeoutMilliseconds = 300 }
            try await emulated.control(#"{"mode":"lose_answers"}"#)

            let lost = await failure { () throws(PortalFailure) in try await portal.file(filing()) }
            try await emulated.control(#"{"mode":"up"}"#)
            let number = try await portal.file(filing())

            #expect(lost?.problem.code == "PORTAL_TIMEOUT")
            #expect(lost?.retryable == true)
            #expect(number == "ED/2026/0000001")
            #expect(try await !emulated.console().contains("0000002"))
        }
    }

    @Test("an objection and a rejection come with their reasons")
    func objection() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)
            let number = try await portal.file(filing())

            try await emulated.control(
                #"{"application":"\#(number)","state":"OBJECTION_RAISED","reason":"पता साफ़ नहीं है"}"#)
            let objection = try await portal.status(of: number)
            try await emulated.control(
                #"{"application":"\#(number)","state":"REJECTED","reason":"Income above limit"}"#)
            let rejection = try await portal.status(of: number)

            #expect(objection.state == .objectionRaised)
            #expect(objection.reason == "पता साफ़ नहीं है")
            #expect(rejection.state == .rejected)
            #expect(rejection.reason == "Income above limit")
        }
    }

    @Test(
        "a word that the table doesn't know stays unmapped and is shown raw",
        arguments: ["PENDING AT TEHSIL", "approved", "लंबित"])
    func unmapped(word: String) async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)
            let number = try await portal.file(filing())
            try await emulated.control(#"{"application":"\#(number)","state":"\#(word)"}"#)

            let status = try await portal.status(of: number)

            #expect(status.state == .unmapped)
            #expect(status.raw == word)
        }
    }

    @Test("a department's own words are mapped by its table")
    func mapped() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated) { $0.states["PENDING AT TEHSIL"] = .underProcess }
            let number = try await portal.file(filing())
            try await emulated.control(#"{"application":"\#(number)","state":"PENDING AT TEHSIL"}"#)

            #expect(try await portal.status(of: number).state == .underProcess)
        }
    }

    @Test("what the portal says no to is final or not, as it says itself")
    func faults() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)
            let number = try await portal.file(filing())

            let unknown = await failure { () throws(PortalFailure) in try await portal.status(of: "ED/2026/9999999") }
            let early = await failure { () throws(PortalFailure) in try await portal.certificate(of: number) }

            #expect(unknown?.problem.code == "PORTAL_FAULT_UNKNOWN_APPLICATION")
            #expect(unknown?.retryable == false)
            #expect(early?.problem.code == "PORTAL_FAULT_NOT_READY")
            #expect(early?.retryable == true)
        }
    }

    @Test(
        "a portal that is down, mad or silent is asked again later",
        arguments: [
            ("down", "PORTAL_FAULT_UNAVAILABLE"), ("garbage", "PORTAL_GARBLED"), ("hang", "PORTAL_TIMEOUT"),
        ])
    func away(mode: String, code: String) async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated) { $0.inquiryTimeoutMilliseconds = 300 }
            let number = try await portal.file(filing())
            try await emulated.control(#"{"mode":"\#(mode)"}"#)

            let away = await failure { () throws(PortalFailure) in try await portal.status(of: number) }
            try await emulated.control(#"{"mode":"slow","milliseconds":20}"#)

            #expect(away?.problem.code == code)
            #expect(away?.retryable == true)
            #expect(try await portal.status(of: number).state == .submitted)
        }
    }

    @Test("after some failures the portal is left alone, and nothing is sent")
    func breaker() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated) { $0.breakerFailuresMax = 3 }
            let number = try await portal.file(filing())
            try await emulated.control(#"{"mode":"down"}"#)
            for _ in 0..<3 { _ = await failure { () throws(PortalFailure) in try await portal.status(of: number) } }
            try await emulated.control(#"{"mode":"up"}"#)

            let refused = await failure { () throws(PortalFailure) in try await portal.status(of: number) }

            #expect(portal.isDown)
            #expect(refused?.problem.code == "PORTAL_DOWN")
            #expect(refused?.problem.retryAfterSeconds == 30)
        }
    }

    @Test("the key travels in its header; without it the portal takes nothing, and the application is kept for later")
    func key() async throws {
        try await EmulatedPortal.run(key: "k-1") { emulated in
            let keyless = try portal(emulated)
            let without = await failure { () throws(PortalFailure) in try await keyless.file(filing()) }
            let number = try await portal(emulated) { $0.key = "k-1" }.file(filing())

            #expect(without?.problem.code == "PORTAL_FAULT_UNAUTHORIZED")
            #expect(without?.retryable == true)
            #expect(number == "ED/2026/0000001")
        }
    }

    @Test("what was not filed by us is looked up by its number; what the portal doesn't know is an empty record")
    func lookUp() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)

            let known = try await portal.lookUp("pension_status", [FieldAnswer(key: "pension_id", value: "P-1001")])
            let unknown = try await portal.lookUp("pension_status", [FieldAnswer(key: "pension_id", value: "P-1009")])

            #expect(known.first == FieldAnswer(key: "portal.state", value: "ACTIVE"))
            #expect(unknown.isEmpty)
        }
    }

    @Test("a paper that is not what its hash says is refused")
    func wrongHash() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated)
            let good = filing()
            let bad = PortalFiling(
                number: good.number, service: good.service, values: good.values,
                documents: [(good.documents[0].document, [0xFF, 0xD8, 0x00, 0xFF, 0xD9])])

            let refused = await failure { () throws(PortalFailure) in try await portal.file(bad) }

            #expect(refused?.problem.code == "PORTAL_FAULT_BAD_REQUEST")
            #expect(refused?.retryable == false)
        }
    }

    @Test("an application number of another form is not taken over")
    func numberPattern() async throws {
        try await EmulatedPortal.run { emulated in
            let portal = try portal(emulated) { $0.applicationNumberPattern = "^9[0-9]{13}$" }

            let refused = await failure { () throws(PortalFailure) in try await portal.file(filing()) }

            #expect(refused?.problem.code == "PORTAL_NUMBER")
            #expect(refused?.retryable == true)
        }
        #expect(throws: Problem.self) {
            var configuration = EDistrictConfiguration(url: "http://127.0.0.1:1")
            configuration.applicationNumberPattern = "["
            let client = try #require(HTTPClient(allowing: []))
            _ = try EDistrictPortal(configuration, client: client, now: { Moment(milliseconds: 0) })
        }
    }

    private func pdfText(_ bytes: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "certificate-\(UUID().uuidString).pdf")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/pdftotext")
        process.arguments = ["-layout", file.path, "-"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: text, as: UTF8.self)
    }
}
