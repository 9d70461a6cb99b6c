// The tests' and the console's hand on the emulated world, under /control; README.md of this room documents each route.
import Foundation
import HTTPTypes
import Hummingbird

struct ControlRoutes: Sendable {
    /// A long poll beyond a minute is better asked again.
    static let waitSecondsMax = 60.0
    /// One call's share of a load test.
    static let batchMax = 100_000

    let cloud: Cloud
    let dispatcher: WebhookDispatcher
    let traffic: TrafficLog
    let gateway: PaymentsGateway
    let payments: PaymentsRoutes
    let accessToken: AccessToken
    let handshake: Handshake

    func add(to router: Router<BasicRequestContext>) {
        post("inject", router) { body in try inject(body) }
        post("inject-batch", router) { body in try injectBatch(body) }
        post("webhooks", router) { body in try await webhooks(body) }
        post("clock", router) { body in
            if let seconds = body["advance_seconds"]?.double { cloud.clock.advance(bySeconds: seconds) }
            if let seconds = body["offset_seconds"]?.double { cloud.clock.offset = seconds }
            return clock
        }
        get("clock", router) { _ in clock }
        post("media", router) { body in try media(body) }
        post("templates", router) { body in try templates(body) }
        post("citizens", router) { body in try citizens(body) }
        post("account", router) { body in
            guard let field = body["field"]?.string else { throw GraphError.missing("field") }
            cloud.reportAccount(field: field, value: body["value"] ?? [:])
            return ["success": true]
        }
        post("token", router) { body in
            accessToken.expire(body["expired"]?.bool ?? true)
            return ["success": true]
        }
        post("handshake", router) { body in await handshake.ask(verifyToken: body["verify_token"]?.string) }
        get("handshake", router) { _ in await handshake.lastResult }
        get("counters", router) { _ in await counters() }
        get("traffic", router) { request in
            ["entries": traffic.json(after: request.query("after").flatMap { Int($0) } ?? 0)]
        }
        get("lines", router) { _ in lines }
        get("messages", router) { request in try await messages(request) }
        post("reset", router) { _ in
            cloud.reset()
            gateway.reset()
            accessToken.expire(false)
            await dispatcher.reset()
            return ["success": true]
        }
        router.post("/control/payments") { request, _ -> Response in payments.pay(try await request.controlJSON()) }
        addSettings(to: router)
        addFailures(to: router)
    }

    private typealias Post = @Sendable (JSONValue) async throws -> JSONValue

    private func post(_ name: String, _ router: Router<BasicRequestContext>, _ body: @escaping Post) {
        router.post("/control/\(name)") { request, _ -> Response in
            let json = try await request.controlJSON()
            do { return .json(try await body(json)) } catch let error as GraphError { return .refused(error) }
        }
    }

    private func get(
        _ name: String, _ router: Router<BasicRequestContext>,
        _ body: @escaping @Sendable (Request) async throws -> JSONValue
    ) {
        router.get("/control/\(name)") { request, _ -> Response in
            do { return .json(try await body(request)) } catch let error as GraphError { return .refused(error) }
        }
    }

    // MARK: Citizens speak

    private func place(_ body: JSONValue) throws(GraphError) -> (line: String, citizen: String) {
        guard let line = body["line"]?.string ?? cloud.lines.first?.id, cloud.line(line) != nil else {
            throw .invalid("line", "is unknown")
        }
        guard let citizen = body["citizen"]?.string, (7...15).contains(citizen.count), citizen.allSatisfy(\.isNumber)
        else {
            throw .invalid("citizen", "must be 7 to 15 digits with country code")
        }
        return (line, citizen)
    }

    private func inject(_ body: JSONValue) throws -> JSONValue {
        let (line, citizen) = try place(body)
        let plan = try DeliveryPlan(body["deliver"])
        let said = cloud.say(try cloud.saying(body, line: line, citizen: citizen))
        cloud.submit([said.update], plan: plan)
        return ["id": .string(said.id)]
    }

    /// `messages`, or `count` texts spread over `citizens` numbers from `first_citizen` on.
    private func injectBatch(_ body: JSONValue) throws -> JSONValue {
        let plan = try DeliveryPlan(body["deliver"])
        var said: [(id: String, update: WebhookUpdate)] = []
        if let count = body["count"]?.int {
            let first = Int(body["first_citizen"]?.string ?? "") ?? 919_800_000_000
            let citizens = max(1, body["citizens"]?.int ?? count)
            let line = body["line"]?.string ?? cloud.lines.first?.id ?? ""
            for number in 0..<min(count, Self.batchMax) {
                let text = body["text"]?.string ?? "hi"
                let message: JSONValue = ["type": "text", "text": .string(text.replacing("{n}", with: String(number)))]
                said.append(
                    cloud.say(try cloud.saying(message, line: line, citizen: String(first + number % citizens))))
            }
        } else {
            guard let messages = body["messages"]?.array, messages.count <= Self.batchMax else {
                throw GraphError.missing("messages")
            }
            for message in messages {
                let (line, citizen) = try place(message)
                said.append(cloud.say(try cloud.saying(message, line: line, citizen: citizen)))
            }
        }
        cloud.submit(said.map(\.update), plan: plan)
        return ["count": .int(said.count), "ids": .array(said.prefix(1000).map { .string($0.id) })]
    }

