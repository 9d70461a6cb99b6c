// Which departments are on air: lines, catalogues and machines beside the module registry. Swapped whole when a module is
// loaded, read by every turn.
import Conversation
import Dashboard
import Foundation
import Loader
import Model
import Modules
import NLU
import Synchronization

final class LoadedDepartments: Sendable {
    struct Entry: Sendable {
        let id: DepartmentID
        let line: LineID
        let displayNumber: String
        let isInProcess: Bool
        /// Where the file came from, for `reload`; nil when it was handed in.
        let path: String?
        let catalogue: Catalogue?
    }

    private struct State: Sendable {
        var entries: [DepartmentID: Entry] = [:]
        var departmentsByLine: [LineID: DepartmentID] = [:]
        var machines: [DepartmentID: ConversationMachine] = [:]
    }

    let registry: ModuleRegistry
    private let understander: CatalogueUnderstander
    private let paymentPage: String
    private let state = Mutex(State())

    init(registry: ModuleRegistry, understander: CatalogueUnderstander, paymentPage: String) {
        self.registry = registry
        self.understander = understander
        self.paymentPage = paymentPage
    }

    /// Makes a line known before its module is: its webhooks are kept, its turns wait.
    func assign(_ line: Configuration.DepartmentLine, directory: String) {
        state.withLock { state in
            state.entries[line.id] = Entry(
                id: line.id, line: line.line, displayNumber: line.displayNumber, isInProcess: line.isInProcess,
                path: "\(directory)/\(line.module).so", catalogue: state.entries[line.id]?.catalogue)
            state.departmentsByLine[line.line] = line.id
        }
    }

    func department(of line: LineID) -> DepartmentID? { state.withLock { $0.departmentsByLine[line] } }
    func isLive(on line: LineID) -> Bool {
        state.withLock { state in state.departmentsByLine[line].map { state.machines[$0] != nil } ?? false }
    }
    func machine(of department: DepartmentID) -> ConversationMachine? { state.withLock { $0.machines[department] } }
    func entry(of department: DepartmentID) -> Entry? { state.withLock { $0.entries[department] } }
    var entries: [Entry] { state.withLock { $0.entries.values.sorted { $0.id < $1.id } } }

    func service(_ department: DepartmentID, _ service: ServiceID) -> Service? { entry(of: department)?.catalogue?.service(service) }

    /// Reads the department's file and makes it live.
    func loadFile(of department: DepartmentID) async throws(Problem) {
        guard let path = entry(of: department)?.path else {
            throw Problem(code: "MODULE_NO_FILE", sentence: "\(department) has no file of its own to be read again; load one")
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Problem(code: "MODULE_FILE_UNREADABLE", sentence: "the module of \(department) can't be read from the modules directory")
        }
        try await load(Array(bytes), department: department, line: nil, isInProcess: nil)
    }

    /// Checks the file, makes it live; what was live before stays when anything is wrong with it.
    func load(_ bytes: [UInt8], department wanted: DepartmentID?, line: LineID?, isInProcess: Bool?) async throws(Problem) {
        let file: Loader.ModuleFile
        do throws(ModuleFileError) {
            file = try Loader.ModuleFile.read(bytes)
        } catch {
            throw Problem(code: "MODULE_FILE_\(error.code.rawValue.uppercased())", sentence: error.reason)
        }
        let catalogue: Catalogue
        do {
            catalogue = try JSONDecoder().decode(Catalogue.self, from: file.catalogueJSON)
        } catch {
            throw Problem(code: "MODULE_CATALOGUE", sentence: "the catalogue of \(file.module) can't be read: \(error)")
        }
        let id = wanted ?? DepartmentID(file.module)
        let known = entry(of: id)
        guard let line = line ?? known?.line else {
            throw Problem(code: "DEPARTMENT_UNKNOWN", sentence: "\(id) has no line yet; give its phone_number_id")
        }
        guard catalogue.department.id == id else {
            throw Problem(code: "MODULE_OTHER_DEPARTMENT", sentence: "the file is the module of \(catalogue.department.id), not of \(id)")
        }
        let isolated = isInProcess ?? known?.isInProcess ?? false
        let source = ModuleSource(
            department: id, file: file, bytes: bytes, isolation: isolated ? Modules.ModuleIsolation.inProcess : .worker)
        _ = try await registry.load(source)
        let entry = Entry(
            id: id, line: line, displayNumber: known?.displayNumber ?? line.rawValue, isInProcess: isolated, path: known?.path,
            catalogue: catalogue)
        take(entry)
    }

    /// All machines are made anew: each knows the other departments.
    private func take(_ entry: Entry) {
        let catalogues = state.withLock { state in
            state.entries[entry.id] = entry
            state.departmentsByLine[entry.line] = entry.id
            let live = state.entries.values.filter { $0.catalogue != nil }.sorted { $0.id < $1.id }
            let directory = live.compactMap { other in
                other.catalogue.map {
                    DepartmentEntry(id: other.id, name: $0.department.name, displayNumber: other.displayNumber, services: $0.services)
                }
            }
            for other in live {
                guard let catalogue = other.catalogue else { continue }
                state.machines[other.id] = ConversationMachine(catalogue: catalogue, departments: directory, paymentPage: paymentPage)
            }
            return live.compactMap(\.catalogue)
        }
        understander.learn(catalogues)
    }
}
