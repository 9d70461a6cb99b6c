// Whether a message may go now, and what an answer means for it, for its line and for all others. A value without I/O:
// Sender owns it inside its actor; tests walk it with moments of their own.
import Conversation
import Model

struct SendPolicy: Sendable {
    enum Admission: Equatable {
        /// It may go at that moment, which is now or so soon that the store need not hear of it.
        case go(at: Moment)
        /// Not now: the row is put back until then.
        case later(Moment, Problem)
        case never(Problem)
    }

    struct Settlement {
        let outcome: SendOutcome
        /// What metrics count.
        let code: String
        var alarms: [SenderAlarm] = []
    }

    let settings: Sender.Settings
    private var lines: [LineID: LineState] = [:]
    private var pairs: [LaneID: PairState] = [:]
    private var tokens: [Int: Circuit] = [:]
    private var platform: Circuit
    /// Calls in a row to which Graph gave no answer of its own.
    private var silences = 0
    /// Rows that hold a place in their line's schedule, and when it is theirs.
    private var booked: [Int64: Moment] = [:]
    /// Refusals of a row so far; pacing and closed circuits do not count, unlike in the row's `attempts`.
    private var refusals: [Int64: Int] = [:]

    /// Milliseconds by which a row may come late to its place: the store's commits take that long under load.
    private static let lateMillisecondsMax: Int64 = 250

    /// Milliseconds that a row may wait in memory for its place: two writes saved, and the citizen does not notice.
    private static let holdMillisecondsMax: Int64 = 250

    private struct LineState {
        var schedule: RateSchedule
        var circuit: Circuit
    }

    private struct PairState {
        var schedule: RateSchedule
        var slowTries = 0
    }

    init(_ settings: Sender.Settings) {
        self.settings = settings
        platform = Circuit(openSeconds: 1, openSecondsMax: 30)
    }

    // MARK: Before a send

    /// Until when nothing at all should be claimed: Graph is away, or every token is dead.
    func waitUntil(at now: Moment, tokenGroupCount: Int) -> Moment? {
        if let until = platform.waitUntil(at: now) { return until }
        guard areTokensStopped(tokenGroupCount) else { return nil }
        let waits = tokens.values.map { $0.waitUntil(at: now) }
        return waits.contains(nil) ? nil : waits.compactMap { $0 }.min()
    }

    /// One message is enough to find out whether it goes again.
    func isProbing(tokenGroupCount: Int) -> Bool { !platform.isClosed || areTokensStopped(tokenGroupCount) }

    private func areTokensStopped(_ count: Int) -> Bool {
        tokens.count >= count && tokens.values.allSatisfy { !$0.isClosed }
    }

    /// `mayHold`: a row whose place is near may wait for it in memory.
    mutating func admit(_ row: OutboxRow, tokenGroup: Int, at now: Moment, mayHold: Bool = false) -> Admission {
        if let problem = expiry(of: row, at: now) {
            forget(row.id)
            return .never(problem)
        }
        if let (until, problem) = stop(of: row.line, tokenGroup: tokenGroup, at: now) { return .later(until, problem) }
        var line = lines[row.line] ?? newLine(row.line)
        defer { lines[row.line] = line }
        var pair = pairs[row.lane] ?? PairState(schedule: Self.pairSchedule(settings))
        let pairMoment = pair.schedule.earliest(at: now)
        guard pairMoment <= now else { return .later(pairMoment, Self.waits("PAIR_PACED")) }
        let moment = place(of: row.id, in: &line, at: now) ?? now
        if moment > now {
            let wait = moment.milliseconds - now.milliseconds
            // A probe is never held: it would find its own circuit in the way.
            let areClosed = platform.isClosed && tokens[tokenGroup]?.isClosed != false && line.circuit.isClosed
            guard mayHold, areClosed, wait <= Self.holdMillisecondsMax else {
                return .later(moment, Self.waits("LINE_PACED"))
            }
            booked[row.id] = nil
        }
        _ = pair.schedule.book(at: moment)
        remember(pair, of: row.lane, at: now)
        platform.begin(at: now)
        tokens[tokenGroup]?.begin(at: now)
        line.circuit.begin(at: now)
        return .go(at: moment)
    }

    /// Why nothing may leave the line now, and until when. Asked again for a row that was held in memory.
    func stop(of line: LineID, tokenGroup: Int, at now: Moment) -> (until: Moment, problem: Problem)? {
        if let until = platform.waitUntil(at: now) { return (until, Self.waits("GRAPH_AWAY")) }
        if let until = tokens[tokenGroup]?.waitUntil(at: now) { return (until, Self.waits("TOKEN_STOPPED")) }
        if let until = lines[line]?.circuit.waitUntil(at: now) { return (until, Self.waits("LINE_STOPPED")) }
        return nil
    }

