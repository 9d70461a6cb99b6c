// How an injected webhook is to be delivered: copies, delay, wrong signature, broken body; read from the control API.

struct DeliveryPlan: Sendable {
    var copies = 1
    var delaySeconds = 0.0
    var inOneBody = false
    /// Does not wait for the citizen's earlier webhooks.
    var outOfLane = false
    var fault = SignatureFault.none
    /// Bytes put after the document: Meta has been seen to send a second `}`.
    var trailing = ""
    /// Replaces the body altogether; signed as it stands.
    var rawBody: String?

    init() {}

    init(_ json: JSONValue?) throws(GraphError) {
        guard let json else { return }
        copies = json["copies"]?.int ?? 1
        delaySeconds = json["delay_seconds"]?.double ?? 0
        inOneBody = json["in_one_body"]?.bool ?? false
        outOfLane = json["out_of_order"]?.bool ?? (delaySeconds > 0)
        trailing = json["trailing"]?.string ?? ""
        rawBody = json["raw_body"]?.string
        if let name = json["signature"]?.string {
            guard let fault = SignatureFault(rawValue: name) else { throw .invalid("deliver.signature", "is unknown") }
            self.fault = fault
        }
    }

    var undelayed: DeliveryPlan {
        var plan = self
        plan.delaySeconds = 0
        return plan
    }

    func body(_ composed: [UInt8]) -> [UInt8] { rawBody.map { Array($0.utf8) } ?? (composed + Array(trailing.utf8)) }
}
