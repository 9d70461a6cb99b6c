// The sender at work: order, parallelism, doubt, failing stores and a clean end, with a clock that the test moves.
import Conversation
import Model
import Synchronization
import Testing

@testable import WhatsApp

@Suite("The outbox is emptied, in order, once")
struct SenderTests {
    @Test("a message is sent and its end recorded, and the turn is measured from the webhook")
    func sends() async {
        let world = SenderWorld()
        await world.outbox.add(.test(1, causedAt: Moment(milliseconds: FakeClock.start.milliseconds - 1500)))
        await world.run {
            await world.until("it is accepted") { await world.outbox.acceptedCount == 1 }
            #expect(await world.outbox.outcomes(of: 1) == [.accepted("wamid.1")])
            #expect(world.sent.all.map(\.code) == ["accepted"])
            #expect(world.sent.all.first?.turnSeconds == 1.5)
            #expect(await world.outbox.recoveries == [FakeClock.start.adding(seconds: 600)])
        }
    }

    @Test("a new row is sent when the sender is woken, and without a wake-up within a minute")
    func wakes() async {
        let world = SenderWorld()
        await world.run {
            await world.until("it has looked") { await world.outbox.claims > 0 }
            await world.settle()
            await world.outbox.add(.test(1))
            world.sender.wake()
            await world.until("the first is accepted") { await world.outbox.acceptedCount == 1 }
            await world.settle()
            await world.outbox.add(.test(2))
            world.clock.advance(seconds: 60)
            await world.until("the second is accepted") { await world.outbox.acceptedCount == 2 }
        }
    }

    @Test("within a lane the next message goes only after the one before is recorded; lanes run beside each other")
    func order() async {
        let gate = Gate()
        let world = SenderWorld(
            .with {
                $0.inFlightMax = 4
                $0.messagesPerSecond = 1000
            }
        ) { message in
            await gate.pass()
            return .done(MessageID("wamid.\(message.callback)"))
        }
        for id in 0..<20 { await world.outbox.add(.test(Int64(id), lane: "lane \(id % 5)")) }
        await world.run {
            await world.until("four are on their way") { world.carrier.sent.all.count == 4 }
            await world.settle()
            #expect(world.carrier.sent.all.count == 4)
            gate.open()
            await world.until("all are accepted", advancing: 0.1) { await world.outbox.acceptedCount == 20 }
            for lane in 0..<5 {
                let order = world.carrier.sent.all.compactMap { Int($0.callback) }.filter { $0 % 5 == lane }
                #expect(order == order.sorted())
            }
            #expect(world.carrier.inFlightMost == 4)
            #expect(await world.outbox.records.count == 20)
        }
    }

    @Test("a message that is tried again holds its lane: the next one does not overtake it")
    func holdsLane() async {
        let failures = Mutex(3)
        let world = SenderWorld { message in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return fails ? .unsent(code: "HTTP_CONNECT") : .done(MessageID("wamid.\(message.callback)"))
        }
        await world.outbox.add(.test(1))
        await world.outbox.add(.test(2))
        await world.run {
            await world.until("both are accepted", advancing: 0.5) { await world.outbox.acceptedCount == 2 }
            #expect(world.carrier.sent.all.map(\.callback) == ["1", "1", "1", "1", "2"])
            // Half of 2, 4 and 8 seconds at least, by the clock.
            let times = world.carrier.sent.all.map(\.seconds)
            #expect(times[1] - times[0] >= 1 && times[2] - times[1] >= 2 && times[3] - times[2] >= 4)
        }
    }

    @Test("a closed window fails without a call, and the next row of the lane goes on")
    func window() async {
        let world = SenderWorld()
        await world.outbox.add(.test(1, windowSeconds: -5))
        await world.outbox.add(.test(2, content: OutboxRow.template, windowSeconds: -5))
        await world.run {
            await world.until("both are over") { await world.outbox.endedCount == 2 }
            #expect(world.carrier.sent.all.map(\.callback) == ["2"])
            guard case .failed(let problem) = await world.outbox.outcomes(of: 1).first else {
                Issue.record("not failed")
                return
            }
            #expect(problem.code == "WINDOW_CLOSED")
        }
    }

