// The command `samvad-journey`: plays, records and checks whole conversations over real HTTP.
import ArgumentParser
import Foundation

@main
struct JourneyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samvad-journey", abstract: "Plays citizens' conversations against the whole platform.",
        subcommands: [PlayCommand.self, RecordCommand.self, CheckCommand.self])
}

struct RigOptions: ParsableArguments {
    @Option(help: "Folder with samvad, samvad-emulators and modules.") var build = ".build/debug"
    @Option(help: "worker or in-process.") var isolation = "worker"
    func validate() throws {
        guard Rig.Isolation(rawValue: isolation) != nil else { throw ValidationError("--isolation is worker or in-process") }
    }

    var settings: Rig.Settings {
        Rig.Settings(
            build: URL(fileURLWithPath: build).standardizedFileURL.path, isolation: Rig.Isolation(rawValue: isolation) ?? .worker)
    }
}

struct TranscriptFiles: ParsableArguments {
    @Argument(help: "Transcript files; none for all.") var files: [String] = []

    func read() throws -> [(url: URL, transcript: Transcript)] {
        let urls =
            files.isEmpty ? Transcript.files(below: URL(fileURLWithPath: "Tests/Transcripts")) : files.map { URL(fileURLWithPath: $0) }
        return try urls.map { ($0, try Transcript(file: $0)) }
    }
}

struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "play", abstract: "Plays transcripts and compares the replies.")
    @OptionGroup var files: TranscriptFiles
    @OptionGroup var rig: RigOptions

    func run() async throws {
        let transcripts = try files.read().map(\.transcript)
        let started = ContinuousClock.now
        try await Terminal.failing {
            let differences = try await TranscriptPlayer(settings: rig.settings).play(transcripts)
            let seconds = Int((ContinuousClock.now - started) / .seconds(1))
            for difference in differences { print(difference) }
            print("\(transcripts.count - differences.count) of \(transcripts.count) transcripts as recorded, \(seconds) s")
            if !differences.isEmpty { throw ExitCode(1) }
        }
    }
}

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Fills in the replies of transcripts, to be read before they are kept.")
    @OptionGroup var files: TranscriptFiles
    @OptionGroup var rig: RigOptions

    func run() async throws {
        let read = try files.read()
        try await Terminal.failing {
            let recorded = try await TranscriptRecorder(settings: rig.settings).record(read.map(\.transcript))
            for (item, recording) in zip(read, recorded) {
                try Data(recording.transcript.fileText.utf8).write(to: item.url)
                print(recording.problem.map { "broken \(recording.transcript.name): \($0)" } ?? "recorded \(recording.transcript.name)")
            }
            if recorded.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
        }
    }
}

enum Terminal {
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// A journey's error is a sentence and exit code 1.
    static func failing(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let problem as JourneyError {
            error(problem.description)
            throw ExitCode(1)
        }
    }
}
