// The e-District emulator's memory: applications, and how far each has come by the emulators' clock. Routes call it
// from any task; every call is one short critical section.
import Crypto
import Foundation
import Synchronization

final class EDistrictRegister: Sendable {
    struct Filing: Sendable {
        struct Paper: Sendable {
            let id: String
            let sha256: String
        }

        let key: String
        let service: String
        let values: [(name: String, value: String)]
        let papers: [Paper]

        /// The same for the same content, whatever the XML looked like. Lengths are hashed too, or two fields could
        /// be moved into one another.
        var fingerprint: String {
            let pieces = [service] + values.flatMap { [$0.name, $0.value] } + papers.flatMap { [$0.id, $0.sha256] }
            var hash = SHA256()
            for piece in pieces { hash.update(data: Array("\(piece.utf8.count):\(piece)".utf8)) }
            return hash.finalize().map { String(format: "%02x", $0) }.joined()
        }

        var applicant: String {
            let name = values.first { $0.name == "applicant_name" } ?? values.first { $0.name.hasSuffix("_name") }
            return name?.value ?? "Applicant"
        }
    }

    struct Standing: Codable, Sendable {
        let state: String
        let office: String
        let level: String?
        let reason: String?
        let since: Date
    }

    private struct Application: Codable {
        let key: String
        let number: String
        let service: String
        let applicant: String
        let fingerprint: String
        let submittedAt: Date
        /// What the control decided; nil: the timeline goes on.
        var decided: Standing?
    }

    private struct State {
        var byKey: [String: String] = [:]
        var byNumber: [String: Application] = [:]
        var count = 0

        init(_ applications: [Application] = []) {
            for application in applications {
                byKey[application.key] = application.number
                byNumber[application.number] = application
            }
            count = applications.count
        }
    }

    /// From submission to certificate within one day of the emulators' clock, so that a demonstration need not wait 21.
    static let timeline: [(hours: Double, state: String, office: String, level: String?)] = [
        (0, "SUBMITTED", "e-District Delhi", nil),
        (2, "UNDER_PROCESS", "SDM Office", "Dealing Assistant"),
        (8, "FIELD_VERIFICATION", "SDM Office", "Field Staff"),
        (16, "APPROVED", "SDM Office", "Tehsildar"),
        (20, "CERTIFICATE_ISSUED", "SDM Office", nil),
    ]
    /// Days until the answer is due: the income certificate's, from the charter.
    static let dueDays = 21.0

    private let clock: EmulatorClock
    private let file: URL?
    private let state: Mutex<State>

    /// - Parameter file: where applications outlive a restart; nil keeps them in memory. A missing file is an empty register.
    init(clock: EmulatorClock, file: URL? = nil) throws {
        self.clock = clock
        self.file = file
        let kept = file.flatMap { try? Data(contentsOf: $0) }
        state = Mutex(State(try kept.map { try JSONDecoder().decode([Application].self, from: $0) } ?? []))
    }

    /// The same key with the same content gives the same number again.
    func submit(_ filing: Filing) throws(EDistrictFault) -> (number: String, receivedAt: Date) {
        let now = clock.now
        let fingerprint = filing.fingerprint
        let found: Application? = state.withLock { state in
            if let number = state.byKey[filing.key] { return state.byNumber[number] }
            state.count += 1
            let year = Calendar.delhi.component(.year, from: now)
            let number = "ED/\(year)/" + String(format: "%07d", state.count)
            let application = Application(
                key: filing.key, number: number, service: filing.service, applicant: filing.applicant, fingerprint: fingerprint,
                submittedAt: now)
            state.byKey[filing.key] = number
            state.byNumber[number] = application
            keep(state)
            return application
        }
        guard let found, found.fingerprint == fingerprint else { throw .conflict }
        return (found.number, found.submittedAt)
    }

    func standing(of number: String) throws(EDistrictFault) -> (standing: Standing, dueOn: Date) {
        let application = try application(number)
        return (standing(application), application.submittedAt.addingTimeInterval(Self.dueDays * 86_400))
    }

    func certificate(of number: String) throws(EDistrictFault) -> EDistrictCertificate {
        let application = try application(number)
        let standing = standing(application)
        guard standing.state == "CERTIFICATE_ISSUED" else { throw .notReady }
        return EDistrictCertificate(
            number: "CERT/" + application.number.dropFirst(3), applicationNumber: application.number,
            applicant: application.applicant, service: application.service, issuedAt: standing.since)
    }

    /// Sets a state by hand; "AUTO" gives the application back to the timeline.
    func decide(_ number: String, state wanted: String, reason: String?) throws(EDistrictFault) {
        _ = try application(number)
        let standing = Standing(state: wanted, office: "SDM Office", level: nil, reason: reason, since: clock.now)
        state.withLock { state in
            state.byNumber[number]?.decided = wanted == "AUTO" ? nil : standing
            keep(state)
        }
    }

    func forgetAll() {
        state.withLock { state in
            state = State()
            keep(state)
        }
    }

    /// At once, since a portal that forgot an acknowledged application would be believed. Filings are rare, and load tests
    /// give no file. A failure to write is said on standard error; the emulator goes on.
    private func keep(_ state: borrowing State) {
        guard let file else { return }
        let applications = state.byNumber.values.sorted { $0.number < $1.number }
        do {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try JSONEncoder().encode(applications).write(to: file, options: .atomic)
        } catch {
            FileHandle.standardError.write(Data("samvad-emulators: can't keep applications: \(error)\n".utf8))
        }
    }

    /// For the console: numbers and states, nothing of a person.
    var summary: [(number: String, service: String, state: String, submittedAt: Date)] {
        state.withLock { Array($0.byNumber.values) }.sorted { $0.number < $1.number }
            .map { ($0.number, $0.service, standing($0).state, $0.submittedAt) }
    }

    private func application(_ number: String) throws(EDistrictFault) -> Application {
        guard let found = state.withLock({ $0.byNumber[number] }) else { throw .unknownApplication }
        return found
    }

    private func standing(_ application: Application) -> Standing {
        if let decided = application.decided { return decided }
        let hours = clock.now.timeIntervalSince(application.submittedAt) / 3600
        let step = Self.timeline.last { $0.hours <= hours } ?? Self.timeline[0]
        return Standing(
            state: step.state, office: step.office, level: step.level, reason: nil,
            since: application.submittedAt.addingTimeInterval(step.hours * 3600))
    }
}

extension Calendar {
    /// Delhi: UTC+05:30 all year.
    static var delhi: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 19_800) ?? .gmt
        return calendar
    }
}

extension Date {
    /// `2026-11-24T10:00:00+05:30`
    var delhiTime: String {
        let style = Date.ISO8601FormatStyle(timeZone: Calendar.delhi.timeZone)
            .year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false).timeSeparator(.colon)
            .timeZone(separator: .colon)
        return formatted(style)
    }

    /// `2026-11-24`
    var delhiDay: String { String(delhiTime.prefix(10)) }
}
