// `samvad nlu classify`: lines in, what each was found to mean out, over the catalogues of the configured modules.
import ArgumentParser
import Conversation
import Foundation
import Loader
import Model
import NLU

struct NLUCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nlu", abstract: "Understanding.", subcommands: [Classify.self])

    struct Classify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "classify", abstract: "A line in, a JSON object a line out.")

        @OptionGroup var config: ConfigurationOption
        @Option(help: "The line's department, which gets the benefit of doubt.") var department: String?

        private struct Row: Encodable {
            struct Alternative: Encodable {
                let service_id: ServiceID
                let score: Double
            }

            let text: String
            let language: Language?
            let service_id: ServiceID?
            let score: Double
            let decision: String
            let alternatives: [Alternative]
            let slots: [String: String]
        }

        func run() async throws {
            let configuration = try config.read()
            let understander = CatalogueUnderstander()
            understander.learn(
                configuration.departments.compactMap { Catalogues.read("\(configuration.modulesDirectory)/\($0.module).so") })
            let home = DepartmentID(department ?? configuration.departments[0].id.rawValue)
            while let line = readLine() {
                let found = await understander.understand(line, to: home, before: nil)
                try Output.json(
                    Row(
                        text: line, language: found.language, service_id: found.decision == .accept ? found.best?.service : nil,
                        score: found.best?.score ?? 0,
                        decision: found.decision.rawValue,
                        alternatives: found.alternatives.map { .init(service_id: $0.service, score: $0.score) }, slots: [:]))
            }
        }
    }
}

enum Catalogues {
    /// The catalogue in a module's file; nil when there is none to be read.
    static func read(_ path: String) -> Catalogue? {
        guard let bytes = FileManager.default.contents(atPath: path), let file = try? ModuleFile.read(Array(bytes)) else { return nil }
        return try? JSONDecoder().decode(Catalogue.self, from: file.catalogueJSON)
    }
}
