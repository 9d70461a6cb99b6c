// Money: a payment is told once, whatever the gateway repeats.
import Foundation
import Testing

@testable import EndToEnd

extension EndToEndTests {
    @Test("a gateway that tells of failure and success at the same instant makes nobody read twice that the money came")
    func paymentToldOnce() async throws {
        try await Self.withRig { rig in
            try await rig.liftRates()
            let crowd = try Crowd(rig: rig, department: "tax", first: 9_820_000_000, count: 25)
            try await crowd.say(Crowd.houseTax)
            try await rig.waitUntilQuiet()
            let line = crowd.line
            try await withThrowingTaskGroup(of: Void.self) { payers in
                for citizen in crowd.citizens {
                    payers.addTask {
                        let phone = CitizenPhone(world: rig.world, line: line, citizen: citizen)
                        _ = try await phone.receive(waitSeconds: 0)
                        try await phone.pay("fail")
                        try await phone.pay("success")
                    }
                }
                try await payers.waitForAll()
            }
            try await Task.sleep(for: .seconds(2))
            try await rig.waitUntilQuiet()
            for citizen in crowd.citizens {
                let told = try await crowd.replies(of: citizen).filter { $0.contains("₹12,000 received. ✓") }
                #expect(told.count == 1, "citizen …\(citizen.suffix(4)) was told \(told.count) times")
            }
        }
    }
}
