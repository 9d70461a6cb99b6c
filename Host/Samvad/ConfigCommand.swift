// `samvad config check`: every error of the configuration at once. `samvad config reference`: the table of keys.
import ArgumentParser
import Foundation

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Checks the configuration.", subcommands: [Check.self, Reference.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "check", abstract: "Names every error, with file, line and key.")

        @OptionGroup var config: ConfigurationOption
        @Flag(help: "For machines.") var json = false

        func run() async throws {
            var errors: [ConfigurationError] = []
            do { _ = try Configuration.read(file: config.file) } catch let found as ConfigurationErrors { errors = found.errors }
            if json {
                try Output.json(["errors": errors])
            } else if errors.isEmpty {
                Output.line("\(config.file): no errors")
            } else {
                for error in errors { Output.line(error.sentence) }
            }
            if !errors.isEmpty { throw ExitCode(1) }
        }
    }

    struct Reference: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "reference", abstract: "Every key, as a table.")

        func run() async throws {
            Output.line("| key | default | about |\n| --- | --- | --- |")
            for key in ConfigurationKey.all {
                Output.line("| `\(key.path)` | \(key.fallback.map { "`\($0)`" } ?? (key.isRequired ? "required" : "–")) | \(key.about) |")
            }
        }
    }
}
