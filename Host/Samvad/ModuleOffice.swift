// What the office side sees of the modules and may do with them: adapts the registry to the dashboard's protocol.
import Conversation
import Dashboard
import Foundation
import Model
import Modules

struct ModuleOffice: ModuleAdministration {
    let departments: LoadedDepartments
    let store: any OfficeStore
    let clock: HostClock

    func list() async -> [ModuleStatus] {
        let snapshots = Dictionary(uniqueKeysWithValues: departments.registry.list().map { ($0.department, $0) })
        return departments.entries.map { status(of: $0, snapshots[$0.id]) }
    }

    func load(_ file: Dashboard.ModuleFile) async throws(ModuleRefusal) -> ModuleStatus {
        do throws(Problem) {
            try await departments.load(
                file.bytes, department: file.department, line: file.phoneNumberID, isInProcess: file.isolation.map { $0 == .inProcess })
        } catch {
            try? await store.record(
                LedgerEntry(kind: "module.refused", actor: "admin", subject: file.department?.rawValue ?? "", detail: ["code": error.code]),
                at: clock.now)
            throw ModuleRefusal(error.code == "DEPARTMENT_UNKNOWN" ? .unknown : .refused, error)
        }
        let loaded = await list().first { $0.department == file.department } ?? departments.entries.last.map { status(of: $0, nil) }
        guard let loaded else { throw ModuleRefusal.unknown(file.department ?? "") }
        try? await store.record(
            LedgerEntry(
                kind: "module.loaded", actor: "admin", subject: loaded.department.rawValue, detail: ["version": loaded.moduleVersion]),
            at: clock.now)
        return loaded
    }

    func perform(_ action: ModuleAction, on department: DepartmentID) async throws(ModuleRefusal) -> ModuleStatus {
        guard departments.entry(of: department) != nil else { throw ModuleRefusal.unknown(department) }
        guard action == .reload else { throw ModuleRefusal.notBuilt(action) }
        do throws(Problem) {
            try await departments.loadFile(of: department)
        } catch {
            throw ModuleRefusal(.refused, error)
        }
        try? await store.record(LedgerEntry(kind: "module.reloaded", actor: "admin", subject: department.rawValue), at: clock.now)
        guard let status = await list().first(where: { $0.department == department }) else { throw ModuleRefusal.unknown(department) }
        return status
    }

    private func status(of entry: LoadedDepartments.Entry, _ snapshot: ModuleSnapshot?) -> ModuleStatus {
        ModuleStatus(
            department: entry.id, name: entry.catalogue?.department.name, line: entry.line, moduleVersion: snapshot?.version ?? "",
            generation: snapshot?.generation ?? 0, isolation: entry.isInProcess ? .inProcess : .worker, state: state(snapshot),
            calls: Int64(snapshot?.calls ?? 0), failures: Int64(snapshot?.failures ?? 0), restarts: Int64(snapshot?.restarts ?? 0),
            lastError: snapshot?.lastError.map { .init(at: clock.now, code: $0.code, sentence: $0.sentence) },
            limits: (snapshot?.enforcedLimits ?? []).map(limit),
            services: (entry.catalogue?.services ?? []).map { .init(id: $0.id, name: $0.name, rate: $0.fee.rate) })
    }

    private func state(_ snapshot: ModuleSnapshot?) -> ModuleStatus.State {
        switch snapshot?.state {
        case .starting: .starting
        case .active, .catalogue: .ready
        case .draining, .closed: .draining
        case .suspended: .parked
        case .failing, nil: .failed
        }
    }

    /// The worker says in words what it was held to, and what the kernel would not hold it to.
    private func limit(_ text: String) -> ModuleStatus.Limit {
        let isLoose = ["not available", "failed", "not limited", "stays root"].contains { text.contains($0) }
        return .init(name: text, value: isLoose ? "off" : "on", enforced: !isLoose)
    }
}
