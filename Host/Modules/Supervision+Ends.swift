// The second half of the supervisor's story: deadlines, deaths and the orderly end. Same rules as Supervision.swift.
import Conversation
import Model

extension Supervision {
    /// A running copy is over. Whoever caused it is tried once more, alone, or parked; whoever stood behind it goes on.
    mutating func ended(_ id: InstanceID, _ reason: ModuleEndReason, _ problem: Problem, at now: UInt64) -> [Action] {
        var actions: [Action] = []
        guard let instance = instances.removeValue(forKey: id) else { return [] }
        if current == id { current = instances.filter { $0.value.phase == .ready }.keys.min() }
        switch (instance.phase, reason) {
        case (.closing, _): break
        case (.starting, _): startFailed(instance.refusal ?? problem, at: now, &actions)
        case (.ready, _): died(instance, reason, problem, at: now, &actions)
        }
        ensureInstances(at: now, &actions)
        pump(at: now, &actions)
        return actions
    }

    private mutating func startFailed(_ problem: Problem, at now: UInt64, _ actions: inout [Action]) {
        counts.lastError = problem
        startsInARow += 1
        if life == .starting {
            // A file that does not start at all is refused; what ran before goes on.
            life = .closed
            failAll(.unavailable(source, retryAfterNanoseconds: 0), .unavailable, at: now, &actions)
            actions.append(.started(problem))
            actions.append(.closed)
            return
        }
        counts.restarts += 1
        actions.append(.restarted(.start))
        if isFailingToStart { failAll(.unavailable(source, retryAfterNanoseconds: 0), .unavailable, at: now, &actions) }
    }

    private mutating func died(
        _ instance: Instance, _ reason: ModuleEndReason, _ problem: Problem, at now: UInt64, _ actions: inout [Action]
    ) {
        counts.restarts += 1
        counts.lastError = problem
        actions.append(.restarted(reason))
        let guilty = guilty(of: instance, reason, at: now)
        let innocent = instance.calls.filter { !$0.isGivenUp && !guilty.contains($0.number) }
        waiting.insert(contentsOf: innocent, at: 0)
        let isShut = breaker.death(at: now)
        for var call in instance.calls where guilty.contains(call.number) {
            let isParked = poison.blame(call.key)
            if call.isGivenUp { continue }
            if isParked {
                finish(call, .failure(.poison(source)), .poison, at: now, &actions)
            } else if isShut || call.deadline <= now {
                finish(call, .failure(.crashed(source)), .crashed, at: now, &actions)
            } else {
                call.isSuspect = true
                suspects.append(call)
            }
        }
        if isShut {
            probe = nil
            failAll(
                .unavailable(source, retryAfterNanoseconds: limits.openMilliseconds.nanoseconds), .unavailable, at: now,
                &actions)
        }
    }

    /// The calls that may have caused the end. A serial module works in order, so only the first; of a hung parallel one
    /// those that are overdue; of a crashed parallel one all, until each has been tried alone.
    private func guilty(of instance: Instance, _ reason: ModuleEndReason, at now: UInt64) -> Set<UInt64> {
        guard instance.hello?.isParallel ?? false else { return Set(instance.calls.prefix(1).map(\.number)) }
        guard reason == .hang else { return Set(instance.calls.map(\.number)) }
        return Set(instance.calls.filter { $0.isGivenUp && hungAt($0, instance) <= now }.map(\.number))
    }

    private mutating func failAll(
        _ failure: ModuleFailure, _ outcome: ModuleCallOutcome, at now: UInt64, _ actions: inout [Action]
    ) {
        let all = suspects + waiting
        suspects = []
        waiting = []
        for call in all { finish(call, .failure(failure), outcome, at: now, &actions) }
    }

    // MARK: time

    /// Whatever is due. Sets `wakeAt` anew.
    mutating func tick(at now: UInt64) -> [Action] {
        var actions: [Action] = []
        wakeAt = .max
        expireWaiting(at: now, &actions)
        for id in instances.keys.sorted() { expire(id, at: now, &actions) }
        let due = startsDue.filter { $0 <= now }
        startsDue.removeAll { $0 <= now }
        for _ in due { start(at: now, &actions) }
        if case .draining(let until) = life, until <= now { endByForce(&actions, at: now) }
        pump(at: now, &actions)
        scheduleWake(at: now)
        return actions
    }

    private mutating func expireWaiting(at now: UInt64, _ actions: inout [Action]) {
        let late = (suspects + waiting).filter { $0.deadline <= now }
        guard !late.isEmpty else { return }
        suspects.removeAll { $0.deadline <= now }
        waiting.removeAll { $0.deadline <= now }
        for call in late {
            if call.number == probe { probeFailed(at: now) }
            if call.isSuspect {
                finish(call, .failure(.crashed(source)), .crashed, at: now, &actions)
            } else {
                finish(call, .failure(.timeout(source)), .timeout, at: now, &actions)
            }
        }
    }

