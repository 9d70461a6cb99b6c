// `samvad bench`: measures, as commands. Each names machine, commit, seed and durability, and gives ratios taken in one run,
// since machines are noisy.
import ArgumentParser
import Foundation

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures.", subcommands: [BenchWebhook.self, BenchTurn.self, BenchModule.self])
}

/// What every measurement says about itself.
struct BenchCircumstances: Encodable {
    let machine: String
    let cores: Int
    let commit: String
    let seed: UInt64
    let durability: String

    init(seed: UInt64, durability: String = "synchronous=FULL, WAL") {
        var name = utsname()
        uname(&name)
        let text = { (field: Any) in
            Mirror(reflecting: field).children.compactMap { $0.value as? Int8 }.prefix { $0 != 0 }.map {
                String(UnicodeScalar(UInt8(bitPattern: $0)))
            }.joined()
        }
        machine = "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
        cores = ProcessInfo.processInfo.activeProcessorCount
        commit = ProcessInfo.processInfo.environment["SAMVAD_COMMIT"] ?? "unknown"
        self.seed = seed
        self.durability = durability
    }
}

/// Sorted durations and what is asked of them.
struct Durations {
    private let sorted: [Double]

    init(_ seconds: [Double]) { sorted = seconds.sorted() }

    func quantile(_ share: Double) -> Double { sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
}

enum BenchTime {
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

enum BenchFolder {
    static func make() throws -> String {
        let folder = NSTemporaryDirectory() + "samvad-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }
}
