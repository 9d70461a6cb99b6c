// What tests count: sends, refusals by code, repeats of one send; part of the cloud's state, read by the control API.

struct CloudCounters: Sendable {
    /// Enough to see any repeat within a load test; two generations of this size are kept.
    static let callbackGenerationMax = 200_000

    var inbound = 0
    var accepted = 0
    var refused: [Int: Int] = [:]
    var reads = 0
    var uploads = 0
    var downloads = 0
    var statuses: [String: Int] = [:]
    /// Sends whose `biz_opaque_callback_data` had been accepted before: the host answered twice.
    var duplicateSends = 0
    private var callbacks: Set<String> = []
    private var olderCallbacks: Set<String> = []

    mutating func noteAccepted(callbackData: String?) {
        accepted += 1
        guard let callbackData else { return }
        if callbacks.contains(callbackData) || olderCallbacks.contains(callbackData) { duplicateSends += 1 }
        if callbacks.count >= Self.callbackGenerationMax {
            olderCallbacks = callbacks
            callbacks = []
        }
        callbacks.insert(callbackData)
    }

    var json: JSONValue {
        [
            "inbound": .int(inbound), "accepted": .int(accepted), "duplicate_sends": .int(duplicateSends),
            "refused": .object(
                JSONObject(refused.sorted { $0.key < $1.key }.map { (key: String($0.key), value: .int($0.value)) })),
            "statuses": .object(
                JSONObject(statuses.sorted { $0.key < $1.key }.map { (key: $0.key, value: .int($0.value)) })),
            "reads": .int(reads), "uploads": .int(uploads), "downloads": .int(downloads),
        ]
    }
}
