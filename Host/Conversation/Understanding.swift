// What a citizen's words were found to mean. Made by NLU, read by the machine.
import Model

public struct Understanding: Codable, Sendable, Equatable {
    public enum Decision: String, Codable, Sendable {
        case accept, clarify, reject, emergency, agent, language, greeting, thanks, abuse
        case optOut = "opt_out"
    }

    public struct Alternative: Codable, Sendable, Equatable {
        public let service: ServiceID
        public let department: DepartmentID
        public let score: Double

        private enum CodingKeys: String, CodingKey {
            case service = "service_id"
            case department, score
        }

        public init(service: ServiceID, department: DepartmentID, score: Double) {
            self.service = service
            self.department = department
            self.score = score
        }
    }

    /// The language of the words, or nil when they do not say ("ok", "12").
    public let language: Language?
    public let decision: Decision
    /// With `accept`: the service; its department may be another one than the line's.
    public let best: Alternative?
    /// With `clarify`: the two or three closest, best first.
    public let alternatives: [Alternative]
    /// With `language`: the one asked for.
    public let wantedLanguage: Language?

    public init(
        language: Language?, decision: Decision, best: Alternative? = nil, alternatives: [Alternative] = [],
        wantedLanguage: Language? = nil
    ) {
        self.language = language
        self.decision = decision
        self.best = best
        self.alternatives = alternatives
        self.wantedLanguage = wantedLanguage
    }
}
