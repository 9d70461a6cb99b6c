// The circuit breaker as a value, and the door that owns it.
import Conversation
import Model
import Testing

@testable import Portals

@Suite("A portal's door")
struct PortalGateTests {
    private let bounds = CircuitBreaker.Bounds(failuresMax: 3, openSeconds: 30)
    private func at(_ seconds: Int64) -> Moment { Moment(milliseconds: seconds * 1000) }

    @Test("it closes after so many failures in a row, and a success in between starts the count anew")
    func opens() {
        var breaker = CircuitBreaker(bounds)
        for _ in 0..<2 { breaker.failed(at: at(0)) }
        breaker.succeeded()
        for _ in 0..<2 { breaker.failed(at: at(1)) }
        #expect(breaker.admit(at: at(1)) == nil)

        breaker.failed(at: at(2))

        #expect(breaker.isOpen)
        #expect(breaker.admit(at: at(2)) == 30)
        #expect(breaker.admit(at: Moment(milliseconds: 31_500)) == 1)
    }

    @Test("after its time one call tries; its success opens the way, its failure closes it for as long again")
    func halfOpen() {
        var breaker = CircuitBreaker(bounds)
        for _ in 0..<3 { breaker.failed(at: at(0)) }

        #expect(breaker.admit(at: at(30)) == nil)
        #expect(breaker.admit(at: at(30)) != nil)
        breaker.failed(at: at(31))
        #expect(breaker.admit(at: at(60)) == 1)
        #expect(breaker.admit(at: at(61)) == nil)
        breaker.succeeded()
        #expect(!breaker.isOpen)
        #expect(breaker.admit(at: at(61)) == nil)
    }

    @Test("a try that was cancelled leaves the next one to find out")
    func abandoned() {
        var breaker = CircuitBreaker(bounds)
        for _ in 0..<3 { breaker.failed(at: at(0)) }
        _ = breaker.admit(at: at(30))

        breaker.abandoned(at: at(31))

        #expect(breaker.isOpen)
        #expect(breaker.admit(at: at(31)) == nil)
    }

    @Test("no more calls than its bound are let in at once, and one that leaves makes room")
    func bulkhead() throws {
        var bounds = PortalGate.Bounds()
        bounds.callsMax = 2
        let gate = PortalGate(bounds, now: { Moment(milliseconds: 0) })
        try gate.enter()
        try gate.enter()

        let refused = #expect(throws: PortalFailure.self) { try gate.enter() }

        #expect(refused?.problem.code == "PORTAL_BUSY")
        #expect(refused?.retryable == true)
        gate.leave(.alive)
        try gate.enter()
    }
}
