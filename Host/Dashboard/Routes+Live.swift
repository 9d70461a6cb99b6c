// The house as it is now: once, or as a stream of server-sent events.
import Hummingbird
import Model

extension Office {
    var liveRoutes: [OfficeRoute] {
        [
            OfficeRoute(
                method: .get, path: "/api/v1/snapshot", admission: .token,
                purpose:
                    "Lines, conversations, applications, queues, failures, modules, rates, now. Citizens are masked.",
                answers: [.json("Snapshot", "The house now."), .failure(503, "The store does not answer.")],
                answer: { _ in .json(try await OfficeView.read(from: store, and: modules, at: clock())) }),
            OfficeRoute(
                method: .get, path: "/api/v1/events", admission: .token,
                purpose: "Server-sent events: `snapshot` (a whole Snapshot, at most one a second, only when something "
                    + "changed), `problem` (an Error: the house can't be seen), `heartbeat`.",
                answers: [
                    .text("text/event-stream", "Events until either side leaves."),
                    .failure(503, "As many pages watch as the host allows."),
                ],
                answer: { try await events(for: $0) }),
        ]
    }

    private func events(for asked: OfficeRequest) async throws -> Response {
        let events = try await feed.join()
        let access = access
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                // Proxies of the nginx kind hold a stream back without it.
                .accelBuffering: "no",
            ],
            body: ResponseBody { writer in
                // Ends with the connection, not only with the next write: the place of a closed page is free at once.
                try await asked.request.body.consumeWithCancellationOnInboundClose { _ in
                    for await event in events {
                        guard access.stillHolds(asked.caller) else { break }
                        try await writer.write(event)
                    }
                }
                try await writer.finish(nil)
            })
    }
}

extension HTTPFields.Element.Name {
    static let accelBuffering = Self("X-Accel-Buffering")!
}
