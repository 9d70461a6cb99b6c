// What the host counts about itself. Observed by every room through closures, on any thread; read by `/metrics`.
import Synchronization

/// The registry. The metrics that the outside relies on are its properties; others are made with `counter`, `gauge` and
/// `histogram`. Labels hold departments, stages and outcomes: never anything of a citizen.
public final class Metrics: Sendable {
    /// Series of one metric. Labels come from our own short lists; a bound of 256 keeps a mistake from eating the
    /// memory of the host and of the Prometheus that reads it. Beyond it observations go to a series `other`.
    public static let seriesMaxDefault = 256

    public let seriesMax: Int
    /// `samvad_webhook_events_total{outcome}`
    public let webhookEvents: Counter
    /// `samvad_turn_seconds`: webhook taken → reply accepted by Graph.
    public let turnSeconds: Histogram
    /// `samvad_queue_age_seconds{stage}`
    public let queueAgeSeconds: Gauge
    /// `samvad_queue_waiting{stage}`
    public let queueWaiting: Gauge
    /// `samvad_module_call_seconds{department,module_version}`
    public let moduleCallSeconds: Histogram
    /// `samvad_module_restarts_total{department,reason}`
    public let moduleRestarts: Counter
    /// `samvad_outbound_total{department,outcome}`
    public let outbound: Counter
    /// `samvad_quota_remaining{scope}`
    public let quotaRemaining: Gauge
    /// `samvad_office_requests_total{route,status}`
    public let officeRequests: Counter

    private let families: Mutex<[any MetricFamily]>

    public init(seriesMax: Int = Metrics.seriesMaxDefault) {
        self.seriesMax = seriesMax
        webhookEvents = Counter(
            "samvad_webhook_events_total", "Items of webhooks by what became of them.", ["outcome"],
            seriesMax: seriesMax)
        turnSeconds = Histogram(
            "samvad_turn_seconds", "From the webhook that was taken to the reply that Graph accepted.", [],
            bounds: Histogram.turnBoundsSeconds, seriesMax: seriesMax)
        queueAgeSeconds = Gauge(
            "samvad_queue_age_seconds", "Age of the oldest item that waits.", ["stage"], seriesMax: seriesMax)
        queueWaiting = Gauge("samvad_queue_waiting", "Items that wait.", ["stage"], seriesMax: seriesMax)
        moduleCallSeconds = Histogram(
            "samvad_module_call_seconds", "Time of one call into a department's module.",
            ["department", "module_version"],
            bounds: Histogram.callBoundsSeconds, seriesMax: seriesMax)
        moduleRestarts = Counter(
            "samvad_module_restarts_total", "Workers of a department begun again, and why.", ["department", "reason"],
            seriesMax: seriesMax)
        outbound = Counter(
            "samvad_outbound_total", "Messages of ours by how the send ended.", ["department", "outcome"],
            seriesMax: seriesMax)
        quotaRemaining = Gauge(
            "samvad_quota_remaining", "What is left of a limit that Meta or the host sets.", ["scope"],
            seriesMax: seriesMax)
        officeRequests = Counter(
            "samvad_office_requests_total", "Requests on the office side.", ["route", "status"], seriesMax: seriesMax)
        families = Mutex([
            webhookEvents, turnSeconds, queueAgeSeconds, queueWaiting, moduleCallSeconds, moduleRestarts, outbound,
            quotaRemaining, officeRequests,
        ])
    }

    /// Made once, at start. `labels` has at most two names; `name` begins with `samvad_` and is not taken yet.
    public func counter(_ name: String, _ purpose: String, labels: [String] = []) -> Counter {
        register(Counter(name, purpose, labels, seriesMax: seriesMax))
    }

    public func gauge(_ name: String, _ purpose: String, labels: [String] = []) -> Gauge {
        register(Gauge(name, purpose, labels, seriesMax: seriesMax))
    }

    /// `bounds` are upper bounds, ascending, without infinity.
    public func histogram(_ name: String, _ purpose: String, labels: [String] = [], bounds: [Double]) -> Histogram {
        register(Histogram(name, purpose, labels, bounds: bounds, seriesMax: seriesMax))
    }

    /// The Prometheus text (format 0.0.4) of everything.
    public func text() -> String {
        var text = ""
        for family in families.withLock({ $0 }) { family.render(into: &text) }
        return text
    }

    private func register<Family: MetricFamily>(_ family: Family) -> Family {
        families.withLock { all in
            precondition(!all.contains { $0.name == family.name }, "the metric \(family.name) is there already")
            all.append(family)
        }
        return family
    }
}

