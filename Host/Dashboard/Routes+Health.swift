// What machines ask: alive, ready, and the numbers. Open on the office side, where probes and Prometheus carry no
// token; none of it holds anything about a citizen.
import Conversation
import Hummingbird
import Model

extension Office {
    var healthRoutes: [OfficeRoute] {
        [
            OfficeRoute(
                method: .get, path: "/healthz", admission: .open, purpose: "Alive: the host answers.",
                answers: [.json("Alive", "It does.")], answer: { _ in .json(["alive": true]) }),
            OfficeRoute(
                method: .get, path: "/readyz", admission: .open,
                purpose: "Ready: webhooks can be taken. One department's broken module is a warning, not a reason.",
                answers: [.json("Readiness", "Ready."), .json(503, "Readiness", "Not ready, with the reasons.")],
                answer: { _ in
                    let readiness = await readiness()
                    return .json(readiness, status: readiness.ready ? .ok : .serviceUnavailable)
                }),
            OfficeRoute(
                method: .get, path: "/metrics", admission: .open, purpose: "Prometheus text.",
                answers: [.text("text/plain", "The metrics.")], answer: { _ in await metricsText() }),
        ]
    }

    private func readiness() async -> Readiness {
        var reasons: [Readiness.Reason] = []
        var warnings: [Readiness.Reason] = []
        if await !store.canWrite() {
            reasons.append(.init(code: "STORAGE_NOT_WRITABLE", sentence: "No row can be written to the storage now."))
        }
        let modules = await modules.list()
        if modules.isEmpty {
            reasons.append(.init(code: "NO_MODULES", sentence: "No department is configured."))
        } else if !modules.contains(where: { $0.state == .ready || $0.state == .draining || $0.state == .disabled }) {
            reasons.append(.init(code: "NO_MODULE_LIVE", sentence: "No department's module is live."))
        }
        for module in modules {
            switch module.state {
            case .starting:
                reasons.append(
                    .init(code: "MODULE_STARTING", sentence: "The module of \(module.department) is starting."))
            case .parked:
                warnings.append(
                    .init(code: "MODULE_PARKED", sentence: "The module of \(module.department) failed too often."))
            case .failed:
                warnings.append(
                    .init(code: "MODULE_FAILED", sentence: "The module of \(module.department) is not live."))
            case .ready, .draining, .disabled: break
            }
        }
        return Readiness(ready: reasons.isEmpty, reasons: reasons, warnings: warnings)
    }

    private func metricsText() async -> Response {
        // The queues are asked when somebody reads: nothing else would notice one in which nothing moves.
        if let snapshot = try? await store.snapshot(at: clock()) {
            for queue in snapshot.queues {
                metrics.queueAgeSeconds.set(queue.oldestSeconds, queue.stage)
                metrics.queueWaiting.set(Double(queue.waiting), queue.stage)
            }
        }
        let text = metrics.text() + (await extraMetrics())
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

struct Readiness: Encodable, Sendable {
    struct Reason: Encodable, Sendable {
        let code: String
        let sentence: String
    }

    let ready: Bool
    let reasons: [Reason]
    let warnings: [Reason]
}
