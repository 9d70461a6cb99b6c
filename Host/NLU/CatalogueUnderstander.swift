// The understanding of turns: lexicon first, then likeness to the loaded catalogues. Called from any task; a hot-loaded
// module's catalogue is taken over by `learn`, at once for all that come after.
import Conversation
import Model
import Synchronization

public final class CatalogueUnderstander: Understander {
    private let scorer = Mutex(CatalogueScorer([]))

    /// Scores at and above which the best is taken, if it leads the next by the margin.
    private static let acceptScore = 0.45
    private static let acceptMargin = 0.06
    /// Scores at and above which the closest are offered.
    private static let clarifyScore = 0.20
    private static let alternativesMax = 3

    public init() {}

    /// Takes over the catalogues of all modules that are loaded now.
    public func learn(_ catalogues: [Catalogue]) {
        let fresh = CatalogueScorer(catalogues)
        scorer.withLock { $0 = fresh }
    }

    public func understand(_ text: String, to department: DepartmentID, before: Language?) async -> Understanding {
        let folded = Normalised.folded(text)
        let language = LanguageDetector.detect(text)
        if Lexicon.isEmergency(folded) { return Understanding(language: language, decision: .emergency) }
        if case .language(let wanted) = Command.read(text) {
            return Understanding(language: language, decision: .language, wantedLanguage: wanted)
        }
        if Lexicon.isOptOut(folded) { return Understanding(language: language, decision: .optOut) }
        if Lexicon.isGreeting(folded) {
            return Understanding(language: folded == "hi" || folded == "hello" ? nil : language, decision: .greeting)
        }
        if Lexicon.isThanks(folded) { return Understanding(language: language, decision: .thanks) }
        if Lexicon.wantsPerson(folded) { return Understanding(language: language, decision: .agent) }
        let matches = scorer.withLock { $0 }.rank(text, department: department)
        let alternatives = matches.prefix(CatalogueUnderstander.alternativesMax).map {
            Understanding.Alternative(service: $0.service, department: $0.department, score: $0.score)
        }
        guard let best = alternatives.first, best.score >= CatalogueUnderstander.clarifyScore else {
            return Understanding(language: language, decision: Lexicon.isAbuse(folded) ? .abuse : .reject)
        }
        let lead = best.score - (alternatives.dropFirst().first?.score ?? 0)
        if best.score >= CatalogueUnderstander.acceptScore, lead >= CatalogueUnderstander.acceptMargin {
            return Understanding(language: language, decision: .accept, best: best, alternatives: alternatives)
        }
        let close = alternatives.filter { $0.score >= best.score * 0.6 }
        return Understanding(language: language, decision: .clarify, best: best, alternatives: close)
    }
}
