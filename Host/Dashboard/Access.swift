// Who may come in: the administrator's token, sessions of browsers, and a brake on guessing. In memory: a restart signs
// everybody out. Called from requests, on any thread.
import Crypto
import Foundation
import Hummingbird
import Model
import Synchronization

/// Who asked.
enum Caller: Sendable {
    case nobody
    case bearer
    case session(Session)

    /// How the ledger names the caller. There is one administrator until sign-in knows more.
    var actor: String {
        switch self {
        case .nobody: "nobody"
        case .bearer: "administrator:token"
        case .session(let session): "administrator:session-\(session.name)"
        }
    }
}

struct Session: Sendable, Equatable {
    /// A few letters for the ledger, to tell two browsers apart; opens nothing.
    let name: String
    /// Sent back by our own page with every change; another site can't read it.
    let csrf: String
    let endsAt: Moment
    fileprivate let key: SHA256.Digest

    static func == (left: Session, right: Session) -> Bool { left.key == right.key }
}

final class Access: Sendable {
    static let cookieName = "samvad_office"
    /// Wrong tokens that one address may try in a minute on the form: a person mistypes, a programme guesses.
    static let formTriesMax = 10
    /// The same for bearer tokens: a script with an old token may call often, and 432,000 guesses a day
    /// find no sensible one.
    static let bearerTriesMax = 300

    private let token: SHA256.Digest?
    private let clock: @Sendable () -> Moment
    private let randomness: @Sendable (Int) -> [UInt8]
    private let sessionSeconds: Int64
    private let sessionsMax: Int
    private let sessions = Mutex<[SHA256.Digest: Session]>([:])
    private let formBrake = TriesBrake(triesMax: Access.formTriesMax)
    private let bearerBrake = TriesBrake(triesMax: Access.bearerTriesMax)

    init(
        token: String, clock: @escaping @Sendable () -> Moment, randomness: @escaping @Sendable (Int) -> [UInt8],
        sessionSeconds: Int64, sessionsMax: Int
    ) {
        self.token = token.isEmpty ? nil : SHA256.hash(data: Data(token.utf8))
        self.clock = clock
        self.randomness = randomness
        self.sessionSeconds = sessionSeconds
        self.sessionsMax = sessionsMax
    }

    /// The caller, if the route lets them in.
    func admit(_ request: Request, from address: String, to route: OfficeRoute) throws(OfficeFailure) -> Caller {
        let session = session(of: request)
        switch route.admission {
        case .open, .page:
            return session.map(Caller.session) ?? .nobody
        case .token:
            if let authorization = request.headers[.authorization] {
                try checkBearer(authorization, from: address)
                return .bearer
            }
            guard let session else { throw .signInNeeded }
            if route.method != .get { try checkCSRF(request.headers[.csrf], session) }
            return .session(session)
        }
    }

    /// The form's token → a session and the cookie's value.
    func signIn(_ token: String, from address: String) throws(OfficeFailure) -> (session: Session, cookie: String) {
        try formBrake.pass(address, at: clock())
        guard matches(token) else {
            formBrake.count(address, at: clock())
            throw .tokenWrong
        }
        let cookie = hexadecimal(randomness(32))
        let session = Session(
            name: hexadecimal(randomness(3)), csrf: hexadecimal(randomness(16)),
            endsAt: clock().adding(seconds: sessionSeconds), key: SHA256.hash(data: Data(cookie.utf8)))
        let now = clock()
        sessions.withLock { sessions in
            sessions = sessions.filter { now < $0.value.endsAt }
            if sessions.count >= sessionsMax, let oldest = sessions.values.min(by: { $0.endsAt < $1.endsAt }) {
                sessions[oldest.key] = nil
            }
            sessions[session.key] = session
        }
        return (session, cookie)
    }

    func signOut(_ session: Session) { sessions.withLock { $0[session.key] = nil } }

    /// Whether a long answer to this caller may go on: a stream ends with its session.
    func stillHolds(_ caller: Caller) -> Bool {
        guard case .session(let session) = caller else { return true }
        let now = clock()
        return sessions.withLock { sessions in sessions[session.key].map { now < $0.endsAt } ?? false }
    }

    func checkCSRF(_ given: String?, _ session: Session) throws(OfficeFailure) {
        guard let given, SHA256.hash(data: Data(given.utf8)) == SHA256.hash(data: Data(session.csrf.utf8)) else {
            throw .otherSite
        }
    }

    /// A form that has no session yet: the browser itself says where it comes from. A caller that is no browser says
    /// nothing.
    static func checkSameSite(_ request: Request) throws(OfficeFailure) {
        if let site = request.headers[.fetchSite] {
            guard site == "same-origin" || site == "none" else { throw .otherSite }
        } else if let origin = request.headers[.origin] {
            guard let host = request.head.authority, origin == "http://\(host)" || origin == "https://\(host)" else {
                throw .otherSite
            }
        }
    }

    private func session(of request: Request) -> Session? {
        guard let cookie = request.cookies[Access.cookieName]?.value else { return nil }
        let now = clock()
        return sessions.withLock { sessions in
            sessions[SHA256.hash(data: Data(cookie.utf8))].flatMap { now < $0.endsAt ? $0 : nil }
        }
    }

    private func checkBearer(_ authorization: String, from address: String) throws(OfficeFailure) {
        try bearerBrake.pass(address, at: clock())
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", matches(String(parts[1])) else {
            bearerBrake.count(address, at: clock())
            throw .tokenWrong
        }
    }

    /// Digests of both sides are compared, which takes the same time whatever differs, lengths too.
    private func matches(_ given: String) -> Bool {
        guard let token else { return false }
        return SHA256.hash(data: Data(given.utf8)) == token
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Counts wrong tries by address within a minute.
final class TriesBrake: Sendable {
    static let windowSeconds: Int64 = 60
    /// Addresses that are remembered; further ones share one count, so that many addresses gain nothing.
    static let addressesMax = 1024

    private struct Count {
        var tries: Int
        let since: Moment
    }

    private let triesMax: Int
    private let counts = Mutex<[String: Count]>([:])

    init(triesMax: Int) { self.triesMax = triesMax }

    func pass(_ address: String, at now: Moment) throws(OfficeFailure) {
        let wait: Int64? = counts.withLock { counts in
            guard let count = counts[address] ?? (counts.count >= Self.addressesMax ? counts[""] : nil),
                count.tries >= triesMax
            else { return nil }
            let left = Self.windowSeconds - Int64(now.seconds(since: count.since))
            return left > 0 ? left : nil
        }
        if let wait { throw .tooManyTries(retryAfterSeconds: wait) }
    }

    func count(_ address: String, at now: Moment) {
        counts.withLock { counts in
            counts = counts.filter { Int64(now.seconds(since: $0.value.since)) < Self.windowSeconds }
            let key = counts[address] == nil && counts.count >= Self.addressesMax ? "" : address
            counts[key, default: Count(tries: 0, since: now)].tries += 1
        }
    }
}
