// The shapes of what the office's API takes and answers, as data; `openapi.json` is written from them.

indirect enum Schema: Sendable {
    case string, integer, number, boolean, binary
    case oneOf([String])
    case list(Schema)
    /// Text to text.
    case map
    case named(String)
    case optional(Schema)
    case object([String: Schema])

    /// As JSON Schema (OpenAPI 3.1). `optional` only says that the name may be missing.
    var json: [String: Any] {
        switch self {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .binary: ["type": "string", "format": "binary"]
        case .oneOf(let values): ["type": "string", "enum": values]
        case .list(let schema): ["type": "array", "items": schema.json]
        case .map: ["type": "object", "additionalProperties": ["type": "string"]]
        case .named(let name): ["$ref": "#/components/schemas/\(name)"]
        case .optional(let schema): schema.json
        case .object(let members):
            [
                "type": "object", "additionalProperties": false, "properties": members.mapValues(\.json),
                "required": members.filter { !$0.value.isOptional }.keys.sorted(),
            ]
        }
    }

    var isOptional: Bool { if case .optional = self { true } else { false } }

    static let all: [String: Schema] = [
        "Error": .object([
            "error": .object(["code": .string, "sentence": .string, "retry_after_seconds": .named("SecondsOrNull")])
        ]),
        "Alive": .object(["alive": .boolean]),
        "Readiness": .object([
            "ready": .boolean, "reasons": .list(.named("Reason")), "warnings": .list(.named("Reason")),
        ]),
        "Reason": .object(["code": .string, "sentence": .string]),
        "Sentence": .object(["hi": .string, "en": .string, "hi-Latn": .string]),
        "Snapshot": snapshot,
        "Modules": .object(["modules": .list(.named("Module"))]),
        "Module": module,
        "Rates": .object(["rates": .list(.named("Rate")), "keys_needed": .list(.string)]),
        "Rate": .object([
            "key": .string, "value": .integer, "valid_from": .string, "set_by": .string, "set_at": .integer,
        ]),
        "RateWish": .object(["key": .string, "value": .integer, "valid_from": .string]),
        "LedgerPage": .object([
            "rows": .list(
                .object([
                    "sequence": .integer, "at": .integer, "hash": .string,
                    "entry": .object(["kind": .string, "actor": .string, "subject": .string, "detail": .map]),
                ])),
            "next_after": .optional(.integer),
        ]),
        "Verdict": .object([
            "whole": .boolean, "entries": .optional(.integer), "head": .optional(.string),
            "broken_at": .optional(.integer), "why": .optional(.string),
        ]),
        "SignIn": .object(["token": .string]),
        "SignOut": .object(["csrf": .string]),
        "OpenAPI": .object([
            "openapi": .string, "info": .named("Anything"), "paths": .named("Anything"),
            "components": .named("Anything"),
            "security": .named("AnyList"),
        ]),
    ]

    private static let snapshot = Schema.object([
        "at": .integer,
        "lines": .list(
            .object([
                "line": .string, "department": .string, "inbound_last_hour": .integer, "outbound_last_hour": .integer,
                "failed_last_hour": .integer,
            ])),
        "conversations": .list(
            .object([
                "citizen": .string, "department": .string, "service": .optional(.string), "step": .string,
                "language": .optional(.string), "last_message_at": .optional(.integer), "waits_for_officer": .boolean,
            ])),
        "open_conversations": .integer,
        "applications": .list(
            .object(["department": .string, "service": .string, "state": .string, "count": .integer])),
        "queues": .list(.object(["stage": .string, "waiting": .integer, "oldest_seconds": .number])),
        "failures": .list(
            .object([
                "at": .integer, "stage": .string, "department": .optional(.string), "code": .string,
                "sentence": .string,
                "will_retry": .boolean,
            ])),
        "modules": .list(.named("Module")),
        "rates": .list(.named("Rate")),
    ])

    private static let module = Schema.object([
        "department": .string, "name": .optional(.named("Sentence")), "line": .optional(.string),
        "module_version": .string, "generation": .integer,
        "isolation": .oneOf(ModuleIsolation.allCases.map(\.rawValue)),
        "state": .oneOf(ModuleStatus.State.allCases.map(\.rawValue)), "calls": .integer, "failures": .integer,
        "restarts": .integer,
        "last_error": .optional(.object(["at": .integer, "code": .string, "sentence": .string])),
        "limits": .list(.object(["name": .string, "value": .string, "enforced": .boolean])),
        "services": .list(
            .object(["id": .string, "name": .named("Sentence"), "rate": .optional(.string)])),
        "previous_version": .optional(.string),
    ])
}
