// `samvad bench turn`: whole turns, from the emulator's webhook to the emulator's yes, with a department's module in a worker.
// Host and emulators run as processes of their own on this machine.
import ArgumentParser
import Foundation
import HTTPClient

struct BenchTurn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "turn", abstract: "Whole turns a second, and how long one takes.")

    @Option(help: "An emulator that a host with the tax module answers to.") var emulators = "http://127.0.0.1:9000"
    @Option(help: "Citizens, each with one turn that calls the module.") var citizens = 3000
    @Option(help: "Turns a second in the second part.") var rate = 100
    @Option(help: "Seconds of the second part.") var seconds = 10
    @Option(help: "The tax department's line.") var line = "100000000000003"
    @Option(help: "First citizen.") var seed: UInt64 = 1
    @Flag(help: "For machines.") var json = false

    private struct Report: Encodable {
        let circumstances: BenchCircumstances
        let turns_per_second: Double
        let module_turns_per_second: Double
        let at_rate: Int
        let p50_milliseconds: Double
        let p95_milliseconds: Double
        let unanswered: Int
    }

    func run() async throws {
        guard let client = HTTPClient(allowing: AllowedHosts(urls: [emulators])) else { throw ExitCode(1) }
        defer { client.shutdown() }
        let world = EmulatedWorld(url: emulators, client: client)
        try await world.set(["messages_per_second": 1_000_000, "pair_rate": false, "statuses_up_to": "delivered"])
        let everyone = (0..<citizens).map { String(919_900_000_000 + Int(seed) * 1_000_000 + $0) }
        var plain = 0.0
        for text in BenchForm.steps.dropLast() { plain = try await world.wave(text, from: everyone, line: line) }
        let paced = everyone.prefix(min(citizens / 2, rate * seconds))
        let rush = everyone.dropFirst(paced.count)
        let last = BenchForm.steps[BenchForm.steps.count - 1]
        let module = try await world.wave(last, from: Array(rush), line: line)
        let times = try await world.paced(last, from: Array(paced), line: line, perSecond: rate)
        let durations = Durations(times.answered)
        let report = Report(
            circumstances: BenchCircumstances(seed: seed), turns_per_second: plain, module_turns_per_second: module, at_rate: rate,
            p50_milliseconds: durations.quantile(0.5) * 1000, p95_milliseconds: durations.quantile(0.95) * 1000,
            unanswered: times.unanswered)
        if json { return try Output.json(report) }
        Output.line(
            String(
                format: "%.0f turns/s; %.0f turns/s that call a module; at %d a second p50 %.0f ms, p95 %.0f ms, unanswered %d", plain,
                module, rate,
                report.p50_milliseconds, report.p95_milliseconds, report.unanswered))
    }
}

/// The property tax calculator, answered in words.
enum BenchForm {
    static let steps = ["property tax calculator", "yes", "1", "1", "100", "1995", "1", "1", "no", "no", "1"]
}

/// The emulator's control API, as far as a measurement needs it.
struct EmulatedWorld {
    let url: String
    let client: HTTPClient

    func set(_ settings: [String: Any]) async throws { _ = try await post("/control/settings", settings) }

    /// One text from each of them at once; turns a second until all are answered.
    func wave(_ text: String, from citizens: [String], line: String) async throws -> Double {
        var count = try await accepted()
        let began = BenchTime.now()
        _ = try await post(
            "/control/inject-batch", ["messages": citizens.map { ["line": line, "citizen": $0, "type": "text", "text": text] }])
        // A turn may say two things: over is when nothing more was accepted for a second.
        var lastChange = BenchTime.now()
        while BenchTime.now() - lastChange < 1, BenchTime.now() - began < 120 {
            try await Task.sleep(for: .milliseconds(20))
            let now = try await accepted()
            if now != count { lastChange = BenchTime.now() }
            count = now
        }
        return Double(citizens.count) / (lastChange - began)
    }

    /// Texts at a steady rate; seconds from the emulator taking the text to the first answer it took.
    func paced(_ text: String, from citizens: [String], line: String, perSecond: Int) async throws -> (answered: [Double], unanswered: Int)
    {
        let began = BenchTime.now()
        let starts = try await withThrowingTaskGroup(of: (String, Double).self) { group in
            for (index, citizen) in citizens.enumerated() {
                group.addTask {
                    let wait = began + Double(index) / Double(perSecond) - BenchTime.now()
                    if wait > 0 { try await Task.sleep(for: .seconds(wait)) }
                    let after = try await latest(citizen, line)
                    _ = try await post("/control/inject", ["line": line, "citizen": citizen, "type": "text", "text": text])
                    return (citizen, after)
                }
            }
            return try await group.reduce(into: [String: Double]()) { $0[$1.0] = $1.1 }
        }
        try await Task.sleep(for: .seconds(2))
        var answered: [Double] = []
        for citizen in citizens {
            if let seconds = try await answerSeconds(citizen, line, after: Int(starts[citizen] ?? 0)) { answered.append(seconds) }
        }
        return (answered, citizens.count - answered.count)
    }

    private func latest(_ citizen: String, _ line: String) async throws -> Double {
        Double(try await messages(citizen, line, after: 0, direction: "all").compactMap { $0["sequence"] as? Int }.max() ?? 0)
    }

    private func answerSeconds(_ citizen: String, _ line: String, after: Int) async throws -> Double? {
        let all = try await messages(citizen, line, after: after, direction: "all")
        guard let asked = all.first(where: { $0["direction"] as? String == "in" })?["timestamp"] as? Double,
            let answered = all.first(where: { $0["direction"] as? String == "out" })?["timestamp"] as? Double
        else { return nil }
        return answered - asked
    }

    private func messages(_ citizen: String, _ line: String, after: Int, direction: String) async throws -> [[String: Any]] {
        let answer = try await get("/control/messages?citizen=\(citizen)&line=\(line)&after=\(after)&direction=\(direction)")
        return answer["messages"] as? [[String: Any]] ?? []
    }

    private func accepted() async throws -> Int {
        let cloud = try await get("/control/counters")["cloud"] as? [String: Any]
        return cloud?["accepted"] as? Int ?? 0
    }

    private func get(_ path: String) async throws -> [String: Any] { try await call(HTTPClient.Request(.get, url + path)) }

    private func post(_ path: String, _ body: [String: Any]) async throws -> [String: Any] {
        let json = try JSONSerialization.data(withJSONObject: body)
        return try await call(
            HTTPClient.Request(
                .post, url + path, headers: [("Content-Type", "application/json")], body: .bytes(Array(json)), timeoutMilliseconds: 60_000))
    }

    private func call(_ request: HTTPClient.Request) async throws -> [String: Any] {
        let response = try await client.send(request)
        return try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any] ?? [:]
    }
}
