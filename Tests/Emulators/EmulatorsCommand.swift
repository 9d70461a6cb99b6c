// The command `samvad-emulators`: the outside world of Samvad on one port, with no account anywhere.
import ArgumentParser
import Foundation
import Hummingbird

@main
struct EmulatorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "samvad-emulators",
        abstract:
            "Strict stand-ins for Meta's Cloud API, a payment gateway and e-District, with a citizen's phone."
    )

    @Option(help: "HOST:PORT to listen on.") var listen = "127.0.0.1:9000"
    @Option(help: "Where webhooks go.") var webhookURL = "http://127.0.0.1:8080/webhooks/whatsapp"
    @Option(help: "Signs webhooks.") var appSecret: String
    @Option(help: "An older app secret, for tests of a reset.") var previousAppSecret = "previous-app-secret"
    @Option(help: "The bearer that Graph calls must carry.") var accessToken: String
    @Option(help: "For the handshake.") var verifyToken: String
    @Option(help: "PHONE_NUMBER_ID=DISPLAY_NUMBER=NAME of a department; may be repeated.") var line: [String] = []
    @Option(help: "Id of the WhatsApp Business Account.") var account = "300000000000001"
    @Option(help: "Where the gateway's callbacks go; by default /payments/razorpay/callback beside the webhook.")
    var paymentCallbackURL: String?
    @Option(help: "Signs the gateway's callbacks.") var paymentSecret = "payment-webhook-secret"
    @Option(help: "Keeps chats, files and applications over restarts.") var stateDir: String?
    @Option(help: "The same seed gives the same ids.") var seed: UInt64?
    @Option(help: "Pages from this folder instead of the built ones.") var pages: String?

    @Option(help: "Keeps the clock's offset in this file, for others to follow.") var clockFile: String?
    @Option(help: "A JSON list of message templates that the account has had approved.") var templates: String?

    func validate() throws {
        guard address != nil else { throw ValidationError("--listen must be HOST:PORT") }
        for text in line where Self.line(text) == nil {
            throw ValidationError("--line must be PHONE_NUMBER_ID=DISPLAY_NUMBER=NAME")
        }
    }

    private var address: (host: String, port: Int)? {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]) else {
            return nil
        }
        return (String(listen[..<colon]), port)
    }

    private static func line(_ text: String) -> Line? {
        let parts = text.split(separator: "=", maxSplits: 2).map(String.init)
        guard parts.count == 3 else { return nil }
        return Line(id: parts[0], displayNumber: parts[1].filter { $0.isASCII && $0.isNumber }, name: parts[2])
    }

    /// The gateway's callback stands beside the webhook when nothing else is said.
    private var callbackURL: String {
        if let paymentCallbackURL { return paymentCallbackURL }
        guard var parts = URLComponents(string: webhookURL) else { return "" }
        parts.path = "/payments/razorpay/callback"
        parts.query = nil
        return parts.string ?? ""
    }

    func run() async throws {
        guard let address else { throw ExitCode.validationFailure }
        let lines = line.compactMap(Self.line)
        let settings = Emulation.Settings(
            host: address.host, port: address.port, webhookURL: webhookURL, paymentCallbackURL: callbackURL,
            appSecret: appSecret,
            previousAppSecret: previousAppSecret, accessToken: accessToken, verifyToken: verifyToken,
            paymentSecret: paymentSecret,
            account: account,
            lines: lines.isEmpty
                ? [Line(id: "100000000000001", displayNumber: "911140000001", name: "राजस्व विभाग · Revenue")] : lines,
            seed: seed ?? UInt64.random(in: .min ... .max),
            pagesFolder: pages.map { URL(fileURLWithPath: $0) }
                ?? Bundle.module.bundleURL.appendingPathComponent("Pages"),
            stateFolder: stateDir.map { URL(fileURLWithPath: $0) })
        guard let poster = HTTPWebhookPoster(urls: [webhookURL, callbackURL]) else {
            throw CleanExit.message("The machine gives no thread for outgoing calls.")
        }
        let clock = EmulatorClock(file: clockFile.map { URL(fileURLWithPath: $0) })
        let emulation = Emulation(settings, poster: poster, clock: clock)
        if let templates {
            try emulation.cloud.addApproved(
                JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: templates)))))
        }
        let keeper = stateDir.map { StateKeeper(folder: URL(fileURLWithPath: $0), cloud: emulation.cloud) }
        try keeper?.restore()
        Task { await emulation.work() }
        Task { await emulation.handshake.askUntilAnswered() }
        if let keeper { Task { await keeper.run() } }
        let stops = [SIGTERM, SIGINT].map { Self.onSignal($0) { keeper?.saveNow() } }
        print(
            "samvad-emulators: phone http://\(listen)/  console http://\(listen)/console  Graph http://\(listen)/graph")
        fflush(nil)
        try await emulation.application().run()
        withExtendedLifetime(stops) {}
    }

    /// Open phones keep connections without end: nothing is drained, what matters is saved and the process ends.
    private static func onSignal(_ number: Int32, _ save: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler {
            save()
            // Without atexit: the client's thread and open phones have nothing to finish.
            _exit(0)
        }
        source.resume()
        return source
    }
}