    @Test("a line's flood is spread over time, and another line's message is not behind it")
    func lineRate() async {
        let world = SenderWorld(.with { $0.messagesPerSecond = 20 })
        for id in 0..<100 { await world.outbox.add(.test(Int64(id), lane: "\(id)")) }
        await world.outbox.add(.test(1000, lane: "other", line: "2"))
        await world.run {
            await world.until("the other line's is accepted") {
                await world.outbox.outcomes(of: 1000) == [.accepted("wamid.1000")]
            }
            #expect(world.carrier.sent.all.count <= 3)
            await world.until("all are accepted", advancing: 0.05) { await world.outbox.acceptedCount == 101 }
            #expect(world.clock.secondsPassed >= 5)
            #expect(world.carrier.sent.all.count == 101)
            #expect(world.alarms.all.isEmpty)
        }
    }

    @Test("with a dead token nothing is lost and nothing is burnt; with a new one all goes")
    func deadToken() async {
        let world = SenderWorld(answer: FakeCarrier.refusing(190, status: 401))
        for id in 0..<50 { await world.outbox.add(.test(Int64(id), lane: "\(id)")) }
        await world.run {
            await world.until("the alarm is raised") { world.alarms.all.count == 1 }
            await world.settle()
            let tries = world.carrier.sent.all.count
            await world.until("it was probed", advancing: 5) { world.carrier.sent.all.count > tries }
            await world.settle()
            #expect(world.carrier.sent.all.count == tries + 1)
            #expect(world.alarms.all.map(\.code) == ["GRAPH_190"])
            world.carrier.answer(FakeCarrier.accepting)
            await world.sender.resume()
            await world.until("all are accepted", advancing: 1) { await world.outbox.acceptedCount == 50 }
        }
    }

    @Test("when Graph is away few messages find out, and all go when it is back")
    func outage() async {
        let world = SenderWorld(.with { $0.inFlightMax = 8 }) { _ in .inDoubt(code: "HTTP_TIMEOUT") }
        for id in 0..<100 { await world.outbox.add(.test(Int64(id), lane: "\(id)")) }
        await world.run {
            await world.until("the alarm is raised") { world.alarms.all.map(\.code) == ["GRAPH_AWAY"] }
            for _ in 0..<20 {
                world.clock.advance(seconds: 1)
                await world.settle()
            }
            // Eight at first, then one at 1, 3, 7 and 15 seconds.
            #expect(world.carrier.sent.all.count <= 16)
            world.carrier.answer(FakeCarrier.accepting)
            await world.until("all are accepted", advancing: 5) { await world.outbox.acceptedCount == 100 }
        }
    }

    @Test("an end that could not be recorded is recorded later, and nothing is sent twice")
    func storeAway() async {
        let gate = Gate()
        let world = SenderWorld { message in
            await gate.pass()
            return .done(MessageID("wamid.\(message.callback)"))
        }
        await world.outbox.add(.test(1))
        await world.outbox.add(.test(2))
        await world.run {
            await world.until("it is on its way") { world.carrier.sent.all.count == 1 }
            await world.outbox.fail(with: Problem(code: "DISK_FULL", sentence: "full"))
            gate.open()
            for _ in 0..<5 {
                world.clock.advance(seconds: 1)
                await world.settle()
            }
            #expect(world.carrier.sent.all.count == 1)
            await world.outbox.fail(with: nil)
            await world.until("both are accepted", advancing: 1) { await world.outbox.acceptedCount == 2 }
            #expect(world.carrier.sent.all.map(\.callback) == ["1", "2"])
        }
    }

    @Test("a stop lets the messages on their way end, and claims no more")
    func stops() async {
        let gate = Gate()
        let world = SenderWorld { message in
            await gate.pass()
            return .done(MessageID("wamid.\(message.callback)"))
        }
        for id in 0..<3 { await world.outbox.add(.test(Int64(id), lane: "\(id % 2)")) }
        let task = Task { await world.sender.run() }
        await world.until("two are on their way") { world.carrier.sent.all.count == 2 }
        await world.sender.stop()
        await world.settle()
        gate.open()
        await task.value
        #expect(await world.outbox.acceptedCount == 2)
        #expect(world.carrier.sent.all.count == 2)
    }

