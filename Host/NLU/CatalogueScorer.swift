// Finds the service that a sentence asks for by likeness to the catalogues' samples. Built anew when a module is loaded,
// read by all turns at once: a value, never changed.
import Conversation
import Model

struct CatalogueScorer: Sendable {
    private struct Sample: Sendable {
        let service: Int
        let features: [(id: Int32, weight: Float)]
    }

    struct Match: Sendable {
        let service: ServiceID
        let department: DepartmentID
        let score: Double
    }

    private let services: [(service: ServiceID, department: DepartmentID)]
    private let names: [String: Int]
    private let keywords: [String: [Int]]
    private let samples: [Sample]
    /// Feature → the samples that have it, with weights: only those are compared.
    private let postings: [[(sample: Int32, weight: Float)]]
    private let vocabulary: [String: Int32]
    private let rarity: [Float]

    /// Characters of a message that are looked at: a long story says what it wants somewhere in here.
    private static let charactersMax = 600
    /// How much more a service of the line's own department counts: who writes to Pensions means pensions.
    private static let homeFactor: Float = 1.25
    /// Samples closest to the message that speak for a service.
    private static let neighbours = 2

    init(_ catalogues: [Catalogue]) {
        var services: [(service: ServiceID, department: DepartmentID)] = []
        var names: [String: Int] = [:]
        var keywords: [String: [Int]] = [:]
        var texts: [(service: Int, text: String)] = []
        for catalogue in catalogues {
            for service in catalogue.services {
                let index = services.count
                services.append((service.id, catalogue.department.id))
                for language in Language.allCases {
                    for text in [service.name[language], service.title[language]] {
                        names[Normalised.folded(text)] = index
                        texts.append((index, text))
                    }
                    for sample in service.samples[language.rawValue] ?? [] { texts.append((index, sample)) }
                }
                for keyword in service.keywords { keywords[Normalised.folded(keyword), default: []].append(index) }
            }
        }
        var vocabulary: [String: Int32] = [:]
        var owners: [Set<Int>] = []
        let terms = texts.map { entry in
            Set(CatalogueScorer.terms(of: entry.text)).map { term in
                let id = vocabulary[term] ?? Int32(owners.count)
                if vocabulary.updateValue(id, forKey: term) == nil { owners.append([]) }
                owners[Int(id)].insert(entry.service)
                return id
            }
        }
        // Rare among services, not among samples: "birth" stands in many samples of few services and says much,
        // "certificate wanted" stands everywhere and says nothing.
        let total = Float(services.count) + 1
        let rarity = owners.map { 0.15 + logarithm(total / Float($0.count)) }
        var samples: [Sample] = []
        var postings = [[(sample: Int32, weight: Float)]](repeating: [], count: owners.count)
        for (index, ids) in terms.enumerated() {
            let norm = max(ids.reduce(Float(0)) { $0 + rarity[Int($1)] * rarity[Int($1)] }.squareRoot(), .leastNonzeroMagnitude)
            let features = ids.sorted().map { (id: $0, weight: rarity[Int($0)] / norm) }
            for feature in features { postings[Int(feature.id)].append((Int32(index), feature.weight)) }
            samples.append(Sample(service: texts[index].service, features: features))
        }
        self.services = services
        self.names = names
        self.keywords = keywords
        self.samples = samples
        self.postings = postings
        self.vocabulary = vocabulary
        self.rarity = rarity
    }

    /// The services most like the text, best first; scores from 0 to 1. The line's own department gets the benefit of doubt.
    func rank(_ text: String, department: DepartmentID) -> [Match] {
        let folded = Normalised.folded(String(text.prefix(CatalogueScorer.charactersMax)))
        if let exact = names[folded] { return [Match(service: services[exact].service, department: services[exact].department, score: 1)] }
        var scores = [Float](repeating: 0, count: services.count)
        for (service, score) in neighbourScores(folded) { scores[service] = score }
        let words = folded.split(separator: " ").map(String.init)
        for (keyword, owners) in keywords where matches(keyword, words, folded) {
            for owner in owners { scores[owner] = min(1, scores[owner] + 0.3 / Float(owners.count.magnitude).squareRoot()) }
        }
        return scores.indices.filter { scores[$0] > 0 }.map { index in
            let isHere = services[index].department == department
            return Match(
                service: services[index].service, department: services[index].department,
                score: Double(min(1, scores[index] * (isHere ? CatalogueScorer.homeFactor : 1))))
        }.sorted { $0.score != $1.score ? $0.score > $1.score : $0.service < $1.service }
    }

    private func neighbourScores(_ folded: String) -> [(Int, Float)] {
        let terms = Set(CatalogueScorer.terms(of: folded))
        var squares: Float = 0
        var similarity: [Int32: Float] = [:]
        var words: Float = 0
        var knownWords: Float = 0
        for term in terms.sorted() {
            if !term.hasPrefix("#") { words += 1 }
            guard let id = vocabulary[term] else { continue }
            if !term.hasPrefix("#") { knownWords += 1 }
            let weight = rarity[Int(id)]
            squares += weight * weight
            for posting in postings[Int(id)] { similarity[posting.sample, default: 0] += weight * posting.weight }
        }
        // A sentence of words that no catalogue has is about something else, however well the rest fits.
        let coverage = 0.2 + 0.8 * (words > 0 ? knownWords / words : 0)
        let norm = max(squares.squareRoot(), 1) / coverage
        var best: [Int: [Float]] = [:]
        for (sample, value) in similarity {
            best[samples[Int(sample)].service, default: []].append(value / norm)
        }
        return best.map { service, values in
            let nearest = values.sorted(by: >).prefix(CatalogueScorer.neighbours)
            return (service, 0.75 * nearest[0] + 0.25 * (nearest.reduce(0, +) / Float(CatalogueScorer.neighbours)))
        }
    }

    private func matches(_ keyword: String, _ words: [String], _ folded: String) -> Bool {
        keyword.contains(" ") ? (" " + folded + " ").contains(" " + keyword + " ") : words.contains(keyword)
    }

    /// Words without the everyday ones, and the threes of letters inside them: these forgive spelling.
    private static func terms(of text: String) -> [String] {
        var terms: [String] = []
        for word in Normalised.folded(text).split(separator: " ") where !everyday.contains(String(word)) {
            terms.append(String(word))
            let letters = Array(("<" + word + ">").unicodeScalars)
            guard letters.count > 4 else { continue }
            for start in 0...(letters.count - 3) {
                var gram = String.UnicodeScalarView()
                gram.append(contentsOf: letters[start..<start + 3])
                terms.append("#" + String(gram))
            }
        }
        return terms
    }

    private static let everyday: Set<String> = Set(
        """
        the a an is are i my me to of for in on and or please pls sir madam need want get make do does can \
        you how what where when have has it this that there with from by be will would mai main mein me ka \
        ki ke ko se hai hain ho mera meri mere mujhe kya aap ji के की का को से है हैं में मैं मेरा मेरी मेरे \
        मुझे और क्या जी कृपया
        """
        .split(separator: " ").map { Normalised.folded(String($0)) })
}

/// Natural logarithm without Foundation: exponent from the bits, series for the rest; five digits are enough for weights.
private func logarithm(_ value: Float) -> Float {
    guard value > 0 else { return 0 }
    let ratio = (value.significand - 1) / (value.significand + 1)
    let square = ratio * ratio
    return Float(value.exponent) * 0.693_147_2 + 2 * ratio * (1 + square * (1 / 3 + square * (1 / 5 + square / 7)))
}
