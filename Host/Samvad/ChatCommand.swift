// `samvad chat`: talk to the real engine in a terminal, or from a pipe: a line in, the replies out. Real modules in
// workers, real storage in a folder of its own; only WhatsApp and the portal are left out.
import ArgumentParser
import Conversation
import Crypto
import Foundation
import Logging
import Model
import Modules
import NLU
import Storage

struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "chat", abstract: "Talk to a department in the terminal.")

    @OptionGroup var config: ConfigurationOption
    @Option(help: "The department to talk to.") var department: String
    @Option(help: "The citizen's number.") var from = "919810000001"

    func run() async throws {
        let configuration = try config.read()
        guard let line = configuration.departments.first(where: { $0.id.rawValue == department }) else {
            throw ValidationError("no department \(department) in \(config.file)")
        }
        let room = try await ChatRoom(configuration, line: line, from: from)
        var number = 0
        while let text = readLine() {
            number += 1
            for reply in try await room.say(text, number: number) { Output.line(reply) }
        }
        await room.close()
    }
}

/// The engine for one citizen and one line.
struct ChatRoom {
    private let store: Store
    private let registry: ModuleRegistry
    private let departments: LoadedDepartments
    private let turn: TurnRunner
    private let line: Configuration.DepartmentLine
    private let citizen: CitizenAddress
    private let clock: HostClock
    private let folder: String

    init(_ configuration: Configuration, line: Configuration.DepartmentLine, from phone: String) async throws {
        folder = NSTemporaryDirectory() + "samvad-chat-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let registry = ModuleRegistry(workerPath: try House.workerPath(configuration))
        let understander = CatalogueUnderstander()
        let departments = LoadedDepartments(
            registry: registry, understander: understander, paymentPage: configuration.publicURL + "/pay?reference=")
        for other in configuration.departments {
            departments.assign(other, directory: configuration.modulesDirectory)
            try await departments.loadFile(of: other.id)
        }
        guard let citizen = CitizenAddress(phone: phone, userID: nil) else { throw ValidationError("--from is empty") }
        let clock = HostClock(file: configuration.clockFile)
        let store = try Store(
            path: folder + "/chat.sqlite", key: SymmetricKey(size: .bits256), departments: { departments.department(of: $0) })
        turn = TurnRunner(
            ports: TurnPorts(
                store: store, modules: registry, understander: understander, documents: NoPapers(), portals: [:],
                machine: { departments.machine(of: $0) },
                clock: { clock.now }, sleep: { try? await Task.sleep(for: .milliseconds($0)) }, installationSeed: .random(in: 0 ... .max)),
            observer: TurnObserver(turnEnded: { _, _ in }, failed: { Output.error($0.description) }, outboxHasWork: {}, jobsHaveWork: {}))
        self.store = store
        self.registry = registry
        self.departments = departments
        self.line = line
        self.citizen = citizen
        self.clock = clock
    }

    /// `text` as a message; a line `#ID` taps the button or row with that id.
    func say(_ text: String, number: Int) async throws -> [String] {
        let content: InboundContent = text.hasPrefix("#") ? .tap(id: String(text.dropFirst()), title: "") : .text(text)
        let message = InboundMessage(
            id: MessageID("wamid.chat\(number)"), line: line.line, from: citizen, sentAt: clock.now, content: content)
        await turn.wake(try await store.accept([.message(message)], at: clock.now))
        var replies: [String] = []
        // The outbox fills with the turn's commit; the lane is quiet when nothing waits and all was taken.
        for _ in 0..<400 {
            while true {
                let rows = try await store.claimDue(at: clock.now, limit: 10)
                if rows.isEmpty { break }
                for row in rows { replies.append(Spoken.text(row.content)) }
                try await store.record(rows.map { ($0.id, .accepted(MessageID("wamid.out\($0.id)"))) }, at: clock.now)
            }
            if !replies.isEmpty, try await store.lanesWaiting().isEmpty { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        return replies
    }

    func close() async {
        await turn.stop()
        await registry.shutDown()
        await store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// A terminal has no papers to send.
private struct NoPapers: DocumentKeeper {
    func keep(_ media: InboundMedia, sentTo line: LineID, for requirement: DocumentRequirement) async -> DocumentCheck {
        .refused(code: "wrong_type")
    }
    func bytes(of sha256: String) async throws(Problem) -> [UInt8] {
        throw Problem(code: "DOCUMENT_GONE", sentence: "a terminal keeps no papers")
    }
    func keep(issued bytes: [UInt8]) async throws(Problem) -> String {
        throw Problem(code: "DOCUMENT_GONE", sentence: "a terminal keeps no papers")
    }
}

/// A message of ours as text, for terminals and transcripts.
enum Spoken {
    static func text(_ content: OutboundContent) -> String {
        switch content {
        case .text(let body), .locationRequest(let body): body
        case .buttons(let body, let buttons): body + "\n" + buttons.map { "  [\($0.title)] #\($0.id)" }.joined(separator: "\n")
        case .list(let body, let button, let sections):
            body + "\n  (\(button))\n"
                + sections.map { section in
                    "  \(section.title)\n"
                        + section.rows.map { "    - \($0.title)\($0.description.map { " — \($0)" } ?? "") #\($0.id)" }.joined(
                            separator: "\n")
                }.joined(separator: "\n")
        case .document(_, let filename, let caption): "[\(filename)] \(caption)"
        case .link(let body, let label, let url): "\(body)\n  [\(label)] \(url)"
        case .orderDetails(let order): "\(order.body)\n  ₹\(Rupees.text(order.totalPaise)) \(order.reference)"
        case .orderStatus(_, let status, let body): "\(body) (\(status))"
        case .template(let name, _, let parameters): "[\(name)] \(parameters.joined(separator: " · "))"
        }
    }
}
