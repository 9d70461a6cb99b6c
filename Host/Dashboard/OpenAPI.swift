// `openapi.json`, written from the table of routes that also registers them: what is served is what is described.
import Foundation
import Hummingbird

extension Office {
    func openAPIRoute(describing routes: [OfficeRoute]) -> OfficeRoute {
        var own = OfficeRoute(
            method: .get, path: "/api/v1/openapi.json", admission: .token, purpose: "This description.",
            answers: [.json("OpenAPI", "OpenAPI 3.1.")], answer: { _ in throw OfficeFailure.notFound })
        let text = OpenAPI.text(of: routes + [own])
        own = OfficeRoute(
            method: own.method, path: own.path, admission: own.admission, purpose: own.purpose, answers: own.answers,
            answer: { _ in .text(text, type: "application/json") })
        return own
    }
}

enum OpenAPI {
    static func text(of routes: [OfficeRoute]) -> String {
        var paths: [String: [String: Any]] = [:]
        for route in routes { paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route) }
        var schemas: [String: Any] = Schema.all.mapValues(\.json)
        schemas["SecondsOrNull"] = ["type": ["integer", "null"]]
        schemas["Anything"] = ["type": "object"]
        schemas["AnyList"] = ["type": "array"]
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "Samvad, office side", "version": "1",
                "description":
                    "Times are milliseconds since 1970 UTC; money is whole paise; days are YYYY-MM-DD in Delhi.",
            ],
            "security": [],
            "paths": paths,
            "components": [
                "schemas": schemas,
                "securitySchemes": [
                    "token": ["type": "http", "scheme": "bearer"],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": Access.cookieName,
                        "description":
                            "From POST /sign-in. A change needs the header X-Csrf-Token of the signed-in page too.",
                    ],
                ],
            ],
        ]
        let data = try? JSONSerialization.data(
            withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static func operation(_ route: OfficeRoute) -> [String: Any] {
        var answers: [String: Any] = [:]
        for answer in route.answers + implied(by: route.admission) {
            var entry: [String: Any] = ["description": answer.purpose]
            if let type = answer.type { entry["content"] = [type: ["schema": answer.schema?.json ?? [:]]] }
            answers["\(answer.status)"] = entry
        }
        var operation: [String: Any] = ["summary": route.purpose, "responses": answers]
        if !route.parameters.isEmpty {
            operation["parameters"] = route.parameters.map { parameter -> [String: Any] in
                [
                    "name": parameter.name, "in": parameter.place.rawValue, "required": parameter.place == .path,
                    "description": parameter.purpose, "schema": parameter.schema.json,
                ]
            }
        }
        if let body = route.body {
            let content = body.types.map { ($0, ["schema": body.schema.json]) }
            operation["requestBody"] = [
                "required": true, "content": Dictionary(uniqueKeysWithValues: content) as [String: Any],
            ]
        }
        switch route.admission {
        case .open: operation["security"] = [] as [Any]
        case .page: operation["security"] = [["session": [] as [String]]]
        case .token: operation["security"] = [["token": [] as [String]], ["session": [] as [String]]]
        }
        return operation
    }

    private static func implied(by admission: OfficeRoute.Admission) -> [OfficeRoute.Answer] {
        guard admission == .token else { return [] }
        return [
            .failure(401, "No token, a wrong one, or the session is over."),
            .failure(403, "A change from a browser without its page's X-Csrf-Token."),
            .failure(429, "Too many wrong tokens from this address."),
        ]
    }
}
