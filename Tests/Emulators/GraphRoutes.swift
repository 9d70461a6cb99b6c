// The Graph API under /graph: bearer, version, then the edge; called by the HTTP server on any of its threads.
import Foundation
import HTTPTypes
import Hummingbird

struct GraphRoutes: Sendable {
    /// Versions that Meta serves in November 2026 and that emulated hosts may ask for.
    static let versions: Set<String> = ["v22.0", "v23.0", "v24.0", "v25.0", "v26.0"]
    /// No documented message body comes near.
    static let messageBytesMax = 1 << 20

    let cloud: Cloud
    let gateway: PaymentsGateway
    let traffic: TrafficLog
    let accessToken: AccessToken

    func add(to router: Router<BasicRequestContext>) {
        for method in [HTTPRequest.Method.get, .post, .delete] {
            router.on("/graph/**", method: method) { request, _ -> Response in await serve(request) }
        }
    }

    private struct Call {
        let request: Request
        let id: String
        let edge: String
        let rest: [String]
        var method: HTTPRequest.Method { request.method }
    }

    private func serve(_ request: Request) async -> Response {
        let started = ContinuousClock.now
        let path = request.path(dropping: 1)
        var line = ""
        var edge = path.first == "lookaside" ? "download" : path.count > 2 ? path[2] : "object"
        var failure: FailurePlan.Failure?
        var response: Response
        do {
            if path.first == "lookaside" {
                response = try download(request)
            } else {
                let call = try open(request, path: path)
                line = cloud.line(call.id) == nil ? "" : call.id
                edge = call.edge.isEmpty ? (call.method == .get ? "media" : "object") : call.edge
                failure = cloud.failures.next(line: line, edge: edge)
                response = try await answer(call, suffering: failure)
            }
        } catch let error as GraphError {
            response = refuse(error)
        } catch {
            response = refuse(GraphError(1, "An unknown error has occurred."))
        }
        traffic.note(
            .init(
                direction: "graph", what: "\(request.method.rawValue) \(edge)",
                result: failure.map { "\($0.kind.rawValue)" } ?? String(response.status.code),
                milliseconds: Int((ContinuousClock.now - started) / .milliseconds(1)), attempt: 1, at: cloud.clock.now))
        return response
    }

    private func refuse(_ error: GraphError) -> Response {
        .json(
            error.body(traceID: cloud.identifiers.traceID()), status: HTTPResponse.Status(code: error.httpStatus),
            style: .meta)
    }

    private func open(_ request: Request, path: [String]) throws(GraphError) -> Call {
        guard let version = path.first, Self.versions.contains(version), path.count >= 2 else {
            throw GraphError(2500, "Unknown path components: /\(path.joined(separator: "/"))")
        }
        try accessToken.check(request)
        return Call(request: request, id: path[1], edge: path.count > 2 ? path[2] : "", rest: Array(path.dropFirst(3)))
    }

    private func answer(_ call: Call, suffering failure: FailurePlan.Failure?) async throws -> Response {
        switch failure?.kind {
        case .error: throw GraphError(failure?.code ?? 131000, "Injected by the emulator's control API.")
        case .http500: return Response(status: .internalServerError, body: ResponseBody())
        case .http429: return .text("Too Many Requests", status: .tooManyRequests)
        case .garbage: return .bytes(Array("<html>{\"messages\":[".utf8), type: "application/json")
        case .hang:
            try await Task.sleep(for: .seconds(failure?.seconds ?? 30))
            return .cut
        case .dropBefore:
            // The body is read first, so that the break comes after the host has sent everything.
            _ = try await call.request.bytes(max: MediaRules.uploadBytesMax)
            return .cut
        case .dropAfterAccept:
            _ = try await route(call)
            return .cut
        case .slow:
            let response = try await route(call)
            try await Task.sleep(for: .seconds(failure?.seconds ?? 30))
            return response
        case nil: return try await route(call)
        }
    }

    private func route(_ call: Call) async throws -> Response {
        if cloud.line(call.id) != nil { return try await routeLine(call) }
        if call.id == cloud.account { return try await routeAccount(call) }
        if call.edge.isEmpty, call.method == .get, let media = cloud.media(call.id) {
            return .json(cloud.describe(media, base: call.request.base), style: .meta)
        }
        if call.edge.isEmpty, call.method == .delete, cloud.removeMedia(call.id) { return success }
        throw GraphError.unknownObject(call.id, method: call.method.rawValue.lowercased())
    }

    private var success: Response { .json(["success": true], style: .meta) }

    // MARK: A number

    private func routeLine(_ call: Call) async throws -> Response {
        switch (call.method, call.edge) {
        case (.post, "messages"): return try await send(call)
        case (.post, "media"): return try await upload(call)
        case (.get, "payments") where call.rest.count == 2:
            return .json(try gateway.lookup(configuration: call.rest[0], reference: call.rest[1]), style: .meta)
        case (.post, "payments_refund"):
            return .json(try gateway.refund(try await json(call)), style: .meta)
        case (.get, "whatsapp_business_profile"):
            let profile = cloud.state.withLock { $0.profiles[call.id] } ?? ["messaging_product": "whatsapp"]
            return .json(["data": [profile]], style: .meta)
        case (.post, "whatsapp_business_profile"), (.post, "whatsapp_business_encryption"):
            let body = try await json(call)
            if call.edge == "whatsapp_business_profile" { cloud.state.withLock { $0.profiles[call.id] = body } }
            return success
        case (.post, "register"), (.post, "deregister"), (.post, ""), (.post, "settings"):
            _ = try await json(call)
            return success
        case (.get, ""): return .json(describe(line: call.id), style: .meta)
        default: throw GraphError.unknownObject(call.id, method: call.method.rawValue.lowercased())
        }
    }

