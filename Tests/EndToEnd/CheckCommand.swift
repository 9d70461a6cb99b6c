// `samvad-journey check`: one application from the first "hi" to the certificate, against a set-up that already runs.
import ArgumentParser
import Foundation

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Drives one application from the first \"hi\" to the certificate; exit 0 or 1.")
    @Option(help: "Where the emulators are, for example http://127.0.0.1:9000.") var emulators: String
    @Option(help: "The phone number id of the revenue department's line.") var line = "100000000000001"
    @Option(help: "The citizen's number; by default one that nobody has used.") var citizen: String?
    @Option(help: "The clock file that the host follows, if the emulators do not write it themselves.") var clockFile: String?

    func run() async throws {
        try await Terminal.failing {
            let world = try OutsideWorld(url: emulators)
            let number = citizen ?? "9198" + String(format: "%08d", Int.random(in: 0..<100_000_000))
            let phone = CitizenPhone(world: world, line: line, citizen: number)
            try await CertificateJourney(phone: phone, clockFile: clockFile).run()
        }
    }
}
