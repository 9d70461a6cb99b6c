// The suite, and what its tests share: one rig that starts before the first test and ends after the last. Tests are in files
// by topic; each opens a browser of its own.
import Foundation
import Testing

@testable import EndToEnd

@Suite(
    .serialized, .enabled(if: Browser.driverPath != nil, "chromedriver isn't installed: Scripts/install-packages chromium-driver"), .stage)
struct BrowserTests {
    /// The rig, inside the suite's tests.
    static func stage() throws -> Stage {
        guard let stage = Stage.current else { throw JourneyError("NO_STAGE", "the suite's rig is not running") }
        return stage
    }

    /// A browser for the body, closed whatever happens.
    static func withBrowser<Result>(_ window: Window, _ body: (Stage, Browser) async throws -> Result) async throws -> Result {
        let stage = try stage()
        let browser = try await Browser.start(window)
        do {
            let result = try await body(stage, browser)
            await browser.close()
            return result
        } catch {
            try? await stage.keepPicture(of: browser, "failure-\(window.name)")
            await browser.close()
            throw error
        }
    }
}

struct Stage: Sendable {
    /// Filled for the time of the suite; a task's own value, so that nothing outlives it.
    @TaskLocal static var current: Stage?

    let rig: Rig
    let repository: URL

    var phoneURL: String { rig.world.url }
    var officeURL: String { rig.adminURL }
    var revenue: String { Line.all[0].id }

    func phone(_ citizen: String, _ tongue: Window.Tongue, line: String? = nil) -> String {
        phoneURL + "/?citizen=\(citizen)&lang=\(tongue.rawValue)" + (line.map { "&line=\($0)" } ?? "")
    }

    /// A sample paper as a file on this machine, for a file chooser.
    func sample(_ name: String) -> String {
        repository.appendingPathComponent("Tests/Emulators/Pages/samples/\(name)").path
    }

    /// Holds what must be true of every page.
    func inspect(_ browser: Browser, _ name: String, _ window: Window) async throws {
        try await browser.run("window.scrollTo(0, 0)")
        try await keepPicture(of: browser, "\(name)-\(window.name)")
        let problems = try await Inspection.problems(browser, tongue: window.tongue)
        #expect(problems.isEmpty, "\(name), \(window.name): \(problems.joined(separator: "\n"))")
    }

    /// Walks through the page by Tab.
    func walkFocus(_ browser: Browser, _ name: String, _ window: Window) async throws {
        let problems = try await Inspection.focusProblems(browser)
        #expect(problems.isEmpty, "\(name), \(window.name): \(problems.joined(separator: "\n"))")
    }

    /// For whoever wants to look: `SAMVAD_PICTURES` names the folder.
    func keepPicture(of browser: Browser, _ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["SAMVAD_PICTURES"] else { return }
        try await browser.picture().write(to: URL(fileURLWithPath: folder).appendingPathComponent("\(name).png"))
    }
}

/// Starts the rig once for the whole suite.
struct StageTrait: SuiteTrait, TestScoping {
    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let rig = try Rig(Rig.Settings(repository: repository.path, build: repository.path + "/.build/debug"))
        do {
            try await rig.start()
            try await Stage.$current.withValue(Stage(rig: rig, repository: repository)) { try await function() }
            try await rig.stop()
        } catch {
            await rig.abandon()
            throw error
        }
    }
}

extension Trait where Self == StageTrait {
    static var stage: Self { Self() }
}