    /// Nil when the row may go now; else its place in the line's schedule.
    private mutating func place(of row: Int64, in line: inout LineState, at now: Moment) -> Moment? {
        if let moment = booked.removeValue(forKey: row) {
            if moment > now {
                booked[row] = moment
                return moment
            }
            // A place that was missed by a lot is lost: too many would go at once.
            if now.milliseconds - moment.milliseconds <= Self.lateMillisecondsMax { return nil }
        }
        let earliest = line.schedule.earliest(at: now)
        // Past the horizon nobody gets a place: they would be too many to remember, and come again in time.
        let horizon = now.adding(seconds: settings.scheduleSecondsMax)
        guard earliest <= horizon, booked.count < settings.memoryRowsMax else { return horizon }
        let moment = line.schedule.book(at: now)
        guard moment > now else { return nil }
        booked[row] = moment
        return moment
    }

    /// Meta's line rate counts both directions.
    mutating func noteInbound(_ line: LineID, count: Int, at now: Moment) {
        var state = lines[line] ?? newLine(line)
        state.schedule.charge(count, at: now)
        lines[line] = state
    }

    private func expiry(of row: OutboxRow, at now: Moment) -> Problem? {
        guard row.content.isTemplate else {
            guard let end = row.windowEndsAt, now < end else {
                return Problem(
                    code: "WINDOW_CLOSED", sentence: "the citizen's 24-hour window is closed, and this is no template")
            }
            return nil
        }
        guard now >= row.causedAt.adding(seconds: settings.templateSecondsMax) else { return nil }
        return Problem(code: "SEND_EXPIRED", sentence: "the template could not be sent for too long to be of use")
    }

    // MARK: After a send

    mutating func settle(
        _ row: OutboxRow, _ answer: CarrierAnswer<MessageID>, tokenGroup: Int, at now: Moment, random: Double
    ) -> Settlement {
        switch answer {
        case .done(let message):
            heardOfGraph()
            tokens[tokenGroup]?.close()
            lines[row.line]?.circuit.close()
            pairs[row.lane]?.slowTries = 0
            forget(row.id)
            return Settlement(outcome: .accepted(message), code: "accepted")
        case .inDoubt(let code):
            let alarms = missedGraph(at: now)
            let problem = Problem(
                code: code, sentence: "WhatsApp's answer was lost; the message may have been taken",
                retryAfterSeconds: settings.doubtSeconds)
            return Settlement(
                outcome: .inDoubt(problem, askAgainAt: now.adding(seconds: settings.doubtSeconds)), code: code,
                alarms: alarms)
        case .unsent(let code):
            var settlement = again(row, code: code, "WhatsApp could not be reached", at: now, random: random)
            settlement.alarms = missedGraph(at: now)
            return settlement
        case .unready(let problem):
            guard let seconds = problem.retryAfterSeconds else {
                forget(row.id)
                return Settlement(outcome: .failed(problem), code: problem.code)
            }
            return put(back: row, until: now.adding(seconds: max(1, seconds)), problem.code, problem.sentence, at: now)
        case .refused(let refusal):
            return settle(row, refusal, tokenGroup: tokenGroup, at: now, random: random)
        }
    }

    private mutating func settle(
        _ row: OutboxRow, _ refusal: GraphRefusal, tokenGroup: Int, at now: Moment, random: Double
    ) -> Settlement {
        let rule = refusal.rule
        var alarms: [SenderAlarm] = []
        if refusal.code == nil, rule.treatment == .retry { alarms += missedGraph(at: now) } else { heardOfGraph() }
        if rule.treatment != .stopToken { tokens[tokenGroup]?.close() }
        if rule.treatment != .stopToken, rule.treatment != .stopLine { lines[row.line]?.circuit.close() }
        var settlement: Settlement
        switch rule.treatment {
        case .retry:
            settlement = again(row, code: refusal.name, rule.sentence, at: now, random: random)
        case .slowPair:
            settlement = slow(row, refusal, rule, at: now)
        case .stopToken:
            var circuit = tokens[tokenGroup] ?? Circuit(openSeconds: 60, openSecondsMax: 600)
            if circuit.trip(at: now) {
                alarms.append(SenderAlarm(line: nil, code: refusal.name, sentence: rule.sentence))
            }
            tokens[tokenGroup] = circuit
            settlement = put(back: row, until: circuit.waitUntil(at: now) ?? now, refusal.name, rule.sentence, at: now)
        case .stopLine:
            var line = lines[row.line] ?? newLine(row.line)
            if line.circuit.trip(at: now) {
                alarms.append(SenderAlarm(line: row.line, code: refusal.name, sentence: rule.sentence))
            }
            lines[row.line] = line
            let until = line.circuit.waitUntil(at: now) ?? now
            settlement = put(back: row, until: until, refusal.name, rule.sentence, at: now)
        case .later where row.content.isTemplate:
            let until = now.adding(seconds: 24 * 3600 + Int64(random * 600))
            settlement = put(back: row, until: until, refusal.name, rule.sentence, at: now)
        case .unknown:
            settlement = unknown(row, refusal, rule, at: now, random: random)
        case .giveUp, .templateNeeded, .templateBroken, .later:
            if rule.treatment.isAlarming {
                alarms.append(SenderAlarm(line: row.line, code: refusal.name, sentence: rule.sentence))
            }
            forget(row.id)
            settlement = Settlement(
                outcome: .failed(Problem(code: refusal.name, sentence: rule.sentence)), code: refusal.name)
        }
        settlement.alarms = alarms
        return settlement
    }