    private func describe(line id: String) -> JSONValue {
        let line = cloud.line(id)
        return [
            "verified_name": .string(line?.name ?? ""), "code_verification_status": "VERIFIED",
            "display_phone_number": .string(line?.displayNumber ?? ""), "quality_rating": "GREEN",
            "platform_type": "CLOUD_API", "throughput": ["level": "STANDARD"], "id": .string(id),
        ]
    }

    private func json(_ call: Call) async throws -> JSONValue {
        let bytes = try await call.request.bytes(max: Self.messageBytesMax)
        let type = call.request.headers[.contentType] ?? ""
        if type.hasPrefix("application/x-www-form-urlencoded") { return formJSON(bytes) }
        guard let value = try? JSONValue(parsing: bytes), value.object != nil else {
            // Meta ignores a body that it can't read, and then misses its first parameter.
            throw GraphError(100, "The parameter messaging_product is required.")
        }
        return value
    }

    private func send(_ call: Call) async throws -> Response {
        let answer = try cloud.send(line: call.id, body: try await json(call))
        if cloud.state.withLock({ $0.settings.statusBeforeResponse }) {
            // Long enough for the status to travel to the host and back.
            try await Task.sleep(for: .milliseconds(200))
        }
        return .json(answer, style: .meta)
    }

    private func upload(_ call: Call) async throws -> Response {
        let bytes = try await call.request.bytes(max: MediaRules.uploadBytesMax)
        guard let form = MultipartForm(contentType: call.request.headers[.contentType] ?? "", body: bytes) else {
            throw GraphError(100, "The parameter file is required.")
        }
        guard form.part("messaging_product")?.text == "whatsapp" else {
            throw GraphError(100, "The parameter messaging_product is required.")
        }
        guard let file = form.part("file") else { throw GraphError(100, "The parameter file is required.") }
        let type = file.contentType ?? form.part("type")?.text ?? "application/octet-stream"
        let media = try cloud.store(bytes: Array(file.bytes), type: type, fileName: file.fileName, line: call.id)
        return .json(["id": .string(media.id)], style: .meta)
    }

    private func download(_ request: Request) throws(GraphError) -> Response {
        guard accessToken.fits(request) else { return Response(status: .unauthorized) }
        guard let media = cloud.download(token: request.query("hash") ?? "") else { return Response(status: .notFound) }
        return .bytes(media.bytes, type: media.type)
    }

    // MARK: The account

    private func routeAccount(_ call: Call) async throws -> Response {
        switch (call.method, call.edge) {
        case (.get, "message_templates"):
            let limit = min(100, max(1, call.request.query("limit").flatMap { Int($0) } ?? 25))
            var page = cloud.listTemplates(
                name: call.request.query("name"), limit: limit, after: call.request.query("after"))
            if page.at("paging.next") != nil, let after = page.at("paging.cursors.after")?.string,
                var paging = page["paging"]
            {
                paging["next"] = .string("\(call.request.base)\(call.request.uri.path)?limit=\(limit)&after=\(after)")
                page["paging"] = paging
            }
            return .json(page, style: .meta)
        case (.post, "message_templates"):
            return .json(try cloud.createTemplate(try await json(call)), style: .meta)
        case (.delete, "message_templates"):
            let name = call.request.query("name") ?? ""
            cloud.state.withLock { state in state.templates = state.templates.filter { $0.value.name != name } }
            return success
        case (.post, "subscribed_apps"), (.post, "payment_configurations"): return success
        case (.get, "phone_numbers"):
            return .json(["data": .array(cloud.lines.map { describe(line: $0.id) })], style: .meta)
        default: throw GraphError.unknownObject(call.id, method: call.method.rawValue.lowercased())
        }
    }
}

/// The system user's token; control may let it expire.
final class AccessToken: Sendable {
    private let token: String
    private let expired = Flag()

    init(_ token: String) { self.token = token }

    func expire(_ isExpired: Bool) { expired.set(isExpired) }

    func fits(_ request: Request) -> Bool {
        guard let header = request.headers[.authorization], !expired.isSet else { return false }
        return header == "Bearer \(token)" || header == "OAuth \(token)"
    }

    func check(_ request: Request) throws(GraphError) {
        if fits(request) || (request.query("access_token") == token && !expired.isSet) { return }
        if expired.isSet { throw GraphError(190, "Error validating access token: Session has expired.", subcode: 463) }
        let given = request.headers[.authorization] != nil
        throw GraphError(
            190,
            given
                ? "Invalid OAuth access token - Cannot parse access token"
                : "An access token is required to request this resource.")
    }
}
