// A house that the tests can set: a store and modules in memory, with a clock that stands still until it is moved.
import Conversation
import Dashboard
import Model
import Synchronization

final class FakeHouse: OfficeStore, ModuleAdministration {
    struct Contents: Sendable {
        var now = Moment(milliseconds: 1_764_000_000_000)
        var isWritable = true
        var fault: Problem?
        var openConversations = 0
        var queues: [OfficeSnapshot.Queue] = []
        var rates: [Rate] = []
        var ledger: [LedgerRow] = []
        var verdict = LedgerVerdict.whole(entries: 0, head: "00")
        var modules: [ModuleStatus] = []
        var loaded: [ModuleFile] = []
        var snapshots = 0
    }

    private let contents = Mutex(Contents())

    func change(_ change: (inout Contents) -> Void) { contents.withLock { change(&$0) } }
    var now: Contents { contents.withLock { $0 } }

    func snapshot(at moment: Moment) async throws(Problem) -> OfficeSnapshot {
        change { $0.snapshots += 1 }
        let contents = now
        if let fault = contents.fault { throw fault }
        return OfficeSnapshot(
            at: moment,
            lines: [
                .init(
                    line: "100000000000001", department: "revenue", inboundLastHour: 3, outboundLastHour: 4,
                    failedLastHour: 1)
            ],
            conversations: [
                .init(
                    citizen: "••42", department: "revenue", service: "income_certificate", step: "field:applicant_name",
                    language: .hindi, lastMessageAt: Moment(milliseconds: 1_763_999_990_000), waitsForOfficer: true)
            ], openConversations: contents.openConversations,
            applications: [.init(department: "revenue", service: "income_certificate", state: .submitted, count: 2)],
            queues: contents.queues,
            failures: [
                .init(
                    at: Moment(milliseconds: 1_763_999_980_000), stage: "outbox", department: "revenue",
                    code: "GRAPH_131047", sentence: "The window is over.",
                    willRetry: false)
            ])
    }

    func allRates() async throws(Problem) -> [Rate] {
        if let fault = now.fault { throw fault }
        return now.rates
    }

    func set(_ rate: Rate) async throws(Problem) {
        if let fault = now.fault { throw fault }
        change { contents in
            contents.rates.removeAll { $0.key == rate.key && $0.validFrom == rate.validFrom }
            contents.rates.append(rate)
        }
    }

    func record(_ entry: LedgerEntry, at moment: Moment) async throws(Problem) {
        if let fault = now.fault { throw fault }
        change { contents in
            let sequence = Int64(contents.ledger.count + 1)
            contents.ledger.append(LedgerRow(sequence: sequence, at: moment, entry: entry, hash: "hash\(sequence)"))
        }
    }

    func ledger(after sequence: Int64, limit: Int) async throws(Problem) -> [LedgerRow] {
        if let fault = now.fault { throw fault }
        return Array(now.ledger.filter { $0.sequence > sequence }.prefix(limit))
    }

    func verifyLedger() async throws(Problem) -> LedgerVerdict {
        if let fault = now.fault { throw fault }
        return now.verdict
    }

    func canWrite() async -> Bool { now.isWritable }

    func list() async -> [ModuleStatus] { now.modules }

    func load(_ file: ModuleFile) async throws(ModuleRefusal) -> ModuleStatus {
        change { $0.loaded.append(file) }
        guard file.bytes.first == 0x7F else {
            throw ModuleRefusal(.refused, Problem(code: "MODULE_NOT_ELF", sentence: "This file is no module."))
        }
        let status = FakeHouse.module(file.department ?? "revenue", .ready)
        change { $0.modules = [status] }
        return status
    }

    func perform(_ action: ModuleAction, on department: DepartmentID) async throws(ModuleRefusal) -> ModuleStatus {
        guard now.modules.contains(where: { $0.department == department }) else { throw .unknown(department) }
        switch action {
        case .disable: return FakeHouse.module(department, .disabled)
        case .enable:
            throw ModuleRefusal(.conflict, Problem(code: "MODULE_ENABLED", sentence: "It is enabled already."))
        case .reload: return FakeHouse.module(department, .ready)
        case .drain, .rollback, .promote: throw .notBuilt(action)
        }
    }

    static func module(_ department: DepartmentID, _ state: ModuleStatus.State) -> ModuleStatus {
        ModuleStatus(
            department: department, name: Sentence("राजस्व विभाग", "Revenue Department", "Rajasv Vibhag"),
            line: "100000000000001", moduleVersion: "1.4.0", generation: 3, isolation: .worker, state: state,
            calls: 1200,
            failures: 2, restarts: 1,
            lastError: .init(
                at: Moment(milliseconds: 1_763_999_000_000), code: "MODULE_TIMEOUT", sentence: "A call took too long."),
            limits: [.init(name: "memory", value: "256 MiB", enforced: true)],
            services: [
                .init(
                    id: "income_certificate", name: Sentence("आय प्रमाणपत्र", "Income certificate", "Aay pramanpatra"),
                    rate: "income_certificate.fee")
            ], previousVersion: "1.3.2")
    }
}
