// `samvad doctor`: looks at what a set-up needs and says, line by line, what is well and what is not.
import ArgumentParser
import Foundation
import Loader
import Storage

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "doctor", abstract: "Finds what is wrong with a set-up.")

    @OptionGroup var config: ConfigurationOption
    @Flag(help: "For machines.") var json = false

    private struct Finding: Codable {
        let what: String
        let isWell: Bool
        let sentence: String
    }

    func run() async throws {
        let configuration = try config.read()
        var findings = [Finding(what: "configuration", isWell: true, sentence: "\(config.file) has no errors")]
        findings.append(await storage(configuration))
        findings.append(worker(configuration))
        findings += configuration.departments.map { module($0, configuration) }
        findings.append(clock())
        if json {
            try Output.json(findings)
        } else {
            for finding in findings { Output.line("\(finding.isWell ? "ok   " : "WRONG") \(finding.what): \(finding.sentence)") }
        }
        if findings.contains(where: { !$0.isWell }) { throw ExitCode(1) }
    }

    private func storage(_ configuration: Configuration) async -> Finding {
        do {
            let store = try Store(path: configuration.databasePath, key: try StorageKey.read(configuration), departments: { _ in nil })
            let canWrite = await store.canWrite()
            await store.close()
            return Finding(
                what: "storage", isWell: canWrite,
                sentence: canWrite ? "the database opens and can be written" : "the database can't be written")
        } catch { return Finding(what: "storage", isWell: false, sentence: "\(error)") }
    }

    private func worker(_ configuration: Configuration) -> Finding {
        do {
            return Finding(
                what: "worker", isWell: true,
                sentence: "modules run in \((try House.workerPath(configuration) as NSString).lastPathComponent)")
        } catch {
            return Finding(what: "worker", isWell: false, sentence: "\(error)")
        }
    }

    private func module(_ line: Configuration.DepartmentLine, _ configuration: Configuration) -> Finding {
        let path = "\(configuration.modulesDirectory)/\(line.module).so"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            return Finding(what: "\(line.id)", isWell: false, sentence: "there is no \(line.module).so in the modules directory")
        }
        do throws(ModuleFileError) {
            let file = try ModuleFile.read(Array(bytes))
            return Finding(
                what: "\(line.id)", isWell: true,
                sentence: "\(file.module) \(file.version), ABI \(file.abi.major).\(file.abi.minor), \(file.language)")
        } catch { return Finding(what: "\(line.id)", isWell: false, sentence: error.description) }
    }

    /// Certificates and signatures hang on the right time; CERT-In asks for NTP from NIC or NPL.
    private func clock() -> Finding {
        let synchronised =
            FileManager.default.fileExists(atPath: "/run/systemd/timesync/synchronized")
            || FileManager.default.fileExists(atPath: "/run/chrony")
        return Finding(
            what: "clock", isWell: true,
            sentence: synchronised
                ? "the machine keeps time with a server"
                : "no sign of NTP on this machine; production needs samay1.nic.in or time.nplindia.org")
    }
}
