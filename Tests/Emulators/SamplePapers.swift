// Sample documents that a citizen can send without having any; read once from Pages/samples at start.
import Foundation

struct SamplePapers: Sendable {
    struct Paper: Sendable {
        let name: String
        let type: String
        let bytes: [UInt8]
    }

    private let papers: [String: Paper]

    /// An empty or missing folder gives no papers.
    init(folder: URL) {
        var papers: [String: Paper] = [:]
        let types = ["jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"]
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        for file in files {
            guard let type = types[file.pathExtension], let data = try? Data(contentsOf: file) else { continue }
            papers[file.lastPathComponent] = Paper(name: file.lastPathComponent, type: type, bytes: Array(data))
        }
        self.papers = papers
    }

    var names: [String] { papers.keys.sorted() }

    /// By file name, with or without its ending.
    func paper(_ name: String) -> Paper? {
        papers[name] ?? papers.values.filter { $0.name.hasPrefix(name + ".") }.min { $0.name < $1.name }
    }
}
