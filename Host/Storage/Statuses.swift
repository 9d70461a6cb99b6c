// Statuses: what Meta says became of a message of ours. They may come twice, in any order, and before the send's own
// answer; the row only ever goes forward. Called inside a commit, on the Committer's queue.
import Conversation
import Foundation
import GRDB
import Model

/// A status with its wamid indexed beforehand in the caller's task.
struct PreparedStatus: Sendable {
    let line: String
    let wamid: Data
    let stage: DeliveryStatus.Stage
    let at: Moment
    let callback: String?
    let errorCode: Int?

    init(_ status: DeliveryStatus, sealer: Sealer) {
        line = status.line.rawValue
        wamid = sealer.index(status.message.rawValue, .message)
        stage = status.stage
        at = status.at
        callback = status.callback
        errorCode = status.errorCode
    }

    init(line: String, wamid: Data, stage: DeliveryStatus.Stage, at: Moment, errorCode: Int?) {
        self.line = line
        self.wamid = wamid
        self.stage = stage
        self.at = at
        callback = nil
        self.errorCode = errorCode
    }
}

extension Outbox {
    func settle(_ status: PreparedStatus, in db: Database) throws {
        let byWamid = try db.first(SQL.byWamid, [status.wamid, status.line])
        let row = try byWamid ?? status.callback.flatMap { try db.first(SQL.byCallback, [$0, status.line]) }
        if let row {
            try settle(try Standing(row), status, in: db)
        } else if status.callback == nil {
            // Perhaps ours, and the answer that tells its id is still on its way.
            try db.run(
                SQL.keepEarly, [status.line, status.wamid, status.stage.rank, status.at.milliseconds, status.errorCode])
        }
    }

    /// Statuses that came before the answer that made their id known.
    func settleEarly(_ wamid: Data, _ line: String, in db: Database) throws {
        let early = try db.all(SQL.early, [line, wamid])
        guard !early.isEmpty else { return }
        for row in early {
            guard let stage = DeliveryStatus.Stage(rank: row[0]) else { continue }
            let status = PreparedStatus(
                line: line, wamid: wamid, stage: stage, at: Moment(milliseconds: row[1]), errorCode: row[2])
            try settle(status, in: db)
        }
        try db.run(SQL.dropEarly, [line, wamid])
    }

    private func settle(_ standing: Standing, _ status: PreparedStatus, in db: Database) throws {
        let isEnded = standing.stage >= DeliveryStatus.Stage.read.rank
        guard !isEnded, status.stage.rank > standing.stage else { return }
        // A message sent once more after a doubt has two ids. That one of them failed says nothing about the other.
        let isOtherSend = standing.wamid != nil && standing.wamid != status.wamid
        if status.stage == .failed, isOtherSend { return }
        try db.run(SQL.setWamid, [status.wamid, standing.id])
        try db.run(SQL.setStage, [status.stage.rank, status.at.milliseconds, standing.id])
        if status.stage == .failed {
            let code = status.errorCode.map { "GRAPH_\($0)" } ?? "GRAPH_FAILED"
            let problem = Problem(code: code, sentence: "WhatsApp could not deliver this message.")
            try finish(standing, as: .failed, problem, at: status.at, in: db)
        } else if standing.state != .accepted {
            try finish(standing, as: .accepted, nil, at: status.at, in: db)
        }
    }
}

extension DeliveryStatus.Stage {
    init?(rank: Int) {
        guard let stage = [Self.sent, .delivered, .read, .failed].first(where: { $0.rank == rank }) else { return nil }
        self = stage
    }
}
