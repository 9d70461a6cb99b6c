// `samvad audit verify`: walks the ledger's hash chain from its first entry.
import ArgumentParser
import Foundation
import Storage

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The tamper-evident ledger.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "verify", abstract: "Whole, or broken at which entry.")

        @OptionGroup var config: ConfigurationOption
        @Flag(help: "For machines.") var json = false

        func run() async throws {
            let configuration = try config.read()
            let store = try Store(path: configuration.databasePath, key: try StorageKey.read(configuration), departments: { _ in nil })
            let verdict = try await store.verifyLedger()
            await store.close()
            switch verdict {
            case .whole(let entries, let head):
                if json {
                    try Output.json(["verdict": "whole", "entries": "\(entries)", "head": head])
                } else {
                    Output.line("whole: \(entries) entries, head \(head)")
                }
            case .broken(let sequence, let why):
                if json {
                    try Output.json(["verdict": "broken", "at": "\(sequence)", "why": why])
                } else {
                    Output.line("broken at entry \(sequence): \(why)")
                }
                throw ExitCode(1)
            }
        }
    }
}
