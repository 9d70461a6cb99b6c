// Every route of the table over a real socket: who is let in, what is answered, and that its description is true.
import Foundation
import Hummingbird
import Model
import Testing

@testable import Dashboard

@Suite("the table of routes")
struct RouteTests {
    @Test("every route answers what it declares, to no token, a wrong one and the right one")
    func everyRouteTimesEveryCaller() async throws {
        try await OfficeSite.run { site in
            for route in site.office.routes {
                for (path, body) in concrete(route) {
                    for token in [nil, "wrong", OfficeSite.token] {
                        try await check(route, path, body, token: token, on: site)
                    }
                }
            }
        }
    }

    @Test("what is registered is what the table holds, and what openapi.json describes")
    func registeredIsDescribed() async throws {
        try await OfficeSite.run { site in
            let office = site.office
            let table = Set(office.routes.map { "\($0.method.rawValue) \($0.path)" })
            let registered = office.router().routes.map { "\($0.method.rawValue) \($0.path)" }.filter {
                !$0.hasPrefix("HEAD ")
            }
            #expect(Set(registered) == table)
            #expect(registered.count == office.routes.count)

            let answer = try await site.send("GET", "/api/v1/openapi.json", token: OfficeSite.token)
            let description = try answer.json()
            let paths = try #require(description["paths"]?.object)
            let described = paths.flatMap { path, operations in
                (operations.object ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
            }
            #expect(Set(described) == table)
        }
    }

    @Test("every reference in openapi.json leads somewhere")
    func referencesResolve() throws {
        let office = Office(
            store: FakeHouse(), modules: FakeHouse(), metrics: Metrics(), clock: { Moment(milliseconds: 0) },
            token: "t",
            randomness: { Array(repeating: 0, count: $0) }, logger: .init(label: "test"))
        let text = OpenAPI.text(of: office.routes)
        let description = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
        let schemas = try #require(description["components"]?["schemas"]?.object)
        let references = text.components(separatedBy: "\"$ref\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(!references.isEmpty)
        for reference in references {
            let name = try #require(reference.split(separator: "/").last)
            #expect(schemas[String(name)] != nil, "\(reference)")
        }
    }

    @Test("an unknown address is 404, a known one with another method 405, both as JSON with all security headers")
    func unknownAddresses() async throws {
        try await OfficeSite.run { site in
            let unknown = try await site.send("GET", "/nothing/here")
            #expect(unknown.status == 404)
            #expect(unknown.code == "NOT_FOUND")
            let otherMethod = try await site.send("DELETE", "/api/v1/rates", token: OfficeSite.token)
            #expect(otherMethod.status == 405)
            #expect(otherMethod.header("allow") == "GET, PUT")
            for answer in [unknown, otherMethod] { expectSecurityHeaders(answer) }
        }
    }

    @Test("HEAD is answered wherever GET is")
    func headRequests() async throws {
        try await OfficeSite.run { site in
            let health = try await site.send("HEAD", "/healthz")
            #expect(health.status == 200)
            #expect(health.body.isEmpty)
        }
    }

    private func check(
        _ route: OfficeRoute, _ path: String, _ body: [UInt8], token: String?, on site: OfficeSite
    ) async throws {
        let name: Comment = "\(route.method.rawValue) \(path) with \(token ?? "no token")"
        let answer: Answer
        if route.path == "/api/v1/events", token == OfficeSite.token {
            let text = try #require(await site.watch().read(until: "\n\n"), name)
            #expect(text.hasPrefix("HTTP/1.1 200"), name)
            #expect(text.contains("text/event-stream"), name)
            return
        }
        answer = try await site.send(route.method.rawValue, path, token: token, body: body)
        expectSecurityHeaders(answer)
        if route.admission == .token, token != OfficeSite.token {
            #expect(answer.status == 401, name)
            #expect(answer.code == (token == nil ? "SIGN_IN_NEEDED" : "TOKEN_WRONG"), name)
            #expect(answer.header("www-authenticate") == "Bearer realm=\"samvad\"", name)
            return
        }
        #expect(answer.status != 401 || route.path == "/sign-in", name)
        let declared = try #require(route.answers.first { $0.status == answer.status }, "\(answer.status) of \(name)")
        guard let type = declared.type else { return }
        #expect(answer.type == type, name)
        if type == "application/json", let schema = declared.schema {
            let faults = faults(of: try answer.json(), against: schema, at: path)
            #expect(faults.isEmpty, "\(faults) in \(name)")
        }
    }

    /// Requests that walk a route: each action, a right and a wrong body.
    private func concrete(_ route: OfficeRoute) -> [(String, [UInt8])] {
        switch (route.method, route.path) {
        case (.post, "/api/v1/modules"):
            [(route.path + "?department=revenue&isolation=worker", [0x7F, 1]), (route.path, [0x00]), (route.path, [])]
        case (.post, "/api/v1/modules/{department}/{action}"):
            ModuleAction.allCases.map { ("/api/v1/modules/revenue/\($0.rawValue)", []) } + [
                ("/api/v1/modules/nobody/reload", []), ("/api/v1/modules/revenue/explode", []),
            ]
        case (.put, "/api/v1/rates"):
            [
                (route.path, Array(#"{"key":"a.fee","value":1000,"valid_from":"2026-01-01"}"#.utf8)),
                (route.path, Array("{}".utf8)),
            ]
        case (.get, "/api/v1/ledger"):
            [(route.path, []), (route.path + "?after=1&limit=1", []), (route.path + "?limit=0", [])]
        case (.post, "/sign-in"): [(route.path, Array("token=nonsense".utf8))]
        default: [(route.path, [])]
        }
    }
}

func expectSecurityHeaders(_ answer: Answer, location: SourceLocation = #_sourceLocation) {
    let policy = answer.header("content-security-policy") ?? ""
    #expect(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), sourceLocation: location)
    #expect(!policy.contains("unsafe"), sourceLocation: location)
    #expect(answer.header("x-content-type-options") == "nosniff", sourceLocation: location)
    #expect(answer.header("referrer-policy") == "same-origin", sourceLocation: location)
    #expect(answer.header("cache-control") != nil, sourceLocation: location)
}

/// Where a value is not what the schema says: names missing, names too many, other kinds.
func faults(of value: JSON, against schema: Schema, at path: String) -> [String] {
    switch (schema, value) {
    case (.string, .string), (.binary, .string), (.integer, .integer), (.number, .integer), (.number, .number),
        (.boolean, .bool):
        return []
    case (.oneOf(let values), .string(let text)): return values.contains(text) ? [] : ["\(path) is \(text)"]
    case (.list(let item), .list(let items)):
        return items.enumerated().flatMap { faults(of: $1, against: item, at: "\(path)[\($0)]") }
    case (.map, .object(let members)):
        return members.values.allSatisfy { $0.string != nil } ? [] : ["\(path): not only texts"]
    case (.optional(let inner), _): return faults(of: value, against: inner, at: path)
    case (.named("SecondsOrNull"), _):
        return value == .null || value.integer != nil ? [] : ["\(path): neither seconds nor null"]
    case (.named("Anything"), .object), (.named("AnyList"), .list): return []
    case (.named(let name), _):
        guard let named = Schema.all[name] else { return ["\(path): no schema \(name)"] }
        return faults(of: value, against: named, at: path)
    case (.object(let expected), .object(let members)):
        let tooMany = members.keys.filter { expected[$0] == nil }.map { "\(path).\($0) is not declared" }
        return tooMany
            + expected.flatMap { name, schema -> [String] in
                guard let member = members[name] else { return schema.isOptional ? [] : ["\(path).\(name) is missing"] }
                return faults(of: member, against: schema, at: "\(path).\(name)")
            }
    default: return ["\(path) is of another kind"]
    }
}