    private mutating func slow(
        _ row: OutboxRow, _ refusal: GraphRefusal, _ rule: GraphErrorRule, at now: Moment
    )
        -> Settlement
    {
        var pair = pairs[row.lane] ?? PairState(schedule: Self.pairSchedule(settings))
        // 4^0, 4^1, … seconds by Meta's word; an hour is the pair's whole allowance.
        let until = now.adding(seconds: min(3600, 1 << Int64(2 * min(pair.slowTries, 6))))
        pair.slowTries += 1
        pair.schedule.exhaust(until: until)
        remember(pair, of: row.lane, at: now)
        return put(back: row, until: until, refusal.name, rule.sentence, at: now)
    }

    private mutating func unknown(
        _ row: OutboxRow, _ refusal: GraphRefusal, _ rule: GraphErrorRule, at now: Moment, random: Double
    ) -> Settlement {
        let tries = refusals[row.id, default: 0]
        guard tries < settings.unknownRetriesMax else {
            forget(row.id)
            return Settlement(
                outcome: .failed(Problem(code: refusal.name, sentence: rule.sentence)), code: refusal.name)
        }
        count(refusalOf: row.id)
        // 30 s, 2 min, 8 min.
        let seconds = Int64(30 << (2 * tries)) + Int64(random * 15)
        return put(back: row, until: now.adding(seconds: seconds), refusal.name, rule.sentence, at: now)
    }

    /// Doubled each time, and spread over half of it, so that a thousand messages do not come back in one second.
    private mutating func again(
        _ row: OutboxRow, code: String, _ sentence: String, at now: Moment, random: Double
    ) -> Settlement {
        let tries = refusals[row.id, default: 0]
        count(refusalOf: row.id)
        let ceiling = min(settings.retrySecondsMax, settings.retrySeconds * Double(1 << min(tries, 16)))
        let milliseconds = Int64((ceiling / 2 + ceiling / 2 * random) * 1000)
        return put(back: row, until: Moment(milliseconds: now.milliseconds + milliseconds), code, sentence, at: now)
    }

    private func put(
        back row: OutboxRow, until moment: Moment, _ code: String, _ sentence: String, at now: Moment
    ) -> Settlement {
        let wait = max(1, (moment.milliseconds - now.milliseconds) / 1000)
        let problem = Problem(code: code, sentence: sentence, retryAfterSeconds: wait)
        return Settlement(outcome: .retry(at: moment, problem), code: code)
    }

    /// Somebody has mended it (a new token, a line that was unlocked): all circuits are tried again at once.
    mutating func resume() {
        platform.close()
        silences = 0
        tokens.removeAll()
        for line in lines.keys { lines[line]?.circuit.close() }
    }

    private mutating func heardOfGraph() {
        platform.close()
        silences = 0
    }

    private mutating func missedGraph(at now: Moment) -> [SenderAlarm] {
        silences += 1
        // A probe that fails opens it again at once; else some may fail by chance.
        guard !platform.isClosed || silences >= settings.silencesMax else { return [] }
        let isNew = platform.trip(at: now)
        return isNew ? [SenderAlarm(line: nil, code: "GRAPH_AWAY", sentence: "WhatsApp does not answer")] : []
    }

    // MARK: Memory, bounded

    private mutating func count(refusalOf row: Int64) {
        // More rows in trouble than this is an outage: they all start again with short delays, which does no harm.
        if refusals.count >= settings.memoryRowsMax { refusals.removeAll() }
        refusals[row, default: 0] += 1
    }

    private mutating func forget(_ row: Int64) {
        refusals[row] = nil
        booked[row] = nil
    }

    private mutating func remember(_ pair: PairState, of lane: LaneID, at now: Moment) {
        if pairs.count >= settings.memoryRowsMax, pairs[lane] == nil {
            pairs = pairs.filter { !$0.value.schedule.isIdle(at: now) }
            // All of them busy: Meta's own limit answers for those that we forget.
            if pairs.count >= settings.memoryRowsMax { pairs.removeAll() }
        }
        pairs[lane] = pair
    }

    private func newLine(_ line: LineID) -> LineState {
        let perSecond = max(1, settings.lineRates[line] ?? settings.messagesPerSecond)
        // A tenth of the second's messages may come at once, and the rest is spread over it: so that in no second
        // there are more than Meta allows.
        let burst = max(1, (perSecond / 10).rounded(.down))
        let steady = max(1, perSecond - burst)
        return LineState(
            schedule: RateSchedule(intervalMilliseconds: 1000 / steady, burst: Int(burst)),
            circuit: Circuit(openSeconds: 60, openSecondsMax: 1800))
    }

    private static func pairSchedule(_ settings: Sender.Settings) -> RateSchedule {
        RateSchedule(intervalMilliseconds: settings.pairIntervalMilliseconds, burst: settings.pairBurst)
    }

    private static func waits(_ code: String) -> Problem {
        Problem(code: code, sentence: "the message waits for its time", retryAfterSeconds: 1)
    }
}