protocol MetricFamily: Sendable {
    var name: String { get }
    func render(into text: inout String)
}

/// The values of at most two labels: a value without an array, so that looking a series up allocates nothing.
struct LabelValues: Hashable, Sendable, Comparable {
    let first: String
    let second: String

    static func < (left: Self, right: Self) -> Bool { (left.first, left.second) < (right.first, right.second) }
}

/// All series of one metric. The lock guards the table only; each series is an atomic or has its own lock.
final class SeriesTable<Series: Sendable>: Sendable {
    let name: String
    let purpose: String
    let labels: [String]
    private let seriesMax: Int
    private let make: @Sendable () -> Series
    private let table: Mutex<[LabelValues: Series]>

    init(_ name: String, _ purpose: String, _ labels: [String], seriesMax: Int, make: @escaping @Sendable () -> Series) {
        precondition(labels.count <= 2, "\(name): at most two labels")
        self.name = name
        self.purpose = purpose
        self.labels = labels
        self.seriesMax = seriesMax
        self.make = make
        table = Mutex([:])
        // A metric without labels is 0 from the start; one with labels begins with its first observation.
        if labels.isEmpty { _ = series("", "") }
    }

    func series(_ first: String, _ second: String) -> Series {
        table.withLock { table in
            if let known = table[LabelValues(first: first, second: second)] { return known }
            var key = LabelValues(first: first, second: second)
            if table.count >= seriesMax {
                key = LabelValues(first: "other", second: labels.count == 2 ? "other" : "")
                if let other = table[key] { return other }
            }
            let made = make()
            table[key] = made
            return made
        }
    }

    func all() -> [(LabelValues, Series)] {
        table.withLock { table in table.map { ($0.key, $0.value) } }.sorted { $0.0 < $1.0 }
    }
}

/// Only goes up.
public struct Counter: MetricFamily {
    /// One series, resolved once: an observation is one atomic addition.
    public final class Series: Sendable {
        let value = Atomic<Int64>(0)

        public func add(_ amount: Int64 = 1) { value.wrappingAdd(max(0, amount), ordering: .relaxed) }
    }

    let table: SeriesTable<Series>
    var name: String { table.name }

    init(_ name: String, _ purpose: String, _ labels: [String], seriesMax: Int) {
        table = SeriesTable(name, purpose, labels, seriesMax: seriesMax) { Series() }
    }

    public func series(_ first: String = "", _ second: String = "") -> Series { table.series(first, second) }
    public func add(_ first: String = "", _ second: String = "", amount: Int64 = 1) {
        table.series(first, second).add(amount)
    }
}

/// Goes up and down.
public struct Gauge: MetricFamily {
    public final class Series: Sendable {
        let bits = Atomic<UInt64>(0)

        public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
        var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    }

    let table: SeriesTable<Series>
    var name: String { table.name }

    init(_ name: String, _ purpose: String, _ labels: [String], seriesMax: Int) {
        table = SeriesTable(name, purpose, labels, seriesMax: seriesMax) { Series() }
    }

    public func series(_ first: String = "", _ second: String = "") -> Series { table.series(first, second) }
    public func set(_ value: Double, _ first: String = "", _ second: String = "") {
        table.series(first, second).set(value)
    }
}

/// How often a value fell under each bound.
public struct Histogram: MetricFamily {
    /// Seconds: a citizen waits; the goal is under one, and after 30 the chat feels dead.
    public static let turnBoundsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    /// Seconds: a call in a warm worker takes a fraction of a millisecond; two seconds is the usual deadline.
    public static let callBoundsSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5]

    public final class Series: Sendable {
        struct Counts {
            var below: [UInt64]
            var sum: Double
        }

        let bounds: [Double]
        let counts: Mutex<Counts>

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Mutex(Counts(below: Array(repeating: 0, count: bounds.count + 1), sum: 0))
        }

        /// One short lock, no allocation. A value that is no number is not counted.
        public func observe(_ value: Double) {
            guard value.isFinite else { return }
            var bucket = 0
            while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
            counts.withLock { counts in
                counts.below[bucket] += 1
                counts.sum += value
            }
        }
    }

    let table: SeriesTable<Series>
    var name: String { table.name }

    init(_ name: String, _ purpose: String, _ labels: [String], bounds: [Double], seriesMax: Int) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "\(name): bounds ascend")
        table = SeriesTable(name, purpose, labels, seriesMax: seriesMax) { Series(bounds: bounds) }
    }

    public func series(_ first: String = "", _ second: String = "") -> Series { table.series(first, second) }
    public func observe(_ value: Double, _ first: String = "", _ second: String = "") {
        table.series(first, second).observe(value)
    }
}
