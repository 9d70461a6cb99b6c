// The live line: what watchers hear, how many there may be, and when they stop hearing.
import Foundation
import Model
import Testing

@testable import Dashboard

@Suite("live events")
struct LiveTests {
    @Test("a watcher gets the house at once, then each change, then heartbeats")
    func changesArrive() async throws {
        try await OfficeSite.run { site in
            let watcher = try site.watch()
            #expect(await watcher.read(until: "\"open_conversations\":0,") != nil)
            site.house.change { $0.openConversations = 7 }
            let change = try #require(await watcher.read(until: "\"open_conversations\":7,"))
            #expect(change.contains("event: snapshot\ndata: {"))
            #expect(await watcher.read(until: "event: heartbeat\ndata: {\"at\":") != nil)
        }
    }

    @Test("what did not change is not told again, though time passes")
    func silenceWhenNothingChanges() async throws {
        try await OfficeSite.run { site in
            let watcher = try site.watch()
            _ = await watcher.read(until: "\n\n")
            site.advance(seconds: 5)
            let next = try #require(await watcher.read(until: "event: "))
            #expect(!next.contains("event: snapshot"))
        }
    }

    @Test("a store that fails is told as a problem, its recovery as a snapshot")
    func storeFails() async throws {
        try await OfficeSite.run { site in
            let watcher = try site.watch()
            _ = await watcher.read(until: "event: snapshot")
            site.house.change { $0.fault = Problem(code: "DISK_FULL", sentence: "The disk is full.") }
            #expect(await watcher.read(until: "\"code\":\"DISK_FULL\"") != nil)
            site.house.change { $0.fault = nil }
            #expect(await watcher.read(until: "event: snapshot") != nil)
            let plain = try await site.send("GET", "/api/v1/snapshot", token: OfficeSite.token)
            #expect(plain.status == 200)
        }
    }

    @Test("there are only so many watchers; a place is free when one leaves")
    func watchersAreBounded() async throws {
        try await OfficeSite.run(settings: { $0.listenersMax = 2 }) { site in
            var first: Connection? = try site.watch()
            let second = try site.watch()
            _ = await first?.read(until: "event: snapshot")
            _ = await second.read(until: "event: snapshot")
            let refused = try await site.send("GET", "/api/v1/events", token: OfficeSite.token)
            #expect(refused.status == 503)
            #expect(refused.code == "TOO_MANY_LISTENERS")
            #expect(refused.header("retry-after") == "15")
            first = nil
            while await site.office.feed.listenersCount == 2 { try await Task.sleep(for: .milliseconds(5)) }
            let third = try site.watch()
            #expect(await third.read(until: "event: snapshot") != nil)
        }
    }

    @Test("nobody watches: nobody looks")
    func noWatchersNoLooks() async throws {
        try await OfficeSite.run { site in
            var watcher: Connection? = try site.watch()
            _ = await watcher?.read(until: "event: snapshot")
            watcher = nil
            while await site.office.feed.listenersCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
            try await Task.sleep(for: .milliseconds(30))
            let looks = site.house.now.snapshots
            try await Task.sleep(for: .milliseconds(100))
            #expect(site.house.now.snapshots == looks)
        }
    }

    @Test("a stream ends with its session, and when the office stops")
    func streamsEnd() async throws {
        try await OfficeSite.run { site in
            let (cookie, _) = try await site.signIn()
            let signedIn = try site.watch(token: nil, headers: [cookie])
            _ = await signedIn.read(until: "event: snapshot")
            let script = try site.watch()
            _ = await script.read(until: "event: snapshot")
            site.advance(seconds: 13 * 3600)
            #expect(await signedIn.closes())
            await site.office.stop()
            #expect(await script.closes())
            #expect(try await site.send("GET", "/api/v1/events", token: OfficeSite.token).code == "STOPPING")
        }
    }
}
