// A browser without a screen, driven over W3C WebDriver: chromedriver on a free port, one window. Made by Stage; used by one
// test at a time. Every wait ends; closing ends the browser and its driver, whatever state they are in.
import Foundation

@testable import EndToEnd

final class Browser: Sendable {
    /// A debug build that shares two cores with other suites answers within this, or is broken.
    static let waitSecondsMax = 45.0
    /// chromedriver and chromium from a cold disk.
    static let startSecondsMax = 60.0
    /// Between two looks at the page.
    private static let lookEveryMilliseconds = 40

    /// Debian's paths, in the order in which its packages have used them.
    static let driverPath = ["/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    private let driver: ChildProcess
    private let wire: OutsideWorld
    private let session: String
    /// Where downloads and the driver's log are; gone with the browser.
    let folder: URL

    private init(driver: ChildProcess, wire: OutsideWorld, session: String, folder: URL) {
        self.driver = driver
        self.wire = wire
        self.session = session
        self.folder = folder
    }

    // MARK: Starting and ending

    static func start(_ window: Window) async throws -> Browser {
        guard let driverPath else { throw JourneyError("NO_BROWSER", "chromedriver isn't installed") }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("samvad-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = try LoopbackPorts.free(1)[0]
        let driver = try ChildProcess(
            name: "chromedriver", executable: driverPath, arguments: ["--port=\(port)", "--log-level=SEVERE"],
            environment: environment, log: folder.appendingPathComponent("driver.log").path)
        do {
            let wire = try OutsideWorld(url: "http://127.0.0.1:\(port)")
            try await waitUntil("chromedriver listens", seconds: startSecondsMax) {
                try await wire.get("/status").at("value.ready").bool == true
            }
            let answer = try await wire.post("/session", capabilities(window, profile: folder.appendingPathComponent("profile")))
            guard let session = answer.at("value.sessionId").string else {
                throw JourneyError("NO_BROWSER", "the driver gives no session: \(answer)")
            }
            let browser = Browser(driver: driver, wire: wire, session: session, folder: folder)
            try await browser.command(
                "Browser.setDownloadBehavior", ["behavior": "allow", "downloadPath": .string(folder.path), "eventsEnabled": false])
            try await browser.command("Emulation.setTimezoneOverride", ["timezoneId": "Asia/Kolkata"])
            try await browser.show(window)
            return browser
        } catch {
            await driver.killNow()
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    /// The driver closes its browser and ends; if it does not, its death closes the pipe, and with it the browser.
    func close() async {
        _ = try? await wire.get("/shutdown")
        _ = await driver.stop(withinSeconds: 5)
        try? FileManager.default.removeItem(at: folder)
    }

    private static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR", "LANG", "XDG_RUNTIME_DIR"].contains($0.key) }
    }

    private static func capabilities(_ window: Window, profile: URL) -> JSON {
        let arguments: [JSON] = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-pipe",
            "--disable-background-networking", "--disable-component-update", "--force-prefers-reduced-motion", "--force-color-profile=srgb",
            .string("--user-data-dir=\(profile.path)"), .string("--window-size=\(window.width),\(window.height)"),
            .string("--lang=\(window.tongue.rawValue)"),
        ]
        let milliseconds = JSON.number(waitSecondsMax * 1000)
        return [
            "capabilities": [
                "alwaysMatch": [
                    "browserName": "chrome", "goog:chromeOptions": ["args": .array(arguments)], "goog:loggingPrefs": ["browser": "ALL"],
                    "timeouts": ["script": milliseconds, "pageLoad": milliseconds, "implicit": 0],
                ]
            ]
        ]
    }

    /// Turns to another screen, or to light or dark, with the page as it is.
    func show(_ window: Window) async throws {
        try await command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .number(Double(window.width)), "height": .number(Double(window.height)), "deviceScaleFactor": 1,
                "mobile": .bool(false),
            ])
        try await command(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": .string(window.isDark ? "dark" : "light")]]])
    }

    // MARK: Looking

    func open(_ url: String) async throws { try await post("/url", ["url": .string(url)]) }
    func reload() async throws { try await post("/refresh", [:]) }
    var url: String { get async throws { try await get("/url").string ?? "" } }

    /// Runs the body of a function in the page and returns what it returns. Arguments are `arguments[0]`, …
    @discardableResult
    func run(_ script: String, _ arguments: [JSON] = []) async throws -> JSON {
        try await post("/execute/sync", ["script": .string(script), "args": .array(arguments)])
    }

    /// Waits until an expression is true in the page.
    func wait(
        _ what: String, for expression: String, _ arguments: [JSON] = [], seconds: Double = Browser.waitSecondsMax
    ) async throws {
        _ = try await value(what, of: "return !!(\(expression)) || null", arguments, seconds: seconds)
    }

    /// Waits until a script returns something, and returns it.
    func value(
        _ what: String, of script: String, _ arguments: [JSON] = [], seconds: Double = Browser.waitSecondsMax
    ) async throws -> JSON {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            let found = try await run(script, arguments)
            if !found.isNull { return found }
            try await Task.sleep(for: .milliseconds(Self.lookEveryMilliseconds))
        }
        let text = try await run("return document.body.innerText.slice(-700)").string ?? ""
        throw JourneyError("NOT_SEEN", "after \(Int(seconds)) s the page still does not show \(what). It ends with:\n\(text)")
    }

