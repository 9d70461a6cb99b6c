// The e-District emulator remembers over a restart, since the host takes the portal's word for final.
import Foundation
import Testing

@testable import Emulators

@Suite("the e-District emulator's register")
struct EDistrictRegisterTests {
    private let filing = EDistrictRegister.Filing(
        key: "one", service: "income_certificate", values: [("applicant_name", "Asha Devi")], papers: [])

    @Test("an application, and what was decided on it, outlive a restart; the next one gets the next number")
    func restart() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("register-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("applications.json")
        let clock = EmulatorClock()
        let before = try EDistrictRegister(clock: clock, file: file)
        let number = try before.submit(filing).number
        try before.decide(number, state: "REJECTED", reason: "the photo is unclear")

        let after = try EDistrictRegister(clock: clock, file: file)
        let standing = try after.standing(of: number).standing
        #expect(standing.state == "REJECTED" && standing.reason == "the photo is unclear")
        #expect(try after.submit(filing).number == number)
        let other = EDistrictRegister.Filing(key: "two", service: "income_certificate", values: [], papers: [])
        #expect(try after.submit(other).number.hasSuffix("0000002"))

        after.forgetAll()
        #expect(try EDistrictRegister(clock: clock, file: file).summary.isEmpty)
    }

    @Test("a file that can't be read is refused, not taken for an empty register")
    func brokenFile() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("register-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("[{".utf8).write(to: file)
        #expect(throws: (any Error).self) { try EDistrictRegister(clock: EmulatorClock(), file: file) }
    }
}
