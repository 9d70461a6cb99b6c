// Promise 1 under bad weather: Graph failing in every way, webhooks doubled, shuffled and spoilt.
import Foundation
import Testing

@testable import EndToEnd

struct GraphFailure: Sendable, CustomTestStringConvertible {
    let kind: String
    var code: Int?
    var seconds: Double?
    var testDescription: String { code.map { "\(kind) \($0)" } ?? kind }

    static let all = [
        GraphFailure(kind: "http_500"), GraphFailure(kind: "http_429"), GraphFailure(kind: "error", code: 130_429),
        GraphFailure(kind: "error", code: 131_056), GraphFailure(kind: "garbage"), GraphFailure(kind: "hang", seconds: 2),
        GraphFailure(kind: "drop_before"), GraphFailure(kind: "drop_after_accept"), GraphFailure(kind: "slow", seconds: 2),
    ]
}

extension EndToEndTests {
    static let failuresCount = 15
    static let citizensCount = 20

    @Test("whatever Graph answers, each citizen gets each reply once and in order")
    func graphFails() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            var first = 9_811_000_000
            let reference = try await Crowd(rig: rig, first: first, count: 1).reference(for: Crowd.birthCertificate, citizen: first)
            for failure in GraphFailure.all {
                first += 1000
                let crowd = try Crowd(rig: rig, first: first, count: Self.citizensCount)
                try await rig.world.fail(failure.kind, count: Self.failuresCount, code: failure.code, seconds: failure.seconds)
                try await crowd.say(Crowd.birthCertificate)
                try await crowd.waitForAnswers(reference, seconds: 40, advanceSeconds: 30)
                let complaints = try await crowd.complaints(against: reference)
                #expect(
                    complaints.isEmpty, "\(failure.testDescription): \(complaints.count) citizens, for example \(complaints.first ?? "")")
                try await rig.world.endFailures()
            }
            #expect(try await rig.sentTwice == 0)
        }
    }

    @Test("a webhook that comes three times happens once")
    func webhooksRepeat() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            let crowd = try Crowd(rig: rig, first: 9_812_000_000, count: 30)
            let reference = try await crowd.reference(for: Crowd.birthCertificate, citizen: 9_812_999_999)
            for text in Crowd.birthCertificate {
                try await crowd.say(text, deliver: ["copies": 3])
                try await rig.waitUntilQuiet()
            }
            #expect(try await crowd.complaints(against: reference) == [])
            #expect(try await rig.applications(of: "birth_certificate_download") == 31)
        }
    }

    @Test("webhooks of many citizens in any order, many to a body, are answered each in its own conversation")
    func webhooksShuffled() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            let crowd = try Crowd(rig: rig, department: "grievances", first: 9_813_000_000, count: 60)
            let reference = try await crowd.reference(for: Crowd.grievance, citizen: 9_813_999_999)
            for text in Crowd.grievance {
                try await rig.world.post("/control/webhooks", ["hold": true])
                try await crowd.say(text)
                try await rig.world.post("/control/webhooks", ["release": "shuffled", "batch": 7])
                try await rig.waitUntilQuiet()
            }
            #expect(try await crowd.complaints(against: reference) == [])
        }
    }

    @Test("one spoilt message in a webhook of a thousand costs none of its neighbours")
    func oneBadOfAThousand() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            let line = try Line.of("revenue").id
            var messages = (0..<1000).map { number -> JSON in
                ["type": "text", "text": "hello", "line": .string(line), "citizen": .string("91\(9_814_000_000 + number)")]
            }
            messages[500] = [
                "type": "text", "text": "hello", "line": .string(line), "citizen": "919814000500", "extra": ["text": 7, "timestamp": [:]],
            ]
            try await rig.world.post("/control/inject-batch", ["messages": .array(messages), "deliver": ["in_one_body": true]])
            try await waitUntil("999 citizens are answered", seconds: 60) {
                try await rig.world.counters.at("cloud.accepted").int ?? 0 >= 999
            }
            try await rig.waitUntilQuiet()
            for citizen in ["919814000000", "919814000499", "919814000501", "919814000999"] {
                #expect(try await rig.world.messages(line: line, citizen: citizen).count == 1)
            }
            #expect(try await rig.world.counters.at("webhooks.accepted").int ?? 0 > 0)
        }
    }

    @Test("a wrong signature is 401, a missing one too, an oversized body 413, and all with nothing kept")
    func refusedAtTheDoor() async throws {
        try await Self.withRig { rig in
            let body = Array(#"{"object":"whatsapp_business_account","entry":[]}"#.utf8)
            let wrong = try await rig.postWebhook(body, signature: "sha256=" + String(repeating: "0", count: 64))
            #expect(wrong.status == 401)
            #expect(wrong.body.isEmpty)
            #expect(try await rig.postWebhook(body, signature: nil).status == 401)
            let huge = [UInt8](repeating: 0x20, count: (3 << 20) + 1)
            #expect(try await rig.postWebhook(huge, signature: "sha256=" + String(repeating: "0", count: 64)).status == 413)
            try await rig.waitUntilQuiet()
            #expect(try await rig.world.counters.at("cloud.accepted").int == 0)
        }
    }
}