    /// The text of the first element that matches, as it is on the screen.
    func text(_ selector: String) async throws -> String {
        try await value(selector, of: "return document.querySelector(arguments[0])?.innerText ?? null", [.string(selector)]).string ?? ""
    }

    // MARK: Acting

    /// Clicks where a finger would: fails when something else lies over it.
    func click(_ selector: String) async throws {
        try await click(selector, finding: "return document.querySelector(arguments[0])", [.string(selector)])
    }

    /// Clicks what the script finds, once it is there and can be clicked.
    func click(_ what: String, finding script: String, _ arguments: [JSON] = []) async throws {
        let deadline = ContinuousClock.now + .seconds(Self.waitSecondsMax)
        while true {
            let found = try await value(what, of: script, arguments)
            do {
                _ = try await post("/element/\(try Self.identifier(found))/click", [:])
                return
            } catch let error as JourneyError where ContinuousClock.now < deadline && Self.passes(error) {
                // The page redrew it, or is still moving: look again.
                try await Task.sleep(for: .milliseconds(Self.lookEveryMilliseconds))
            }
        }
    }

    /// Types into an element; for a file chooser, the path of the file.
    func type(_ text: String, into selector: String) async throws {
        let found = try await value(selector, of: "return document.querySelector(arguments[0])", [.string(selector)])
        try await post("/element/\(try Self.identifier(found))/value", ["text": .string(text)])
    }

    /// Presses keys where the focus is.
    func press(_ keys: Key..., shift: Bool = false) async throws {
        for key in keys { try await press(key.rawValue, shift: shift) }
    }

    /// Types on the keyboard, wherever the focus is: one key down and up after the other.
    func press(_ text: String, shift: Bool = false) async throws {
        var actions = text.unicodeScalars.flatMap { letter -> [JSON] in
            [["type": "keyDown", "value": .string(String(letter))], ["type": "keyUp", "value": .string(String(letter))]]
        }
        if shift {
            actions.insert(["type": "keyDown", "value": .string(Key.shift.rawValue)], at: 0)
            actions.append(["type": "keyUp", "value": .string(Key.shift.rawValue)])
        }
        try await post("/actions", ["actions": [["type": "key", "id": "keyboard", "actions": .array(actions)]]])
    }

    /// Keys of the standard that have no letter.
    enum Key: String, Sendable {
        case tab = "\u{E004}"
        case enter = "\u{E007}"
        case shift = "\u{E008}"
        case escape = "\u{E00C}"
        case down = "\u{E015}"
    }

    // MARK: What the browser knows

    /// A picture of the window; written only when somebody wants to look at it.
    func picture() async throws -> Data { Data(base64Encoded: try await get("/screenshot").string ?? "") ?? Data() }

    /// What the page complained about since the last call: errors and warnings, as sentences.
    func complaints() async throws -> [String] {
        try await post("/se/log", ["type": "browser"]).array
            .filter { ["SEVERE", "WARNING"].contains($0["level"].string) }.compactMap { $0["message"].string }
    }

    /// What a screen reader says of everything with this role that isn't hidden from it. The whole tree of a long page is
    /// megabytes; so it is asked for by role.
    func accessibleNames(role: String) async throws -> [String] {
        let document = try await command("DOM.getDocument", ["depth": 0]).at("root.backendNodeId")
        return try await command("Accessibility.queryAXTree", ["backendNodeId": document, "role": .string(role)])["nodes"].array
            .filter { $0["ignored"].bool != true }.map { $0.at("name.value").string ?? "" }
    }

    /// The first file with this ending among the downloads, once it is whole.
    func download(ending: String) async throws -> Data {
        let folder = folder
        let name: @Sendable () throws -> String? = {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(ending) }
        }
        try await waitUntil("a file \(ending) is downloaded", seconds: Self.waitSecondsMax) { try name() != nil }
        guard let found = try name() else { throw JourneyError("NO_FILE", "the download went away") }
        return try Data(contentsOf: folder.appendingPathComponent(found))
    }

    // MARK: The wire

    @discardableResult
    private func command(_ name: String, _ parameters: JSON) async throws -> JSON {
        try await post("/goog/cdp/execute", ["cmd": .string(name), "params": parameters])
    }

    @discardableResult
    private func post(_ path: String, _ body: JSON) async throws -> JSON {
        try await wire.post("/session/\(session)\(path)", body)["value"]
    }

    private func get(_ path: String) async throws -> JSON { try await wire.get("/session/\(session)\(path)")["value"] }

    /// The standard's name for a reference to an element.
    private static func identifier(_ found: JSON) throws -> String {
        guard let identifier = found["element-6066-11e4-a52e-4f735466cecf"].string else {
            throw JourneyError("NO_ELEMENT", "the page gave \(found), and no element")
        }
        return identifier
    }

    /// Refusals that pass by themselves while a page settles.
    private static func passes(_ error: JourneyError) -> Bool {
        ["stale element", "click intercepted", "not interactable"].contains { error.sentence.contains($0) }
    }
}
