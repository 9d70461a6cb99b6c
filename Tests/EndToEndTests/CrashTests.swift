// Promise 1 and 2 when processes die: the host at any instant, workers in mid-call; and the polite end.
import Foundation
import Testing

@testable import EndToEnd

extension EndToEndTests {
    @Test("kill -9 of the host at random instants while 200 citizens apply: each message is answered once and in order")
    func hostKilled() async throws {
        let seed = UInt64.random(in: 1...UInt64(UInt32.max))
        print("seed of the instants: \(seed)")
        var random = SeededRandom(seed: seed)
        try await Self.withRig { rig in
            try await rig.liftRates()
            let births = try Crowd(rig: rig, first: 9_815_000_000, count: 120)
            let complaints = try Crowd(rig: rig, department: "grievances", first: 9_816_000_000, count: 80)
            let birthReference = try await births.reference(for: Crowd.birthCertificate, citizen: 9_815_999_999)
            let complaintReference = try await complaints.reference(for: Crowd.grievance, citizen: 9_816_999_999)
            async let spokenBirths: Void = births.say(Crowd.birthCertificate, pauseMilliseconds: 300)
            async let spokenComplaints: Void = complaints.say(Crowd.grievance, pauseMilliseconds: 300)
            for _ in 0..<6 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...900, using: &random)))
                await rig.killHost()
                try await rig.startHost()
            }
            _ = try await (spokenBirths, spokenComplaints)
            try await births.waitForAnswers(birthReference, seconds: 60, advanceSeconds: 30)
            try await complaints.waitForAnswers(complaintReference, seconds: 30, advanceSeconds: 30)
            let wrong = try await births.complaints(against: birthReference) + complaints.complaints(against: complaintReference)
            #expect(wrong.isEmpty, "seed \(seed): \(wrong.count) of 200 citizens, for example \(wrong.prefix(3).joined(separator: "; "))")
            #expect(try await rig.sentTwice == 0, "seed \(seed)")
            #expect(try await rig.applications(of: "birth_certificate_download") == 121, "seed \(seed)")
            #expect(try await rig.applications(of: "cm_jan_sunwai_register") == 81, "seed \(seed)")
        }
    }

    @Test("workers killed in mid-call cost nobody a conversation: the host lives, and everybody ends with an application")
    func workersKilled() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            let crowd = try Crowd(rig: rig, department: "grievances", first: 9_817_000_000, count: 40)
            let reference = try await crowd.reference(for: Crowd.grievance, citizen: 9_817_999_999)
            let host = await rig.hostProcess
            async let spoken: Void = crowd.say(Crowd.grievance, pauseMilliseconds: 150)
            var killed = 0
            for _ in 0..<4 {
                try await Task.sleep(for: .milliseconds(400))
                killed += await rig.killWorkers()
            }
            try await spoken
            #expect(killed > 0)
            try await rig.waitUntilQuiet()
            #expect(await rig.hostProcess == host)
            // A call that died is tried again in a new worker, or the citizen is told politely and says "yes" once more.
            for citizen in crowd.citizens where try await crowd.replies(of: citizen) != reference {
                let last = try await crowd.replies(of: citizen).last ?? ""
                #expect(last.contains("try again") || last.contains("Sorry"), "\(last)")
            }
            let tries = Counter()
            try await waitUntil("a new citizen is served as if nothing had been", seconds: 40) {
                try await crowd.reference(for: Crowd.grievance, citizen: 9_817_888_000 + tries.next(resetWhen: false)) == reference
            }
        }
    }

    @Test("SIGTERM under load ends the host with 0 within ten seconds, and nothing is lost or said twice")
    func stoppedUnderLoad() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            let crowd = try Crowd(rig: rig, first: 9_818_000_000, count: 150)
            let reference = try await crowd.reference(for: Crowd.birthCertificate, citizen: 9_818_999_999)
            async let spoken: Void = crowd.say(Crowd.birthCertificate, pauseMilliseconds: 50)
            try await Task.sleep(for: .milliseconds(700))
            #expect(await rig.stopHost() == .code(0))
            try await spoken
            try await rig.startHost()
            try await crowd.waitForAnswers(reference, seconds: 60, advanceSeconds: 30)
            #expect(try await crowd.complaints(against: reference) == [])
            #expect(try await rig.sentTwice == 0)
        }
    }

    @Test("no name, number or answer of a citizen gets into the host's log, even when everything fails")
    func nothingPersonalInLogs() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            try await rig.world.fail("http_500", count: 10)
            try await rig.world.fail("garbage", count: 5)
            let births = try Crowd(rig: rig, first: 9_819_123_450, count: 5)
            let complaints = try Crowd(rig: rig, department: "grievances", first: 9_819_123_450, count: 5)
            try await births.say(Crowd.birthCertificate)
            try await complaints.say(Crowd.grievance)
            _ = await rig.killWorkers()
            try await births.say("2345 6789 0124")
            try? await rig.waitUntilQuiet(seconds: 20)
            let log = await rig.hostLog
            #expect(!log.isEmpty)
            for planted in ["9819123", "Kirtikar", "Zebunnisa", "Sangam Vihar", "2345 6789", "23456789", "3 May", "2019-05-03", "No water"]
            {
                #expect(!log.contains(planted), "\(planted) stands in the log")
            }
        }
    }
}
