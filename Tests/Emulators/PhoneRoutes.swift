// What the citizen's phone page asks for under /phone: chats, sending, files, and live events.
import Foundation
import Hummingbird

struct PhoneRoutes: Sendable {
    let cloud: Cloud

    /// A comment line that often keeps the stream alive through proxies.
    static let heartbeatSeconds = 15.0

    func add(to router: Router<BasicRequestContext>) {
        router.get("/phone/chats") { request, _ -> Response in .json(chats(of: request.query("citizen") ?? "")) }
        router.get("/phone/chat") { request, _ -> Response in
            let key = ChatKey(line: request.query("line") ?? "", citizen: request.query("citizen") ?? "")
            return .json(chat(key))
        }
        router.get("/phone/events") { request, _ -> Response in events(request, for: request.query("citizen") ?? "") }
        router.post("/phone/say") { request, _ -> Response in say(try await request.controlJSON()) }
        router.post("/phone/open") { request, _ -> Response in
            let body = try await request.controlJSON()
            if let key = key(body) { cloud.open(key, isOpen: body["open"]?.bool ?? true) }
            return .json(["success": true])
        }
        router.post("/phone/files") { request, _ -> Response in
            let bytes = try await request.bytes(max: MediaRules.uploadBytesMax)
            let type = request.headers[.contentType] ?? ""
            do throws(GraphError) {
                let media = try cloud.store(bytes: bytes, type: type, fileName: request.query("name"), line: nil)
                return .json(["id": .string(media.id), "mime_type": .string(media.type)])
            } catch { return .refused(error) }
        }
        router.get("/phone/files/:id") { _, context -> Response in
            guard let media = cloud.media(context.parameters.get("id") ?? "") else {
                return Response(status: .notFound)
            }
            return .bytes(media.bytes, type: media.type, headers: [.cacheControl: "private, max-age=3600"])
        }
        router.get("/phone/files/:id/facts") { _, context -> Response in
            guard let media = cloud.media(context.parameters.get("id") ?? "") else {
                return Response(status: .notFound)
            }
            return .json([
                "mime_type": .string(media.type), "bytes": .int(media.bytes.count),
                "name": media.fileName.map { .string($0) },
            ])
        }
        router.get("/phone/samples") { _, _ -> Response in .json(.array(cloud.samples.names.map { .string($0) })) }
        router.get("/phone/template") { request, _ -> Response in
            let key = CloudState.templateKey(request.query("name") ?? "", request.query("language") ?? "")
            guard let record = cloud.state.withLock({ $0.templates[key] }) else { return Response(status: .notFound) }
            return .json(["components": record.components, "named": .bool(record.named)])
        }
    }

    private func key(_ json: JSONValue) -> ChatKey? {
        guard let line = json["line"]?.string, cloud.line(line) != nil, let citizen = json["citizen"]?.string,
            citizen.count >= 7, citizen.count <= 15, citizen.allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return ChatKey(line: line, citizen: citizen)
    }

    private func say(_ body: JSONValue) -> Response {
        guard let key = key(body) else { return .refused(.missing("line and citizen")) }
        do throws(GraphError) {
            let said = cloud.say(try cloud.saying(body, line: key.line, citizen: key.citizen))
            cloud.submit([said.update])
            return .json(["id": .string(said.id)])
        } catch { return .refused(error) }
    }

    private func chats(of number: String) -> JSONValue {
        let now = cloud.clock.now
        let citizen = cloud.citizen(number)
        return cloud.state.withLock { state in
            let chats = state.lineOrder.compactMap { id -> JSONValue? in
                guard let line = state.lines[id] else { return nil }
                let key = ChatKey(line: id, citizen: number)
                let chat = state.chats[key]
                return [
                    "line": .string(id), "name": .string(line.name), "number": .string(line.displayNumber),
                    "unread": .int(chat?.unread ?? 0), "last": chat?.messages.last { Self.isVisible($0) }?.json(key),
                    "typing": .bool((chat?.typingUntil ?? .distantPast) > now),
                ]
            }
            return ["citizen": ["number": .string(number), "name": .string(citizen.name)], "chats": .array(chats)]
        }
    }

    /// What never reached the citizen's phone is not shown there.
    private static func isVisible(_ message: ChatMessage) -> Bool { message.fromCitizen || message.delivery != .failed }

    private func chat(_ key: ChatKey) -> JSONValue {
        let now = cloud.clock.now
        return cloud.state.withLock { state in
            let chat = state.chats[key]
            let messages = (chat?.messages ?? []).filter(Self.isVisible).map { $0.json(key) }
            return [
                "line": .string(key.line), "messages": .array(messages), "now": .double(now.timeIntervalSince1970),
                "typing": .bool((chat?.typingUntil ?? .distantPast) > now),
                "window_until": chat?.lastInboundAt.map { .double($0.timeIntervalSince1970 + Cloud.windowSeconds) },
            ]
        }
    }

    /// Server-sent events: the first says hello, so that a page knows it is connected and reloads what it missed.
    private func events(_ request: Request, for citizen: String) -> Response {
        let cloud = cloud
        let body = ResponseBody { writer in
            let (number, events) = cloud.feed.listen(citizen: citizen, isPhone: true)
            // The heartbeat goes through the same stream: one writer, and a page that vanished is noticed.
            let heart = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(Self.heartbeatSeconds))
                    cloud.feed.publish(citizen: citizen, ["kind": "heartbeat"])
                }
            }
            defer {
                heart.cancel()
                if cloud.feed.leave(citizen: citizen, number: number, isPhone: true) {
                    cloud.closeAll(citizen: citizen)
                }
            }
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await writer.write(ByteBuffer(string: "retry: 1000\ndata: {\"kind\":\"hello\"}\n\n"))
                for await event in events { try await writer.write(ByteBuffer(string: "data: \(event.text())\n\n")) }
            } onInboundClosed: {
                cloud.feed.end(citizen: citizen, number: number)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }
}
