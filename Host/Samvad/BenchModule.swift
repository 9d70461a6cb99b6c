// `samvad bench module`: one call of a real module, in this process and in a worker; and how long a killed worker takes to
// answer again.
import ArgumentParser
import Conversation
import Foundation
import Loader
import Model
import Modules

struct BenchModule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "module", abstract: "A module call in process and in a worker.")

    @Argument(help: "The module's file, for example grievances.so.") var file: String
    @Option(help: "The service asked.") var service = "cm_jan_sunwai_register"
    @Option(help: "Calls in a row.") var calls = 5000
    @Option(help: "Calls in flight when pipelined.") var inFlight = 32
    @Option(help: "Seeds the calls.") var seed: UInt64 = 1
    @Flag(help: "For machines.") var json = false

    private struct Figures: Encodable {
        let p50_microseconds: Double
        let p99_microseconds: Double
        let pipelined_per_second: Double
        let recovery_p50_milliseconds: Double?
    }

    private struct Report: Encodable {
        let circumstances: BenchCircumstances
        let in_process: Figures
        let worker: Figures
    }

    func run() async throws {
        guard let data = FileManager.default.contents(atPath: file) else { throw ValidationError("\(file) can't be read") }
        let bytes = Array(data)
        let module = try ModuleFile.read(bytes)
        let worker = ((CommandLine.arguments[0] as NSString).deletingLastPathComponent as NSString).appendingPathComponent("samvad-worker")
        let inProcess = try await measure(bytes, module, .inProcess, worker: worker)
        let isolated = try await measure(bytes, module, .worker, worker: worker)
        let report = Report(circumstances: BenchCircumstances(seed: seed, durability: "none"), in_process: inProcess, worker: isolated)
        if json { return try Output.json(report) }
        for (name, figures) in [("in-process", inProcess), ("worker", isolated)] {
            Output.line(
                String(
                    format: "%@: p50 %.1f us, p99 %.1f us, %.0f calls/s with %d in flight%@", name, figures.p50_microseconds,
                    figures.p99_microseconds,
                    figures.pipelined_per_second, inFlight,
                    figures.recovery_p50_milliseconds.map { String(format: ", killed and answering again in %.1f ms", $0) } ?? ""))
        }
    }

    private func measure(_ bytes: [UInt8], _ module: ModuleFile, _ isolation: ModuleIsolation, worker: String) async throws -> Figures {
        let registry = ModuleRegistry(workerPath: worker)
        let department = DepartmentID(module.module)
        _ = try await registry.load(ModuleSource(department: department, file: module, bytes: bytes, isolation: isolation))
        for number in 0..<200 { _ = try await registry.call(request(department, number)) }
        var times: [Double] = []
        for number in 0..<calls {
            let start = BenchTime.now()
            _ = try await registry.call(request(department, number))
            times.append(BenchTime.now() - start)
        }
        let began = BenchTime.now()
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<inFlight {
                group.addTask { for number in 0..<(calls / 4) { _ = try? await registry.call(request(department, lane * calls + number)) } }
            }
        }
        let rate = Double(inFlight * (calls / 4)) / (BenchTime.now() - began)
        let recovery = isolation == .worker ? try await recover(registry, department) : nil
        await registry.shutDown()
        let durations = Durations(times)
        return Figures(
            p50_microseconds: durations.quantile(0.5) * 1e6, p99_microseconds: durations.quantile(0.99) * 1e6, pipelined_per_second: rate,
            recovery_p50_milliseconds: recovery)
    }

    /// Kills the worker, calls at once; the call is answered by another.
    private func recover(_ registry: ModuleRegistry, _ department: DepartmentID) async throws -> Double {
        var times: [Double] = []
        for number in 0..<20 {
            guard let pid = registry.snapshot(of: department)?.pid else { continue }
            kill(pid, SIGKILL)
            let start = BenchTime.now()
            for attempt in 0..<200 {
                if (try? await registry.call(request(department, number * 1000 + attempt))) != nil { break }
            }
            times.append(BenchTime.now() - start)
            // Beyond the circuit breaker's window of deaths the figure would be the breaker's.
            try await Task.sleep(for: .seconds(8))
            if times.count >= 8 { break }
        }
        return Durations(times).quantile(0.5) * 1000
    }

    private func request(_ department: DepartmentID, _ number: Int) -> ModuleRequest {
        ModuleRequest(
            department: department, service: ServiceID(service), step: .eligibility, language: .hindi, citizen: "bench-\(number)",
            values: [
                .init(key: "department", value: "mcd"), .init(key: "category", value: "sanitation"), .init(key: "details", value: "bench"),
            ],
            now: Moment(milliseconds: 1_795_500_000_000), seed: seed &+ UInt64(number), turn: "bench-\(number)")
    }
}
