// Small parts of the host that stand alone: its clock, and the mask over numbers in modules' words.
import Foundation
import Model
import Testing

@testable import Samvad

@Suite struct HostTests {
    static func real() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    @Test("without a file the clock is the machine's")
    func realTime() { #expect(abs(HostClock(file: nil).now.milliseconds - HostTests.real()) < 2000) }

    @Test("with a file the clock is moved by its seconds, and follows when they change")
    func followsFile() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("clock-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let clock = HostClock(file: file.path)
        #expect(abs(clock.now.milliseconds - HostTests.real()) < 2000, "no file is no offset")
        for (text, seconds) in [("86400\n", 86_400), ("  90000 ", 90_000), ("nonsense", 90_000), ("", 90_000), ("0", 0)]
            as [(String, Int64)]
        {
            try text.write(to: file, atomically: true, encoding: .utf8)
            try await Task.sleep(for: .milliseconds(150))
            #expect(abs(clock.now.milliseconds - HostTests.real() - seconds * 1000) < 2000, "\(text)")
        }
    }

    @Test("a sleep ends when the clock is moved past its end, and when its task is cancelled", .timeLimit(.minutes(1)))
    func sleep() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("clock-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try "0".write(to: file, atomically: true, encoding: .utf8)
        let clock = HostClock(file: file.path)
        let hours = clock.now.adding(seconds: 7200)
        let sleeping = Task { await clock.sleep(until: hours) }
        try await Task.sleep(for: .milliseconds(50))
        try "7300".write(to: file, atomically: true, encoding: .utf8)
        await sleeping.value
        #expect(clock.now >= hours)
        let cancelled = Task { await clock.sleep(until: clock.now.adding(seconds: 86_400)) }
        cancelled.cancel()
        await cancelled.value
        await clock.sleep(until: Moment(milliseconds: 0))
    }

    @Test(
        "numbers of eight digits and more are masked in what a module logs; shorter ones stay",
        arguments: [
            ("call 9810000001 now", "call [number] now"), ("aadhaar 9999 4105 7058", "aadhaar [number]"), ("9999-4105-7058.", "[number]."),
            ("९८१००००००१", "[number]"), ("नंबर ९९९९ ४१०५ ७०५८", "नंबर [number]"),
            ("+919810000001", "+[number]"), ("9810000001 and 9810000002", "[number] and [number]"), ("took 1234567 ns", "took 1234567 ns"),
            ("21 days, 3 tries", "21 days, 3 tries"), ("", ""), ("no digits", "no digits"),
        ])
    func masked(_ pair: (text: String, masked: String)) {
        // What separates a number from the next word may go with it.
        let letters = { (text: String) in text.filter { $0.isLetter || $0.isNumber || "[]".contains($0) } }
        #expect(letters(Masked.digits(pair.text)) == letters(pair.masked))
    }

    @Test(
        "digits in any writing are masked",
        arguments: ["９８１００００００１", "۹۸۱۰۰۰۰۰۰۱", "98100\u{00A0}00001", "98100.00001", "98100\u{200B}00001"])
    func maskedAnyScript(_ text: String) { #expect(Masked.digits(text).filter(\.isNumber).isEmpty) }
}
