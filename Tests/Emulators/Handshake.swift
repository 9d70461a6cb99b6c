// Meta's GET handshake with the host's webhook: asked at start until it succeeds, and again from the console.
import Foundation

actor Handshake {
    /// A host that starts beside us is there within seconds; afterwards the console can ask again.
    static let triesMax = 120
    static let pauseSeconds = 0.5

    private let webhookURL: String
    private let verifyToken: String
    private let poster: any WebhookPoster
    private(set) var lastResult: JSONValue = ["result": "not asked yet"]

    init(webhookURL: String, verifyToken: String, poster: any WebhookPoster) {
        self.webhookURL = webhookURL
        self.verifyToken = verifyToken
        self.poster = poster
    }

    func askUntilAnswered() async {
        for _ in 0..<Self.triesMax {
            if await ask(verifyToken: nil)["result"]?.string != "no answer" { return }
            try? await Task.sleep(for: .seconds(Self.pauseSeconds))
            if Task.isCancelled { return }
        }
    }

    /// Passed when the answer is 200 and exactly the challenge.
    func ask(verifyToken given: String?) async -> JSONValue {
        let challenge = String(UInt32.random(in: 100_000_000...999_999_999))
        let token = (given ?? verifyToken).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let join = webhookURL.contains("?") ? "&" : "?"
        let url = "\(webhookURL)\(join)hub.mode=subscribe&hub.challenge=\(challenge)&hub.verify_token=\(token)"
        guard let answer = try? await poster.send(PostedRequest(method: .get, url: url)) else {
            lastResult = ["result": "no answer"]
            return lastResult
        }
        let passed = answer.status == 200 && answer.body.elementsEqual(challenge.utf8)
        lastResult = ["result": passed ? "passed" : "failed", "status": .int(answer.status)]
        return lastResult
    }
}
