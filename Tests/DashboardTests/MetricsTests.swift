// The numbers: their text, their names, and that they stay bounded.
import Foundation
import Testing

@testable import Dashboard

@Suite("metrics")
struct MetricsTests {
    @Test("the text is Prometheus's: each line a comment or name{labels} number")
    func textFormat() throws {
        let metrics = Metrics()
        metrics.webhookEvents.add("taken")
        metrics.outbound.series("revenue", "accepted").add(3)
        metrics.queueAgeSeconds.set(1.25, "inbox")
        metrics.moduleCallSeconds.observe(0.002, "revenue", "1.4.0")
        let line =
            /[a-z_]+(\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})? -?[0-9.]+(e-?[0-9]+)?/
        for text in metrics.text().split(separator: "\n") where !text.hasPrefix("# ") {
            #expect(try line.wholeMatch(in: text) != nil, "\(text)")
        }
        #expect(metrics.text().hasSuffix("\n"))
        #expect(metrics.text().contains("samvad_outbound_total{department=\"revenue\",outcome=\"accepted\"} 3\n"))
        #expect(metrics.text().contains("samvad_queue_age_seconds{stage=\"inbox\"} 1.25\n"))
    }

    @Test(
        "the names that other people's dashboards rely on are there from the start",
        arguments: [
            "samvad_webhook_events_total", "samvad_turn_seconds", "samvad_queue_age_seconds",
            "samvad_module_call_seconds",
            "samvad_module_restarts_total", "samvad_outbound_total", "samvad_quota_remaining",
        ])
    func contractNames(name: String) {
        let text = Metrics().text()
        #expect(text.contains("# TYPE \(name) "))
        #expect(text.contains("# HELP \(name) "))
    }

    @Test("a histogram's buckets add up, and its last bucket is its count")
    func histogramAddsUp() {
        let metrics = Metrics()
        let histogram = metrics.histogram("samvad_test_seconds", "For the test.", bounds: [1, 2])
        for value in [0.5, 1, 1.5, 7, .nan, .infinity] { histogram.observe(value) }
        let expected = """
            samvad_test_seconds_bucket{le="1"} 2
            samvad_test_seconds_bucket{le="2"} 3
            samvad_test_seconds_bucket{le="+Inf"} 4
            samvad_test_seconds_sum 10
            samvad_test_seconds_count 4

            """
        #expect(metrics.text().hasSuffix(expected))
    }

    @Test("a metric has no more series than its bound: the rest is counted as other")
    func seriesAreBounded() {
        let metrics = Metrics(seriesMax: 3)
        for number in 0..<100 { metrics.outbound.add("department\(number)", "accepted") }
        let lines = metrics.text().split(separator: "\n").filter { $0.hasPrefix("samvad_outbound_total{") }
        #expect(lines.count == 4)
        #expect(lines.contains("samvad_outbound_total{department=\"other\",outcome=\"other\"} 97"))
    }

    @Test("a label's quotes, backslashes and line breaks can't forge a line")
    func labelsAreEscaped() {
        let metrics = Metrics()
        metrics.quotaRemaining.set(5, "a\"b\\c\nd")
        #expect(metrics.text().contains("samvad_quota_remaining{scope=\"a\\\"b\\\\c\\nd\"} 5\n"))
    }

    @Test("observations from many threads are all counted")
    func countsFromManyThreads() async {
        let metrics = Metrics()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let series = metrics.webhookEvents.series("taken")
                    for _ in 0..<1000 {
                        series.add()
                        metrics.turnSeconds.observe(0.1)
                    }
                }
            }
        }
        #expect(metrics.text().contains("samvad_webhook_events_total{outcome=\"taken\"} 8000\n"))
        #expect(metrics.text().contains("samvad_turn_seconds_count 8000\n"))
    }

    @Test("/metrics asks the queues when it is read, and carries what other rooms add")
    func metricsRoute() async throws {
        try await OfficeSite.run { site in
            site.house.change { $0.queues = [.init(stage: "outbox", waiting: 7, oldestSeconds: 12.5)] }
            let answer = try await site.send("GET", "/metrics")
            #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.text.contains("samvad_queue_age_seconds{stage=\"outbox\"} 12.5\n"))
            #expect(answer.text.contains("samvad_queue_waiting{stage=\"outbox\"} 7\n"))
            #expect(answer.text.hasSuffix("extra_total 1\n"))

            // The route's pattern is counted, never what somebody typed.
            _ = try await site.send("GET", "/typed/9810000001")
            let again = try await site.send("GET", "/metrics")
            #expect(again.text.contains("samvad_office_requests_total{route=\"none\",status=\"404\"} 1\n"))
            #expect(!again.text.contains("9810000001"))
        }
    }
}
