// Applications: sealed bodies with the few plain columns by which they are found and counted.
// Written inside a commit; read by turns and jobs through ConversationStore.
import Conversation
import Foundation
import GRDB
import Model

extension Store {
    public func applications(
        of citizen: CitizenID, with department: DepartmentID, limit: Int
    ) async throws(Problem) -> [Application] {
        let citizens = Citizens(sealer: sealer, random: random)
        let rows = try await read { db in
            let current = try citizens.current(citizen.rawValue, in: db)
            return try db.all(Applications.SQL.ofCitizen, [current, department.rawValue, limit]).map(
                SealedApplication.init)
        }
        return try opened(rows)
    }

    public func application(_ number: ApplicationNumber) async throws(Problem) -> Application? {
        let rows = try await read { db in
            try db.all(Applications.SQL.byNumber, [number.rawValue]).map(SealedApplication.init)
        }
        return try opened(rows).first
    }

    private func opened(_ rows: [SealedApplication]) throws(Problem) -> [Application] {
        let applications = Applications(sealer: sealer)
        do {
            return try rows.map(applications.open)
        } catch {
            throw Problem(storing: error)
        }
    }
}

/// As it was read: opened in the caller's task.
struct SealedApplication: Sendable {
    let body: Data
    let citizen: String
    let lane: String

    init(_ row: Row) {
        body = row[0]
        citizen = row[1]
        lane = row[2]
    }
}

struct PreparedApplication: Sendable {
    let application: Application
    let body: Data
}

struct Applications: Sendable {
    enum SQL {
        static let ofCitizen = """
            SELECT body, citizen, lane FROM applications WHERE citizen = ? AND department = ?
            ORDER BY created_at DESC, number DESC LIMIT ?
            """
        static let byNumber = "SELECT body, citizen, lane FROM applications WHERE number = ?"
        static let insert = """
            INSERT INTO applications (number, department, service, citizen, lane, state, created_at, updated_at, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING
            """
        static let state = "SELECT department, service, state FROM applications WHERE number = ?"
        static let update = "UPDATE applications SET state = ?, updated_at = ?, body = ? WHERE number = ?"
        static let count = """
            INSERT INTO application_counts (department, service, state, count) VALUES (?, ?, ?, ?)
            ON CONFLICT (department, service, state) DO UPDATE SET count = application_counts.count + excluded.count
            """
    }

    let sealer: Sealer

    func prepare(_ application: Application) throws -> PreparedApplication {
        PreparedApplication(application: application, body: try sealer.seal(json: application, .application))
    }

    /// Citizen and lane come from the columns: they change when two citizens turn out to be one, the sealed body
    /// doesn't.
    func open(_ row: SealedApplication) throws -> Application {
        try sealer.open(Application.self, row.body, .application)
            .moved(to: CitizenID(row.citizen), lane: LaneID(row.lane))
    }

    func insert(_ prepared: PreparedApplication, citizen: String, lane: String, in db: Database) throws {
        let application = prepared.application
        try db.run(
            SQL.insert,
            [
                application.number.rawValue, application.department.rawValue, application.service.rawValue, citizen,
                lane,
                application.state.rawValue, application.createdAt.milliseconds, application.updatedAt.milliseconds,
                prepared.body,
            ])
        guard db.changesCount > 0 else {
            throw Problem(code: "APPLICATION_EXISTS", sentence: "An application of this number is there already.")
        }
        try count(application.department.rawValue, application.service.rawValue, application.state.rawValue, 1, in: db)
    }

    func update(_ prepared: PreparedApplication, in db: Database) throws {
        let application = prepared.application
        guard let row = try db.first(SQL.state, [application.number.rawValue]) else {
            throw Problem(code: "APPLICATION_UNKNOWN", sentence: "There is no application of this number.")
        }
        let (department, service, before): (String, String, String) = (row[0], row[1], row[2])
        try db.run(
            SQL.update,
            [
                application.state.rawValue, application.updatedAt.milliseconds, prepared.body,
                application.number.rawValue,
            ])
        guard before != application.state.rawValue else { return }
        try count(department, service, before, -1, in: db)
        try count(department, service, application.state.rawValue, 1, in: db)
    }

    private func count(_ department: String, _ service: String, _ state: String, _ change: Int, in db: Database) throws {
        try db.run(SQL.count, [department, service, state, change])
    }
}

extension Application {
    func moved(to citizen: CitizenID, lane: LaneID) -> Application {
        if citizen == self.citizen, lane == self.lane { return self }
        var moved = Application(
            number: number, department: department, service: service, citizen: citizen, lane: lane, language: language,
            createdAt: createdAt, values: values, documents: documents, state: state, moduleState: moduleState,
            moduleStateSchema: moduleStateSchema, dueOn: dueOn)
        moved.rawState = rawState
        moved.reason = reason
        moved.portalNumber = portalNumber
        moved.amountPaise = amountPaise
        moved.certificateSHA256 = certificateSHA256
        moved.updatedAt = updatedAt
        return moved
    }
}
