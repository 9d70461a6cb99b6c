// A grievance goes its way through the offices, and no state bytes can lead the C module astray.
import CSamvad
import SamvadKit
import TestKit
import Testing

@Suite struct GrievancesTests {
    let host = CHost()
    /// 24-11-2026, noon in Delhi.
    let start: Int64 = 1_795_501_800_000
    static let dayMilliseconds: Int64 = 86_400_000

    init() throws {
        let entry = try CompiledModule.entry(of: "Grievances/grievances.c")
        try #require(host.open(entry) == nil)
    }

    func call(
        _ service: String, _ step: Step, _ values: [Field] = [], event: String = "", day: Int64 = 0,
        from state: State? = nil
    ) throws -> Reply {
        try host.call(
            Request(
                service: service, step: step, event: event, values: Values(values), state: state,
                now: Instant(milliseconds: start + day * Self.dayMilliseconds))
        ).get()
    }

    func registered() throws -> State { try #require(try call("cm_jan_sunwai_register", .submit).state) }

    @Test(
        "what is not taken is refused with where to go instead",
        arguments: [
            "rti", "court_case", "financial_help", "job", "service_matter",
        ])
    func elsewhere(category: String) throws {
        let reply = try call("cm_jan_sunwai_register", .eligibility, [Field("category", category)])
        #expect(reply.outcome == .refused && reply.keys == ["not_here_\(category)"])
    }

    @Test("a grievance is taken, has 21 days, and is looked after when they are over")
    func register() throws {
        #expect(try call("cm_jan_sunwai_register", .eligibility, [Field("category", "service")]).outcome == .ok)
        let reply = try call("cm_jan_sunwai_register", .submit)
        #expect(reply.argument("due_date", of: "registered") == "15-12-2026")
        #expect(
            reply.effects == [
                .init(kind: "samvad.schedule/1", key: "gro_due", ["after_seconds": "1814400", "event": "gro_due"])
            ])
        #expect(try call("cm_jan_sunwai_register", .submit) == reply, "the same request is answered the same")
        let status = try call("cm_jan_sunwai_status", .status, day: 21, from: reply.state)
        #expect(status.keys == ["status_gro"])
        let late = try call("cm_jan_sunwai_status", .status, day: 23, from: reply.state)
        #expect(late.argument("days", of: "overdue") == "2")
    }

    @Test("silence sends a grievance up, and at the top it stays open")
    func silence() throws {
        let first = try call("cm_jan_sunwai_register", .event, event: "gro_due", day: 21, from: registered())
        #expect(first.effects.map(\.key) == ["appellate_due", "event_escalated_appellate/1"])
        let second = try call("cm_jan_sunwai_register", .event, event: "appellate_due", day: 31, from: first.state)
        #expect(second.effects.map(\.key) == ["final_appellate_due", "event_escalated_final/2"])
        let third = try call(
            "cm_jan_sunwai_register", .event, event: "final_appellate_due", day: 41, from: second.state)
        #expect(third.state == nil && third.effects.map(\.key) == ["event_overdue_final/2"])
        let status = try call("cm_jan_sunwai_status", .status, day: 42, from: second.state)
        #expect(status.keys == ["status_final_appellate", "overdue"])
    }

    @Test("a date that came too early, or twice, or for an office that has answered, changes nothing")
    func stale() throws {
        #expect(try call("cm_jan_sunwai_register", .event, event: "gro_due", day: 20, from: registered()) == .ok())
        let up = try call("cm_jan_sunwai_register", .event, event: "gro_due", day: 21, from: registered())
        #expect(try call("cm_jan_sunwai_register", .event, event: "gro_due", day: 22, from: up.state) == .ok())
        let resolved = try call("cm_jan_sunwai_register", .event, event: "resolved", day: 5, from: registered())
        #expect(try call("cm_jan_sunwai_register", .event, event: "gro_due", day: 21, from: resolved.state) == .ok())
    }

    @Test("who is not content goes up twice, then it ends; who is content ends it at once")
    func feedback() throws {
        let unhappy = [Field("satisfied", "no")]
        var state = try registered()
        let tooEarly = try call("grievance_feedback_escalate", .submit, unhappy, from: state)
        #expect(tooEarly.outcome == .refused && tooEarly.keys == ["not_yet_resolved"])
        for key in ["escalated_appellate", "escalated_final", "final_closed"] {
            state = try #require(try call("cm_jan_sunwai_register", .event, event: "resolved", from: state).state)
            #expect(try call("cm_jan_sunwai_status", .status, from: state).keys == ["status_resolved"])
            let reply = try call("grievance_feedback_escalate", .submit, unhappy, from: state)
            #expect(reply.keys == [key])
            state = try #require(reply.state)
        }
        #expect(try call("grievance_feedback_escalate", .submit, unhappy, from: state).keys == ["already_closed"])
        #expect(try call("cm_jan_sunwai_status", .status, from: state).keys == ["status_closed"])
        let resolved = try call("cm_jan_sunwai_register", .event, event: "resolved", from: registered()).state
        #expect(
            try call("grievance_feedback_escalate", .submit, [Field("satisfied", "yes")], from: resolved).keys == [
                "thanks_closed"
            ])
        #expect(throws: Failure.self) { try call("grievance_feedback_escalate", .submit, from: resolved) }
    }

    @Test("state bytes that are cut, changed, unknown or random are refused")
    func damagedState() throws {
        let good = try registered()
        var bad = good.bytes.indices.map { State(schema: 1, bytes: Array(good.bytes[..<$0])) }
        bad += good.bytes.indices.flatMap { index in
            ([0x01, 0x80, 0xFF] as [UInt8]).map { bits in
                var bytes = good.bytes
                bytes[index] ^= bits
                return State(schema: 1, bytes: bytes)
            }
        }
        bad += [State(schema: 2, bytes: good.bytes), State(schema: 1, bytes: good.bytes + [0])]
        var numbers = SeededNumbers(seed: 11)
        bad += (0..<2000).map { _ in
            State(schema: 1, bytes: (0..<24).map { _ in UInt8.random(in: 0...255, using: &numbers) })
        }
        for state in bad {
            for (service, step) in [("cm_jan_sunwai_status", Step.status), ("cm_jan_sunwai_register", .event)] {
                let failure = #expect(throws: Failure.self) { try call(service, step, event: "gro_due", from: state) }
                #expect(failure?.kind == .bug && failure?.code == 5)
            }
        }
    }

    @Test("nothing known is said, and an unknown service, step, event or time is a failure")
    func unknown() throws {
        #expect(try call("cm_jan_sunwai_status", .status).keys == ["grievance_not_found"])
        #expect(throws: Failure.self) { try call("nothing", .submit) }
        #expect(throws: Failure.self) { try call("cm_jan_sunwai_status", .quote) }
        #expect(throws: Failure.self) { try call("cm_jan_sunwai_register", .event, event: "dance", from: registered()) }
        #expect(throws: Failure.self) { try call("cm_jan_sunwai_register", .submit, day: .min / Self.dayMilliseconds) }
        #expect(throws: Failure.self) { try call("cm_jan_sunwai_register", .submit, day: 9_000_000) }
    }

    @Test("when the arena is used up at any point the call fails and may be tried again")
    func arena() throws {
        for left in 0..<10 {
            host.allocationsLeft = left
            do { _ = try call("cm_jan_sunwai_register", .submit) } catch let failure as Failure {
                #expect(failure.kind == .transient && failure.code == 6)
            }
        }
    }
}
