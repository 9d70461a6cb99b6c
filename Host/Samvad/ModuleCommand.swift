// `samvad module …`: packs a module, and acts on a running host through its admin API.
import ArgumentParser
import Foundation
import HTTPClient
import Loader

struct ModuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "module", abstract: "Departments' modules.", subcommands: [Pack.self, List.self, Load.self, Reload.self])

    struct Pack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pack", abstract: "Writes manifest and catalogue into the module's note.")

        @Argument(help: "The department's folder.") var directory: String
        @Argument(help: "The built object; left out for a catalogue alone.") var object: String?
        @Option(help: "Where the module goes; default: NAME.so here.") var output: String?

        func run() async throws {
            let bytes = try object.map { path in
                guard let bytes = FileManager.default.contents(atPath: path) else { throw ValidationError("\(path) can't be read") }
                return Array(bytes)
            }
            do {
                let packed = try ModulePacker().pack(directory: URL(fileURLWithPath: directory), object: bytes)
                let file = try ModuleFile.read(packed)
                let target = output ?? "\(file.module).so"
                // A rename, never a write in place: a running host may have the old file mapped.
                let fresh = target + ".new"
                try Data(packed).write(to: URL(fileURLWithPath: fresh))
                guard rename(fresh, target) == 0 else { throw ValidationError("\(target) can't be written") }
                Output.line("\(target): \(file.module) \(file.version), \(packed.count) bytes, sha256 \(file.sha256)")
            } catch let error as CatalogueError {
                for problem in error.problems { Output.error(problem.description) }
                throw ExitCode(1)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "What is loaded, at a glance.")

        @Flag(help: "For machines.") var json = false

        func run() async throws {
            let answer = try await AdminAPI.fromEnvironment().call(.get, "/api/v1/modules")
            if json { return Output.line(String(decoding: answer, as: UTF8.self)) }
            guard let modules = AdminAPI.modules(in: answer) else { throw AdminAPI.Failure(sentence: "the host's answer can't be read") }
            for module in modules {
                let text = { (key: String) in module[key].map { "\($0)" } ?? "-" }
                Output.line(
                    [
                        text("department"), text("module_version"), text("isolation"), text("state"), "calls \(text("calls"))",
                        "failures \(text("failures"))", "restarts \(text("restarts"))",
                    ].joined(separator: "  "))
            }
        }
    }

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "load", abstract: "Loads a module into the running host.")

        @Argument(help: "The module's file.") var file: String
        @Option(help: "The department; default: the module's own.") var department: String?
        @Option(help: "Its line, where it has none yet.") var phoneNumberId: String?
        @Option(help: "worker or in-process.") var isolation: String?

        func run() async throws {
            guard let bytes = FileManager.default.contents(atPath: file) else { throw ValidationError("\(file) can't be read") }
            var query: [(name: String, value: String)] = []
            if let department { query.append(("department", department)) }
            if let phoneNumberId { query.append(("phone_number_id", phoneNumberId)) }
            if let isolation { query.append(("isolation", isolation)) }
            _ = try await AdminAPI.fromEnvironment().call(.post, "/api/v1/modules", query: query, body: bytes)
            Output.line("loaded: \(file)")
        }
    }

    struct Reload: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "reload", abstract: "Reads a department's file again.")

        @Argument(help: "The department.") var department: String

        func run() async throws {
            _ = try await AdminAPI.fromEnvironment().call(.post, "/api/v1/modules/\(department)/reload")
            Output.line("reloaded: \(department)")
        }
    }
}

/// The running host's admin API, as `SAMVAD_ADMIN_URL` and `SAMVAD_ADMIN_TOKEN` name it.
struct AdminAPI {
    struct Failure: Error, CustomStringConvertible {
        let sentence: String
        var description: String { sentence }
    }

    let url: String
    let token: String

    static func fromEnvironment() throws -> AdminAPI {
        let environment = ProcessInfo.processInfo.environment
        guard let token = environment["SAMVAD_ADMIN_TOKEN"], !token.isEmpty else {
            throw Failure(sentence: "SAMVAD_ADMIN_TOKEN is not set")
        }
        return AdminAPI(url: environment["SAMVAD_ADMIN_URL"] ?? "http://127.0.0.1:8081", token: token)
    }

    func call(
        _ method: HTTPClient.Request.Method, _ path: String, query: [(name: String, value: String)] = [], body: Data? = nil
    ) async throws -> Data {
        guard let client = HTTPClient(allowing: AllowedHosts(urls: [url])) else {
            throw Failure(sentence: "the machine gives no thread for calls")
        }
        defer { client.shutdown() }
        let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        let pairs = query.map { "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")" }
        var headers = [("Authorization", "Bearer \(token)")]
        if body != nil { headers.append(("Content-Type", "application/octet-stream")) }
        let response: HTTPClient.Response
        do throws(HTTPFailure) {
            response = try await client.send(
                HTTPClient.Request(
                    method, url + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")), headers: headers,
                    body: body.map { .bytes(Array($0)) } ?? .none, timeoutMilliseconds: 60_000))
        } catch {
            throw Failure(sentence: "no host answers at SAMVAD_ADMIN_URL: \(error.sentence)")
        }
        let answer = Data(response.body)
        guard (200..<300).contains(response.status) else {
            let error = (try? JSONSerialization.jsonObject(with: answer) as? [String: Any])?["error"] as? [String: Any]
            throw Failure(sentence: "\(error?["code"] ?? "HTTP \(response.status)"): \(error?["sentence"] ?? "the host refused")")
        }
        return answer
    }

    static func modules(in answer: Data) -> [[String: Any]]? {
        let root = try? JSONSerialization.jsonObject(with: answer)
        return root as? [[String: Any]] ?? (root as? [String: Any])?["modules"] as? [[String: Any]]
    }
}
