// The table of Meta's codes, walked: each documented code has its class, and no code has two.
import Testing

@testable import WhatsApp

@Suite("Meta's error codes decide what happens next")
struct GraphErrorTableTests {
    // Meta, Cloud API, error codes, as read in November 2026; apart from the table, so that both must be wrong.
    static let documented: [(GraphTreatment, [Int])] = [
        (.retry, [1, 2, 4, 80007, 130429, 131000, 131016, 131057, 133004, 2_494_100]),
        (.slowPair, [131056]),
        (.stopLine, [131048, 130497, 368, 131031, 131042, 131045, 133010, 131037, 3, 10, 200, 250, 299, 131005, 33]),
        (.stopToken, [0, 190]),
        (
            .giveUp,
            [
                100, 131008, 131009, 131021, 131026, 131030, 131050, 131051, 131052, 131053, 131062, 137000, 135000,
                138000,
                138012, 2046, 2047, 134011, 131035, 131036, 133000, 133005, 133006, 133008, 133009, 133015, 133016,
            ]
        ),
        (.templateNeeded, [131047]),
        (.later, [131049, 130472]),
        (.templateBroken, [132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069]),
        (.unknown, [5, 99, 300, 131999, 139000, -1, 999_999]),
    ]

    @Test("each documented code has its class", arguments: documented)
    func walked(_ treatment: GraphTreatment, _ codes: [Int]) {
        for code in codes { #expect(GraphErrorTable.rule(for: code).treatment == treatment, "\(code)") }
    }

    @Test("no code is in two rules, and every rule has a sentence")
    func disjoint() {
        let rules = GraphErrorTable.rules
        for (index, rule) in rules.enumerated() {
            #expect(!rule.sentence.isEmpty)
            for other in rules[(index + 1)...] {
                #expect(!rule.codes.overlaps(other.codes), "\(rule.codes) \(other.codes)")
            }
        }
    }

    @Test("a line that Meta does not know is the line's trouble, not the message's")
    func deletedLine() {
        #expect(GraphErrorTable.rule(for: 100, subcode: 33).treatment == .stopLine)
        #expect(GraphErrorTable.rule(for: 100, subcode: 2_018_001).treatment == .giveUp)
    }

    @Test("without a code of Meta's the status says who spoke")
    func statuses() {
        func treatment(_ status: Int) -> GraphTreatment { GraphRefusal(code: nil, httpStatus: status).rule.treatment }
        #expect(treatment(401) == .stopToken)
        #expect(treatment(429) == .retry)
        #expect(treatment(500) == .retry)
        #expect(treatment(503) == .retry)
        #expect(treatment(403) == .unknown)
        #expect(treatment(404) == .unknown)
        #expect(GraphRefusal(code: nil, httpStatus: 503).name == "GRAPH_HTTP_503")
        #expect(GraphRefusal(code: 131047, httpStatus: 400).name == "GRAPH_131047")
    }
}
