// What a rule has found, and how a test says it: file, line, what is wrong, what to do instead.
import Testing

struct Finding: Sendable, Equatable {
    let path: String
    /// From 1; 1 also when the whole file is meant.
    let line: Int
    let what: String
    let instead: String

    init(_ path: String, _ line: Int = 1, _ what: String, instead: String) {
        self.path = path
        self.line = line
        self.what = what
        self.instead = instead
    }
}

/// Fails the test that runs, once a finding, at the place that is meant.
func report(_ findings: [Finding]) {
    for finding in findings {
        let place = SourceLocation(
            fileID: finding.path.contains("/") ? finding.path : "./\(finding.path)", filePath: finding.path,
            line: max(finding.line, 1), column: 1)
        Issue.record("\(finding.path):\(finding.line): \(finding.what). \(finding.instead)", sourceLocation: place)
    }
}