    private func webhooks(_ body: JSONValue) async throws -> JSONValue {
        if body["hold"]?.bool == true { await dispatcher.hold() }
        if let order = body["release"]?.string {
            guard ["as_is", "reversed", "shuffled"].contains(order) else {
                throw GraphError.invalid("release", "is unknown")
            }
            let count = await dispatcher.release(
                order: order, batch: body["batch"]?.int ?? 1, plan: try DeliveryPlan(body))
            return ["released": .int(count)]
        }
        return ["held": (await dispatcher.heldCount).map { .int($0) }]
    }

    // MARK: The world changes

    private var clock: JSONValue {
        ["now": .double(cloud.clock.now.timeIntervalSince1970), "offset_seconds": .double(cloud.clock.offset)]
    }

    private var lines: JSONValue {
        [
            "account": .string(cloud.account),
            "lines": .array(
                cloud.lines.map {
                    ["id": .string($0.id), "number": .string($0.displayNumber), "name": .string($0.name)]
                }),
        ]
    }

    private func media(_ body: JSONValue) throws -> JSONValue {
        if body["expire_links"]?.bool == true { cloud.expireLinks() }
        if let id = body["id"]?.string {
            if body["lose"]?.bool == true { return ["success": .bool(cloud.removeMedia(id))] }
            let lies = body["sha_mismatch"]?.bool ?? false
            guard cloud.changeMedia(id, { $0.lies = lies }) else { throw GraphError.invalid("id", "no such media") }
        }
        return ["success": true]
    }

    /// Sets the status of one, or creates it when `components` are given.
    private func templates(_ body: JSONValue) throws -> JSONValue {
        if body["components"] != nil, body["status"] == nil { return try cloud.createTemplate(body) }
        guard let name = body["name"]?.string, let language = body["language"]?.string else {
            throw GraphError.missing("name, language")
        }
        guard
            cloud.judge(
                name: name, language: language, status: body["status"]?.string ?? "APPROVED",
                reason: body["reason"]?.string)
        else { throw GraphError.invalid("name", "no such template") }
        return ["success": true]
    }

    private func citizens(_ body: JSONValue) throws -> JSONValue {
        let (_, number) = try place(body)
        cloud.changeCitizen(number) { citizen in
            if let name = body["name"]?.string { citizen.name = name }
            if let username = body["username"]?.string { citizen.username = username }
            if let hides = body["hide_number"]?.bool { citizen.hidesNumber = hides }
            if let isOn = body["on_whatsapp"]?.bool { citizen.onWhatsApp = isOn }
        }
        return ["user_id": .string(cloud.citizen(number).userID)]
    }

    // MARK: The world is looked at

    private func counters() async -> JSONValue {
        let cloudCounters = cloud.state.withLock { $0.counters.json }
        return [
            "cloud": cloudCounters, "webhooks": await dispatcher.counters.json,
            "webhooks_waiting": .int(await dispatcher.waitingCount),
            "scheduled": .int(cloud.schedule.pendingCount),
        ]
    }

    /// Messages of one citizen after a sequence number; with `wait_seconds` the answer waits for the first.
    private func messages(_ request: Request) async throws -> JSONValue {
        let citizen = request.query("citizen") ?? ""
        let wanted = Wanted(
            citizen: citizen, line: request.query("line"), after: request.query("after").flatMap { Int($0) } ?? 0,
            direction: request.query("direction") ?? "out")
        let seconds = min(Self.waitSecondsMax, request.query("wait_seconds").flatMap { Double($0) } ?? 0)
        guard seconds > 0 else { return answer(wanted) }
        let feed = cloud.feed
        // Listening begins before the first look, so that nothing falls between.
        let (number, events) = feed.listen(citizen: citizen, isPhone: false)
        defer { feed.leave(citizen: citizen, number: number, isPhone: false) }
        let first = answer(wanted)
        guard first["messages"]?.array?.isEmpty == true else { return first }
        let alarm = Task {
            try await Task.sleep(for: .seconds(seconds))
            feed.leave(citizen: citizen, number: number, isPhone: false)
        }
        defer { alarm.cancel() }
        for await event in events where event["kind"]?.string == "message" {
            let found = answer(wanted)
            if found["messages"]?.array?.isEmpty == false { return found }
        }
        return answer(wanted)
    }

    private struct Wanted: Sendable {
        let citizen: String
        let line: String?
        let after: Int
        let direction: String
    }

    private func answer(_ wanted: Wanted) -> JSONValue {
        let (messages, last) = cloud.state.withLock { state in
            var found: [(ChatKey, ChatMessage)] = []
            for line in state.lineOrder where wanted.line == nil || wanted.line == line {
                let key = ChatKey(line: line, citizen: wanted.citizen)
                // Newest first until the sequence is reached: a poll costs what is new.
                for message in (state.chats[key]?.messages ?? []).reversed() {
                    guard message.sequence > wanted.after else { break }
                    if wanted.direction == "all" || (wanted.direction == "in") == message.fromCitizen {
                        found.append((key, message))
                    }
                }
            }
            return (found.sorted { $0.1.sequence < $1.1.sequence }, state.sequence)
        }
        return [
            "messages": .array(messages.map { $0.1.json($0.0) }),
            "last": .int(messages.last?.1.sequence ?? min(wanted.after, last)),
        ]
    }
}