    private mutating func expire(_ id: InstanceID, at now: UInt64, _ actions: inout [Action]) {
        guard var instance = instances[id] else { return }
        if instance.phase == .starting, instance.startBy <= now {
            let sentence = "the module did not start within \(limits.startMilliseconds) ms"
            actions.append(.kill(id))
            return actions.append(
                contentsOf: ended(id, .start, Problem(code: "MODULE_START_TIMEOUT", sentence: sentence), at: now))
        }
        for index in instance.calls.indices
        where !instance.calls[index].isGivenUp && instance.calls[index].deadline <= now {
            instance.calls[index].isGivenUp = true
            let call = instance.calls[index]
            if call.number == probe { probeFailed(at: now) }
            finish(call, .failure(.timeout(source)), .timeout, at: now, &actions)
            actions.append(.send(id, HostFrame.cancel(call.number)))
        }
        instances[id] = instance
        guard isHung(instance, at: now) else { return }
        actions.append(.kill(id))
        let problem = Problem(
            code: "MODULE_HUNG", sentence: "the module did not come back from a call in time and was ended")
        actions.append(contentsOf: ended(id, .hang, problem, at: now))
    }

    private mutating func probeFailed(at now: UInt64) {
        breaker.probeFailed(at: now)
        probe = nil
    }

    private func isHung(_ instance: Instance, at now: UInt64) -> Bool {
        overdueCandidates(instance).contains { hungAt($0, instance) <= now }
    }

    /// A serial module is at work on the first; the others have not begun.
    private func overdueCandidates(_ instance: Instance) -> ArraySlice<Call> {
        let isParallel = instance.hello?.isParallel ?? false
        return (isParallel ? instance.calls[...] : instance.calls.prefix(1)).filter(\.isGivenUp)[...]
    }

    /// When a call counts as hung. A call that had to stand behind others gets its whole time from when they were done.
    private func hungAt(_ call: Call, _ instance: Instance) -> UInt64 {
        let stoodBehind = instance.lastAnswerAt > call.sentAt
        let deadline: UInt64
        if instance.hello?.isParallel ?? false {
            deadline = stoodBehind ? call.deadline + call.budget : call.deadline
        } else {
            deadline = stoodBehind ? max(call.deadline, instance.lastAnswerAt + call.budget) : call.deadline
        }
        return deadline + limits.graceMilliseconds.nanoseconds
    }

    private mutating func scheduleWake(at now: UInt64) {
        for call in waiting { wake(at: call.deadline) }
        for call in suspects { wake(at: call.deadline) }
        for due in startsDue { wake(at: due) }
        for instance in instances.values {
            if instance.phase == .starting { wake(at: instance.startBy) }
            for call in instance.calls where !call.isGivenUp { wake(at: call.deadline) }
            for call in overdueCandidates(instance) { wake(at: hungAt(call, instance)) }
        }
        if case .draining(let until) = life { wake(at: until) }
    }

    // MARK: the orderly end

    /// No new calls; those in hand are finished, then every copy is closed. `.closed` comes when all is over.
    mutating func drain(at now: UInt64) -> [Action] {
        var actions: [Action] = []
        switch life {
        case .closed, .draining: return []
        case .starting, .running: break
        }
        let until = now + limits.drainMilliseconds.nanoseconds
        life = .draining(until: until)
        startsDue = []
        wake(at: until)
        closeIfDone(at: now, &actions)
        return actions
    }

    mutating func closeIfDone(at now: UInt64, _ actions: inout [Action]) {
        guard case .draining(let until) = life, callsInHand == 0 else { return }
        for (id, instance) in instances {
            switch instance.phase {
            case .starting:
                instances[id] = nil
                actions.append(.kill(id))
            case .ready:
                instances[id]?.phase = .closing
                actions.append(.send(id, HostFrame.drain(deadlineNanoseconds: until)))
            case .closing: break
            }
        }
        current = nil
        guard instances.isEmpty else { return }
        life = .closed
        actions.append(.closed)
    }

    private mutating func endByForce(_ actions: inout [Action], at now: UInt64) {
        for (id, instance) in instances {
            actions.append(.kill(id))
            for call in instance.calls where !call.isGivenUp {
                finish(call, .failure(.timeout(source)), .timeout, at: now, &actions)
            }
        }
        instances = [:]
        current = nil
        failAll(.retired, .unavailable, at: now, &actions)
    }
}