    @Test("what does not end in time is left in doubt")
    func stopsInTime() async {
        let world = SenderWorld { _ in
            do {
                try await Task.sleep(for: .seconds(60))
                return .done("wamid")
            } catch {
                return .inDoubt(code: "HTTP_CANCELLED")
            }
        }
        await world.outbox.add(.test(1))
        let task = Task { await world.sender.run() }
        await world.until("it is on its way") { world.carrier.sent.all.count == 1 }
        task.cancel()
        await world.until("it is in doubt", advancing: 1) { await world.outbox.records.count == 1 }
        await task.value
        guard case .inDoubt = await world.outbox.outcomes(of: 1).first else {
            Issue.record("no doubt")
            return
        }
        #expect(world.clock.secondsPassed >= 6)
    }

    @Test("ends are recorded in groups, and a thousand messages take few commits")
    func groups() async {
        let world = SenderWorld(.with { $0.messagesPerSecond = 100_000 })
        for id in 0..<1000 { await world.outbox.add(.test(Int64(id), lane: "\(id)")) }
        await world.run {
            await world.until("all are accepted") { await world.outbox.acceptedCount == 1000 }
            #expect(await world.outbox.recordGroups < 500)
        }
    }
}

@Suite("Documents are brought to Meta once a line")
struct UploadedDocumentsTests {
    private static let receipt = OutboundContent.document(sha256: "ab", filename: "आय.pdf", caption: "")

    @Test("the second message on the line uses the first one's upload, another line has its own, after 29 days anew")
    func uploads() async {
        let world = SenderWorld()
        await world.run {
            for (id, line) in [(1, "1"), (2, "1"), (3, "2")] as [(Int64, LineID)] {
                await world.outbox.add(.test(id, lane: "\(id)", line: line, content: Self.receipt))
                world.sender.wake()
                await world.until("\(id) is accepted") {
                    await world.outbox.outcomes(of: id).last == .accepted(MessageID("wamid.\(id)"))
                }
            }
            #expect(world.carrier.uploaded.all.map(\.line) == ["1", "2"])
            #expect(world.carrier.uploaded.all.first?.mimeType == "application/pdf")
            #expect(world.carrier.sent.all.map(\.media) == ["media-1", "media-1", "media-2"])
            world.clock.advance(seconds: 29 * 86_400)
            await world.outbox.add(.test(4, lane: "4", content: Self.receipt, windowSeconds: 60 * 86_400))
            world.sender.wake()
            await world.until("4 is accepted") { await world.outbox.acceptedCount == 4 }
            #expect(world.carrier.uploaded.all.count == 3)
        }
    }

    @Test("an upload that fails is tried again, and the message is sent once")
    func again() async {
        let world = SenderWorld()
        world.carrier.upload { _ in .inDoubt(code: "HTTP_TIMEOUT") }
        await world.outbox.add(.test(1, content: Self.receipt))
        await world.run {
            await world.until("it was put back") { await world.outbox.records.count == 1 }
            #expect(world.carrier.sent.all.isEmpty)
            world.carrier.upload { _ in .done("m") }
            await world.until("it is accepted", advancing: 1) { await world.outbox.acceptedCount == 1 }
            #expect(world.carrier.sent.all.map(\.media) == ["m"])
        }
    }

    @Test("a document that is gone fails its message and no other")
    func gone() async {
        let world = SenderWorld(documentProblem: Problem(code: "DOCUMENT_GONE", sentence: "gone"))
        await world.outbox.add(.test(1, content: Self.receipt))
        await world.outbox.add(.test(2))
        await world.run {
            await world.until("both are over") { await world.outbox.endedCount == 2 }
            #expect(world.carrier.sent.all.map(\.callback) == ["2"])
            #expect(world.sent.all.map(\.code) == ["DOCUMENT_GONE", "accepted"])
        }
    }
}

@Suite("Read marks never stand in the way")
struct ReadMarksTests {
    @Test("more marks than may be on their way are left out")
    func bounded() async {
        let gate = Gate()
        let begun = Notes<MessageID>()
        let marks = ReadMarks { message, _ in
            begun.add(message)
            await gate.pass()
        }
        for id in 0..<100 { marks.acknowledge(message: MessageID("\(id)"), line: "1") }
        for _ in 0..<1000 where begun.all.count < 16 { try? await Task.sleep(for: .milliseconds(2)) }
        #expect(begun.all.count == 16)
        gate.open()
    }
}

/// Holds everybody until it is opened.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
