// The Prometheus text of each kind of metric (exposition format 0.0.4). Called by `Metrics.text` when somebody reads.

extension SeriesTable {
    fileprivate func head(_ kind: String, into text: inout String) {
        text += "# HELP \(name) \(purpose)\n# TYPE \(name) \(kind)\n"
    }

    /// `name{a="1",b="2"}`, with `more` behind the labels of the series.
    fileprivate func line(
        _ name: String, _ values: LabelValues, more: (String, String)? = nil, _ value: String, into text: inout String
    ) {
        var pairs = Array(zip(labels, [values.first, values.second]))
        if let more { pairs.append(more) }
        text += name
        if !pairs.isEmpty {
            text += "{" + pairs.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }
}

extension Counter {
    func render(into text: inout String) {
        table.head("counter", into: &text)
        for (values, series) in table.all() {
            table.line(name, values, "\(series.value.load(ordering: .relaxed))", into: &text)
        }
    }
}

extension Gauge {
    func render(into text: inout String) {
        table.head("gauge", into: &text)
        for (values, series) in table.all() { table.line(name, values, number(series.value), into: &text) }
    }
}

extension Histogram {
    func render(into text: inout String) {
        table.head("histogram", into: &text)
        for (values, series) in table.all() {
            let counts = series.counts.withLock { $0 }
            var total: UInt64 = 0
            for (bound, below) in zip(series.bounds, counts.below) {
                total += below
                table.line("\(name)_bucket", values, more: ("le", number(bound)), "\(total)", into: &text)
            }
            total += counts.below.last ?? 0
            table.line("\(name)_bucket", values, more: ("le", "+Inf"), "\(total)", into: &text)
            table.line("\(name)_sum", values, number(counts.sum), into: &text)
            table.line("\(name)_count", values, "\(total)", into: &text)
        }
    }
}

/// Whole numbers without `.0`, the rest as Swift prints them, which Prometheus reads back exactly.
private func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
}

private func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C || $0 == 0x0A }) else { return value }
    return value.reduce(into: "") { text, character in
        switch character {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        default: text.append(character)
        }
    }
}
