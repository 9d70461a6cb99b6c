// The C face of a Swift department: what it is asked and what it answers crosses unharmed, and a wrong host is refused.
import CSamvad
import SamvadKit
import Testing

/// Answers with all that it was asked, and fails when told to.
private struct Echo: Department {
    let host: Host

    init(host: Host) throws(Failure) {
        self.host = host
        host.log(.info, "open")
        if host.version == "refuse" { throw Failure(.permanent, code: 100, "this host's version is not wanted") }
    }

    func submit(_ request: Request) throws(Failure) -> Reply {
        if let detail = request.values.text("fail") {
            throw Failure(.transient, code: 101, detail, retryAfterMilliseconds: 5)
        }
        var numbers = request.random
        return Reply(
            .ask, [Message("m", ["b": request.service, "a": request.language.rawValue]), Message("empty")],
            values: request.values.fields + [Field("random", String(numbers.next()))],
            effects: [.pay(.rupees(5), purpose: request.event), .schedule("later", afterSeconds: 60)],
            next: "next", state: State(schema: 3, bytes: (request.state?.bytes ?? []).reversed()))
    }
}

private func entry(
    _ host: UnsafePointer<samvad_host_t>?, _ error: UnsafeMutablePointer<samvad_error_t>?
) -> UnsafePointer<samvad_module_t>? { samvadEntry(Echo.self, id: "echo", version: "1.2.3", host, error) }

@Suite struct BridgeTests {
    let request = Request(
        service: "s", step: .submit, language: .romanHindi, event: "e",
        values: Values([Field("नाम", "रीता 👩‍🌾"), Field("nul", "a\u{0}b"), Field("empty", "")]),
        state: State(schema: 1, bytes: [1, 2, 0]), now: Instant(milliseconds: 1_795_514_400_000), randomSeed: 42)

    func opened() -> CHost {
        let host = CHost()
        #expect(host.open(entry) == nil)
        return host
    }

    @Test("a reply crosses whole, with sorted arguments, and is the same each time")
    func roundTrip() throws {
        let host = opened()
        let reply = try host.call(request).get()
        #expect(reply.outcome == .ask && reply.next == "next")
        #expect(reply.messages[0].arguments == [Field("a", "hi-Latn"), Field("b", "s")])
        #expect(reply.messages[1].arguments.isEmpty)
        #expect(Array(reply.values.dropLast()) == request.values.fields)
        #expect(reply.effects.map(\.kind) == ["samvad.pay/1", "samvad.schedule/1"])
        #expect(reply.effects[0].arguments == [Field("amount_paise", "500"), Field("purpose", "e")])
        #expect(reply.state == State(schema: 3, bytes: [0, 2, 1]))
        #expect(try host.call(request).get() == reply)
        #expect(host.module.map { text($0.pointee.id) } == "echo")
        #expect(host.lines == ["open"])
    }

    @Test("without the log capability the department works and writes nothing")
    func withoutLog() throws {
        let host = CHost()
        host.grantsLog = false
        #expect(host.open(entry) == nil)
        #expect(try host.call(request).get().outcome == .ask)
        #expect(host.lines.isEmpty)
    }

    @Test("a failure carries its class, code and detail")
    func failure() {
        let asked = Request(
            service: "s", step: .submit, values: Values([Field("fail", "कारण")]), now: request.now)
        #expect(throws: Failure(.transient, code: 101, "कारण")) { try opened().call(asked).get() }
        let other = Request(service: "s", step: .quote, now: request.now)
        #expect(throws: Failure(.permanent, code: 2, "service s has no step quote")) { try opened().call(other).get() }
    }

    @Test("when the arena is used up at any point the call fails and may be tried again")
    func arena() throws {
        for left in 0..<40 {
            let host = opened()
            host.allocationsLeft = left
            switch host.call(request) {
            case .failure(let failure): #expect(failure.kind == .transient && failure.code == 95)
            case .success: #expect(left > 20)
            }
        }
    }

    @Test("a request that is too short, or that counts without pointing, is a failure")
    func damaged() {
        let edits: [(inout samvad_request_t) -> Void] = [
            { $0.size -= 1 }, { $0.size = 0 }, { $0.values = nil }, { $0.values_count = .max },
            { $0.documents_count = 1 }, { $0.step = samvad_str_t() },
        ]
        for edit in edits {
            #expect(throws: Failure.self) { try opened().call(request, edit).get() }
        }
    }

    @Test("a longer request of a newer host is read as far as it is known")
    func newer() throws {
        #expect(try opened().call(request) { $0.size += 64 }.get().outcome == .ask)
    }

    @Test("an unknown language and an unknown flag do no harm")
    func unknown() throws {
        let host = opened()
        let language = host.borrowed("pa")
        let reply = try host.call(request) { raw in
            raw.language = language
            raw.flags = 0xFF00
        }.get()
        #expect(reply.messages[0].arguments[0] == Field("a", "hi"))
    }

    @Test("another major number, a short table and no host at all are refused with a reason")
    func wrongHost() {
        let major = CHost()
        major.table.pointee.abi_major = 2
        #expect(major.open(entry)?.code == 91)
        let short = CHost()
        short.table.pointee.size = 16
        #expect(short.open(entry)?.code == 90)
        #expect(entry(nil, nil) == nil)
    }

    @Test("a department may refuse the host when it is opened")
    func refused() throws {
        let host = CHost()
        host.table.pointee.version = host.borrowed("refuse")
        let error = try #require(host.open(entry))
        #expect(error.code == 100 && text(error.detail) == "this host's version is not wanted")
    }

    @Test("a newer minor number of the host is no reason to refuse")
    func newerMinor() {
        let host = CHost()
        host.table.pointee.abi_minor = 9
        #expect(host.open(entry) == nil)
    }
}
