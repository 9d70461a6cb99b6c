// Which requests have killed a worker, and how often: the second time parks them. A value; part of Supervision.
import Conversation
import Model

/// A request recognised when it comes again. Answers enter only as a hash: this is kept for days, citizens' words are not.
struct RequestKey: Hashable, Sendable {
    private let turn: String
    private let service: ServiceID
    private let step: Service.Hook
    private let event: String
    private let valuesHash: Int

    init(_ request: ModuleRequest) {
        turn = request.turn
        service = request.service
        step = request.step
        event = request.event
        var hasher = Hasher()
        for value in request.values {
            hasher.combine(value.key)
            hasher.combine(value.value)
        }
        valuesHash = hasher.finalize()
    }
}

struct PoisonList {
    /// A single death may be chance (memory, a library); the same request twice is not.
    static let deathsMax = 2

    private let suspectsMax: Int
    private var deaths: [RequestKey: Int] = [:]
    private var order: [RequestKey] = []

    init(suspectsMax: Int) { self.suspectsMax = suspectsMax }

    var parkedCount: Int { deaths.values.count { $0 >= Self.deathsMax } }

    func isParked(_ key: RequestKey) -> Bool { (deaths[key] ?? 0) >= Self.deathsMax }

    /// True when this death parks the request.
    mutating func blame(_ key: RequestKey) -> Bool {
        if deaths[key] == nil {
            if order.count >= suspectsMax { deaths[order.removeFirst()] = nil }
            order.append(key)
        }
        deaths[key, default: 0] += 1
        return isParked(key)
    }

    /// It was answered: the death was another's.
    mutating func clear(_ key: RequestKey) {
        guard !deaths.isEmpty, deaths.removeValue(forKey: key) != nil else { return }
        order.removeAll { $0 == key }
    }
}
