// The client against a server that is sometimes good, sometimes slow, and sometimes gone.
import Testing

@testable import HTTPClient

@Suite("A call out")
struct HTTPClientTests {
    private func client(_ server: LoopbackServer, _ options: HTTPClient.Options = .init()) throws -> HTTPClient {
        try #require(HTTPClient(allowing: [server.host], options: options))
    }

    private func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPFailure? {
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("an answer comes back with its status, headers and bytes")
    func answer() async throws {
        let server = try LoopbackServer { _ in
            .answer("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" + ok("नमस्ते", headers: "X-Kind:  greeting \r\n"))
        }
        defer { server.stop() }
        let client = try client(server)

        let response = try await client.send(HTTPRequest(.get, server.url + "/hello?name=a"))

        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self) == "नमस्ते")
        #expect(response.header("x-kind") == "greeting")
        #expect(response.header("x-early") == nil)
        #expect(server.seen[0].head.hasPrefix("GET /hello?name=a HTTP/1.1\r\n"))
    }

    @Test("a body arrives byte for byte, with the headers given and none that libcurl would add")
    func body() async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try client(server)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }

        _ = try await client.send(
            HTTPRequest(
                .post, server.url, headers: [("Content-Type", "application/xml"), ("X-Key", "k")], body: .bytes(bytes)))
        _ = try await client.send(HTTPRequest(.post, server.url))

        let seen = server.seen
        #expect(seen[0].body == bytes)
        #expect(seen[0].head.contains("Content-Type: application/xml"))
        #expect(seen[0].head.contains("X-Key: k"))
        #expect(!seen[0].head.contains("Expect"))
        #expect(seen[1].head.hasPrefix("POST"))
        #expect(seen[1].head.contains("Content-Length: 0"))
        #expect(!seen[1].head.contains("Content-Type"))
    }

    @Test("parts travel as multipart/form-data, and a file name can't break out of its header")
    func multipart() async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try client(server)

        let parts = [
            MultipartPart(name: "messaging_product", text: "whatsapp"),
            MultipartPart(name: "file", filename: "a\"\r\nX: y.pdf", contentType: "application/pdf", bytes: [1, 2, 3]),
        ]
        _ = try await client.send(HTTPRequest(.post, server.url, body: .multipart(parts)))

        let seen = try #require(server.seen.first)
        let text = String(decoding: seen.body, as: UTF8.self)
        #expect(seen.head.contains("Content-Type: multipart/form-data; boundary=samvad-"))
        #expect(text.contains("name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"))
        #expect(
            text.contains("filename=\"a%22%0D%0AX: y.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\u{1}\u{2}\u{3}\r\n")
        )
        #expect(text.hasSuffix("--\r\n"))
    }

    @Test("one after the other, a thousand requests share one connection")
    func reuse() async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try client(server)

        for _ in 0..<1000 { _ = try await client.send(HTTPRequest(.post, server.url, body: .bytes([1]))) }

        #expect(client.connectionsOpened == 1)
        #expect(Set(server.seen.map(\.connection)) == [1])
    }

    @Test("five thousand at once are all answered, over no more connections than allowed")
    func flood() async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try client(server)
        let request = HTTPRequest(.post, server.url, body: .bytes([1]), timeoutMilliseconds: 60_000)

        let answered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5000 { group.addTask { (try? await client.send(request).status) == 200 } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(answered == 5000)
        #expect(Set(server.seen.map(\.connection)).count <= 64)
    }

    @Test("a request that nobody answers is in doubt after its time")
    func timeout() async throws {
        let server = try LoopbackServer { _ in .silence }
        defer { server.stop() }
        let client = try client(server)
        let begun = ContinuousClock.now

        let failure = await failure(client, HTTPRequest(.post, server.url, body: .bytes([1]), timeoutMilliseconds: 200))

        #expect(failure?.code == .timeout)
        #expect(failure?.mayHaveArrived == true)
        #expect(ContinuousClock.now - begun < .seconds(60))
    }

    @Test("a refused connection surely did nothing")
    func refused() async throws {
        let port = try LoopbackServer.closedPort()
        let client = try #require(HTTPClient(allowing: ["127.0.0.1:\(port)"]))

        let failure = await failure(client, HTTPRequest(.post, "http://127.0.0.1:\(port)/send?to=919810000001"))

        #expect(failure?.code == .connect)
        #expect(failure?.mayHaveArrived == false)
        #expect(failure?.sentence.contains("919810000001") == false)
        #expect(failure?.sentence.contains("127.0.0.1:\(port)") == true)
    }

    @Test("a name that nobody knows surely did nothing")
    func unknownName() async throws {
        let client = try #require(HTTPClient(allowing: ["nowhere.invalid:80"]))

        let failure = await failure(client, HTTPRequest(.post, "http://nowhere.invalid/"))

        #expect(failure?.code == .dns)
        #expect(failure?.mayHaveArrived == false)
    }

    @Test("a server that speaks no TLS gets no request")
    func noTLS() async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try client(server)

        let failure = await failure(
            client,
            HTTPRequest(.post, "https://\(server.host)/", timeoutMilliseconds: 1000, connectTimeoutMilliseconds: 500))

        // The loopback server waits for a request line that never ends, so it may also run out of time.
        #expect(failure?.code == .tls || failure?.code == .timeout)
        #expect(failure?.mayHaveArrived == false)
    }

    @Test("an answer above the bound is cut off, said beforehand or not", arguments: [true, false])
    func tooLarge(announced: Bool) async throws {
        let body = String(repeating: "x", count: 5000)
        let server = try LoopbackServer { _ in
            announced ? .answer(ok(body)) : .answerAndClose("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
        }
        defer { server.stop() }
        let client = try client(server)

        let failure = await failure(client, HTTPRequest(.get, server.url, responseBytesMax: 4999))
        let whole = try await client.send(HTTPRequest(.get, server.url, responseBytesMax: 5000))

        #expect(failure?.code == .tooLarge)
        #expect(failure?.mayHaveArrived == true)
        #expect(whole.body.count == 5000)
    }

    @Test("a connection dropped after the request leaves it in doubt")
    func dropped() async throws {
        let server = try LoopbackServer { _ in .drop }
        defer { server.stop() }
        let client = try client(server)

        let failure = await failure(client, HTTPRequest(.post, server.url, body: .bytes([1])))

        #expect(failure?.code == .closed)
        #expect(failure?.mayHaveArrived == true)
        #expect(server.seen.count == 1)
    }

    @Test("a POST on a kept connection that dies is never sent twice behind our back; a repeatable one is")
    func keptConnectionDies() async throws {
        let server = try LoopbackServer {
            $0.head.contains("/first") ? .answer(ok("{}")) : $0.connection == 1 ? .drop : .answer(ok("{}"))
        }
        defer { server.stop() }

        let careful = try client(server)
        _ = try await careful.send(HTTPRequest(.get, server.url + "/first"))
        let failure = await failure(careful, HTTPRequest(.post, server.url + "/second", body: .bytes([1])))

        #expect(failure?.code == .closed)
        #expect(failure?.mayHaveArrived == true)
        #expect(server.seen.filter { $0.head.contains("/second") }.count == 1)

        let other = try LoopbackServer {
            $0.head.contains("/first") ? .answer(ok("{}")) : $0.connection == 1 ? .drop : .answer(ok("{}"))
        }
        defer { other.stop() }
        let repeating = try client(other)
        _ = try await repeating.send(HTTPRequest(.get, other.url + "/first"))
        let second = try await repeating.send(
            HTTPRequest(.post, other.url + "/second", body: .bytes([1]), isRepeatable: true))

        #expect(second.status == 200)
        #expect(other.seen.filter { $0.head.contains("/second") }.count == 2)
    }

    @Test("half an answer is no answer")
    func partial() async throws {
        let server = try LoopbackServer { _ in .answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") }
        defer { server.stop() }

        let failure = await failure(try client(server), HTTPRequest(.get, server.url))

        #expect(failure?.code == .closed)
        #expect(failure?.mayHaveArrived == true)
    }

    @Test("a redirect is an answer, not an errand")
    func redirect() async throws {
        let server = try LoopbackServer { _ in
            .answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }

        let response = try await client(server).send(HTTPRequest(.get, server.url))

        #expect(response.status == 302)
        #expect(server.seen.count == 1)
    }

    @Test(
        "a host that is not on the list is never called",
        arguments: [
            "http://127.0.0.1:1/", "http://localhost:%/", "http://[::1]:%/", "http://127.0.0.1.example.org:%/",
        ])
    func notAllowed(url: String) async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let url = url.replacing("%", with: "\(server.port)")

        let failure = await failure(try client(server), HTTPRequest(.get, url))

        #expect(failure?.code == .notAllowed)
        #expect(server.seen.isEmpty)
    }

    @Test(
        "what is no plain web address, or would forge a header, is refused",
        arguments: [
            "file:///etc/passwd", "gopher://127.0.0.1:%/", "http://name:secret@127.0.0.1:%/", "", "//127.0.0.1:%/",
        ])
    func invalid(url: String) async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try client(server)

        let byURL = await failure(client, HTTPRequest(.get, url.replacing("%", with: "\(server.port)")))
        let byHeader = await failure(client, HTTPRequest(.get, server.url, headers: [("X-A", "b\r\nX-Forged: 1")]))

        #expect(byURL?.code == .invalid)
        #expect(byHeader?.code == .invalid)
        #expect(server.seen.isEmpty)
    }

    @Test("the list of hosts can change while the client runs")
    func listChanges() async throws {
        let server = try LoopbackServer { _ in .answer(ok("{}")) }
        defer { server.stop() }
        let client = try #require(HTTPClient(allowing: []))

        let before = await failure(client, HTTPRequest(.get, server.url))
        client.replaceAllowedHosts(AllowedHosts(urls: [server.url + "/some/path"]))
        let after = await failure(client, HTTPRequest(.get, server.url))

        #expect(before?.code == .notAllowed)
        #expect(after == nil)
    }

    @Test("cancelling the task ends the transfer, before it begins and while it runs")
    func cancellation() async throws {
        let server = try LoopbackServer { _ in .silence }
        defer { server.stop() }
        let client = try client(server)
        let begun = ContinuousClock.now

        let running = Task { await self.failure(client, HTTPRequest(.get, server.url)) }
        while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        let early = Task {
            while !Task.isCancelled { await Task.yield() }
            return await self.failure(client, HTTPRequest(.get, server.url))
        }
        early.cancel()

        #expect(await running.value?.code == .cancelled)
        #expect(await running.value?.mayHaveArrived == true)
        #expect(await early.value?.code == .cancelled)
        #expect(ContinuousClock.now - begun < .seconds(60))
    }

    @Test("shutting down ends what is in flight, and nothing is taken afterwards")
    func shutdown() async throws {
        let server = try LoopbackServer { _ in .silence }
        defer { server.stop() }
        let client = try client(server)

        let running = Task { await self.failure(client, HTTPRequest(.get, server.url)) }
        while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        client.shutdown()
        client.shutdown()
        let late = await failure(client, HTTPRequest(.get, server.url))

        #expect(await running.value?.code == .cancelled)
        #expect(late?.code == .cancelled)
        #expect(late?.mayHaveArrived == false)
    }

    @Test("more than the bound in flight are refused at once")
    func busy() async throws {
        let server = try LoopbackServer { _ in .silence }
        defer { server.stop() }
        var options = HTTPClient.Options()
        options.inFlightMax = 1
        let client = try client(server, options)

        let running = Task { await self.failure(client, HTTPRequest(.get, server.url)) }
        while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let second = await failure(client, HTTPRequest(.get, server.url))
        running.cancel()

        #expect(second?.code == .busy)
        #expect(second?.mayHaveArrived == false)
        _ = await running.value
    }
}
