// Settings and failures of the emulated world under /control; split off for length.
import Foundation
import Hummingbird

extension ControlRoutes {
    func addSettings(to router: Router<BasicRequestContext>) {
        router.get("/control/settings") { _, _ -> Response in .json(settings) }
        router.post("/control/settings") { request, _ -> Response in
            let body = try await request.controlJSON()
            for key in body.object?.keys ?? [] where !Self.settingNames.contains(key) {
                return .refused(
                    .invalid(key, "is no setting; one of \(Self.settingNames.sorted().joined(separator: ", "))"))
            }
            change(body)
            await dispatcher.change { settings in
                if let count = body["webhook_concurrency"]?.int { settings.concurrencyMax = max(1, count) }
                if let factor = body["retry_compression"]?.double { settings.compression = max(0.001, factor) }
            }
            return .json(settings)
        }
    }

    private static let settingNames: Set<String> = [
        "window_refusal", "unknown_refusal", "statuses_up_to", "status_delay_seconds", "statuses_dropped",
        "status_before_response", "messages_per_second", "pair_rate", "portfolio_limit", "template_review",
        "template_review_seconds", "webhook_concurrency", "retry_compression",
    ]

    private func change(_ body: JSONValue) {
        cloud.state.withLock { state in
            if let text = body["window_refusal"]?.string { state.settings.windowRefusedAtOnce = text == "sync" }
            if let text = body["unknown_refusal"]?.string { state.settings.unknownRefusedAtOnce = text == "sync" }
            if let text = body["statuses_up_to"]?.string {
                state.settings.statusesUpTo = ["sent": .sent, "delivered": .delivered, "read": .read][text]
            }
            if let seconds = body["status_delay_seconds"]?.double {
                state.settings.statusDelaySeconds = max(0, seconds)
            }
            if let flag = body["statuses_dropped"]?.bool { state.settings.statusesDropped = flag }
            if let flag = body["status_before_response"]?.bool {
                state.settings.statusBeforeResponse = flag
                if flag { state.settings.statusDelaySeconds = 0 }
            }
            if let rate = body["messages_per_second"]?.double {
                state.settings.messagesPerSecond = max(1, rate)
                state.lineBuckets.removeAll()
            }
            if let flag = body["pair_rate"]?.bool { state.settings.pairRateLimited = flag }
            if let count = body["portfolio_limit"]?.int { state.settings.portfolioLimit = count }
            if let text = body["template_review"]?.string { state.settings.templateReview = text }
            if let seconds = body["template_review_seconds"]?.double { state.settings.templateReviewSeconds = seconds }
        }
    }

    private var settings: JSONValue {
        let settings = cloud.state.withLock { $0.settings }
        return [
            "window_refusal": settings.windowRefusedAtOnce ? "sync" : "async",
            "unknown_refusal": settings.unknownRefusedAtOnce ? "sync" : "async",
            "statuses_up_to": .string(settings.statusesUpTo?.name ?? "none"),
            "status_delay_seconds": .double(settings.statusDelaySeconds),
            "statuses_dropped": .bool(settings.statusesDropped),
            "status_before_response": .bool(settings.statusBeforeResponse),
            "messages_per_second": .double(settings.messagesPerSecond), "pair_rate": .bool(settings.pairRateLimited),
            "portfolio_limit": .int(settings.portfolioLimit), "template_review": .string(settings.templateReview),
            "template_review_seconds": .double(settings.templateReviewSeconds),
        ]
    }

    func addFailures(to router: Router<BasicRequestContext>) {
        router.get("/control/failures") { _, _ -> Response in .json(["failures": cloud.failures.json]) }
        router.delete("/control/failures") { _, _ -> Response in
            cloud.failures.removeAll()
            return .json(["success": true])
        }
        router.post("/control/failures") { request, _ -> Response in
            let body = try await request.controlJSON()
            guard let kind = FailurePlan.Kind(rawValue: body["kind"]?.string ?? "") else {
                return .refused(
                    .invalid("kind", "one of \(FailurePlan.Kind.allCases.map(\.rawValue).joined(separator: ", "))"))
            }
            var failure = FailurePlan.Failure(kind: kind)
            failure.code = body["code"]?.int ?? failure.code
            failure.seconds = body["seconds"]?.double ?? failure.seconds
            failure.remaining = body["count"]?.int ?? 1
            failure.line = body["line"]?.string
            failure.edge = body["edge"]?.string ?? "messages"
            if failure.edge == "any" { failure.edge = nil }
            cloud.failures.add(failure)
            return .json(["failures": cloud.failures.json])
        }
    }
}
