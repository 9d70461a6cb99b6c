// The command `samvad`: one file a subcommand, this one names them.
import ArgumentParser

@main
struct SamvadCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "samvad", abstract: "Samvad, dialogue: a city's services on WhatsApp.", version: version,
        subcommands: [
            ServeCommand.self, ConfigCommand.self, ChatCommand.self, ModuleCommand.self, NLUCommand.self, AuditCommand.self,
            DoctorCommand.self, BenchCommand.self,
        ])
}

/// Where a command's configuration comes from.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file.") var file = "samvad.yaml"

    /// The configuration, or every error on standard error and exit 1.
    func read() throws -> Configuration {
        do {
            return try Configuration.read(file: file)
        } catch let errors as ConfigurationErrors {
            for error in errors.errors { Output.error(error.sentence) }
            throw ExitCode(1)
        }
    }
}
