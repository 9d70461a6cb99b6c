// The journey that `check` drives: a Scheduled Caste certificate, with a slip of the pen on the way. Prints each step for
// people; throws at the first thing that is not as it must be.
import Foundation

struct CertificateJourney: Sendable {
    static let samples = [
        "identity-proof.jpg", "address-proof.jpg", "dob-proof.jpg", "caste-certificate-sc.jpg", "self-declaration.pdf", "photo.jpg",
    ]
    /// From filing to certificate the emulated portal needs twenty hours.
    static let oneDaySeconds = 24 * 3600.0

    let phone: CitizenPhone
    let clockFile: String?

    func run() async throws {
        try await greet()
        try await fillIn()
        try await sendPapers()
        try await correct()
        try await submit()
        try await waitADay()
        try await receiveCertificate()
        print("✓ from the first hi to the certificate")
    }

    // MARK: Steps

    private func greet() async throws {
        try await step("says hi") { try await say("hi", until: "lang:en") }
        try await step("chooses English") { try await tap("lang:en", until: "svc:caste_certificate_sc") }
        try await step("chooses the SC caste certificate") {
            try await tap("svc:caste_certificate_sc", until: "start:caste_certificate_sc")
        }
        try await step("begins") { try await tap("start:caste_certificate_sc", until: "opt:resident_since_1951:yes") }
    }

    private func fillIn() async throws {
        try await step("answers who, when and where") {
            try await tap("opt:resident_since_1951:yes")
            for answer in ["Sunita Devi", "Ramesh Kumar", "15/08/1985"] { try await say(answer, until: nil) }
            try await tap("opt:gender:F", until: "opt:marital_status:single")
            try await tap("opt:marital_status:single")
            try await say("Jatav", until: "opt:religion:hindu")
            try await tap("opt:religion:hindu", until: "opt:family_has_certificate:yes")
            try await tap("opt:family_has_certificate:yes")
            for answer in ["DL/SC/1998/1234", "12, Gali 4, Kalkaji, New Delhi 110019"] { try await say(answer, until: nil) }
            try await tapRow(startingWith: "opt:district:", holding: "south_east")
            try await tapRow(startingWith: "opt:sub_division:", holding: "kalkaji")
            try await say("98100 12345", until: "kind:identity_proof:voter_id")
        }
    }

    private func sendPapers() async throws {
        try await step("sends a photo that is too small, and is told so") {
            try await tap("kind:identity_proof:voter_id")
            try await phone.photo("too-small.jpg")
            _ = try await reply("an answer to the small photo") { !$0.text.isEmpty }
        }
        try await step("sends the papers") {
            try await phone.photo(Self.samples[0])
            try await tapRow(startingWith: "kind:address_proof:", holding: "utility_bill")
            try await phone.photo(Self.samples[1])
            try await tapRow(startingWith: "kind:dob_proof:", holding: "school_certificate")
            for name in Self.samples[2...3] { try await phone.photo(name) }
            try await phone.document(Self.samples[4])
            try await phone.photo(Self.samples[5])
            _ = try await reply("the summary", until: "submit")
        }
    }

    private func correct() async throws {
        try await step("corrects the name") {
            try await tap("chgpage:0", until: "chg:applicant_name")
            try await tap("chg:applicant_name")
            try await say("Sunita Kumari", until: "submit")
        }
    }

    private func submit() async throws {
        try await step("submits, and gets the portal's number") {
            try await tap("submit")
            _ = try await reply("the portal's number") { $0.text.contains(#/ED\/\d{4}\/\d{7}/#) }
        }
        print("  application \(await phone.number ?? "")")
    }

    private func waitADay() async throws {
        try await step("waits a day, and is told that the certificate is there") {
            try await phone.world.advance(seconds: Self.oneDaySeconds)
            if let clockFile {
                let offset = Int(try await phone.world.get("/control/clock")["offset_seconds"].double ?? 0)
                try Data("\(offset)".utf8).write(to: URL(fileURLWithPath: clockFile), options: .atomic)
            }
            _ = try await reply("the notice that it is ready") { $0.text.contains("samvad_certificate_ready") }
        }
    }

    private func receiveCertificate() async throws {
        let number = await phone.number ?? ""
        try await step("asks for the status and passes the check") {
            try await phone.say("status")
            let waiting = try await reply("the certificate") { $0.mediaID != nil }
            try await checkFile(waiting)
            try await phone.say(String(number.suffix(4)))
            _ = try await reply("the question for the date of birth") { $0.text.contains("date of birth") }
            try await phone.say("15/08/1985")
            _ = try await reply("the status") { $0.text.contains(number) }
        }
        try await step("downloads the certificate, a PDF") { try await checkFile(try await reply("the certificate") { $0.mediaID != nil }) }
    }

    private func checkFile(_ reply: Reply) async throws {
        let bytes = try await phone.download(reply.mediaID ?? "")
        guard bytes.starts(with: Array("%PDF-".utf8)), bytes.count > 500 else {
            throw JourneyError("NOT_A_PDF", "the certificate is no PDF: \(bytes.count) bytes")
        }
    }

    // MARK: Acting

    private func step(_ title: String, _ body: () async throws -> Void) async throws {
        do { try await body() } catch {
            let last = await phone.lastReply.map { "; the last reply was:\n\($0.text)" } ?? "; nothing was answered at all"
            throw JourneyError("CHECK_FAILED", "✗ \(title): \(error)\(last)")
        }
        print("✓ \(title)")
    }

    /// - Parameter id: what must be offered afterwards; nil: any reply will do.
    private func say(_ text: String, until id: String?) async throws {
        try await phone.say(text)
        _ = try await reply("a reply to “\(text)”", until: id)
    }

    /// Waits for what is to be tapped, if it is not there already.
    private func tap(_ id: String, until next: String? = nil) async throws {
        if await !phone.isOffered(id) { _ = try await reply("the choice \(id)", until: id) }
        try await phone.tap(id)
        _ = try await reply("a reply to the choice \(id)", until: next)
    }

    /// A row of a list, turning pages until it is there.
    private func tapRow(startingWith prefix: String, holding name: String) async throws {
        for _ in 0..<5 {
            let list = try await offer { $0.contains { $0.hasPrefix(prefix) || $0.hasPrefix("page:") } }
            if let id = list.taps.first(where: { $0.hasPrefix(prefix) && $0.contains(name) }) { return try await tap(id) }
            guard let more = list.taps.first(where: { $0.hasPrefix("page:") }) else { break }
            try await phone.tap(more)
        }
        throw JourneyError("NO_CHOICE", "no choice \(name) is offered")
    }

    private func offer(_ isIt: @Sendable ([String]) -> Bool) async throws -> Reply {
        if let last = await phone.lastReply, isIt(last.taps) {
            await phone.forgetLast()
            return last
        }
        return try await reply("a list") { isIt($0.taps) }
    }

    private func reply(_ what: String, until id: String?) async throws -> Reply {
        try await reply(what) { id.map($0.taps.contains) ?? true }
    }

    private func reply(_ what: String, _ isIt: @Sendable (Reply) -> Bool) async throws -> Reply {
        let deadline = ContinuousClock.now + .seconds(CitizenPhone.replySecondsMax)
        while ContinuousClock.now < deadline {
            if let found = try await phone.nextReply(waitSeconds: 2), isIt(found) { return found }
        }
        throw JourneyError("NO_REPLY", "\(what) did not come within \(Int(CitizenPhone.replySecondsMax)) s")
    }
}
