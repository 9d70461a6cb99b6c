// The dashboard, the sign-in page, and the style and script that belong to them.
import Hummingbird
import Model

extension Office {
    static let formBytesMax = 4096

    var pageRoutes: [OfficeRoute] {
        [
            OfficeRoute(
                method: .get, path: "/", admission: .page, purpose: "The dashboard.",
                answers: [.text("text/html", "The page."), .redirect("To the sign-in page.")],
                answer: { asked in
                    guard case .session(let session) = asked.caller else { return .seeOther("/sign-in") }
                    return .text(Page.dashboard(language: asked.pageLanguage, csrf: session.csrf), type: "text/html")
                }),
            OfficeRoute(
                method: .get, path: "/sign-in", admission: .open, purpose: "The form for the token.",
                answers: [.text("text/html", "The page."), .redirect("To the dashboard, when signed in already.")],
                answer: { asked in
                    if case .session = asked.caller { return .seeOther("/") }
                    return .text(Page.signIn(language: asked.pageLanguage, fault: nil), type: "text/html")
                }),
            OfficeRoute(
                method: .post, path: "/sign-in", admission: .open, purpose: "The token → a session in a cookie.",
                body: .init(types: ["application/x-www-form-urlencoded"], schema: .named("SignIn")),
                answers: [
                    .redirect("To the dashboard."),
                    .init(status: 401, purpose: "Wrong.", type: "text/html", schema: .string),
                    .failure(403, "The form is another site's."), .failure(413, "The form is too large."),
                    .init(status: 429, purpose: "Too many tries.", type: "text/html", schema: .string),
                ],
                answer: { try await signIn($0) }),
            OfficeRoute(
                method: .post, path: "/sign-out", admission: .page, purpose: "Ends the session.",
                body: .init(types: ["application/x-www-form-urlencoded"], schema: .named("SignOut")),
                answers: [
                    .redirect("To the sign-in page."), .failure(403, "The form is not this session's."),
                    .failure(413, "The form is too large."),
                ],
                answer: { try await signOut($0) }),
            asset("/assets/office.css", "text/css", "The page's style.", Page.style),
            asset("/assets/office.js", "text/javascript", "The page's script.", Page.script),
        ]
    }

    private func asset(_ path: String, _ type: String, _ purpose: String, _ text: String) -> OfficeRoute {
        OfficeRoute(
            method: .get, path: path, admission: .open, purpose: purpose, answers: [.text(type, "Text.")],
            answer: { _ in
                var response = Response.text(text, type: type)
                // Asked again each time: after an upgrade the old script must not meet the new page.
                response.headers[.cacheControl] = "no-cache"
                return response
            })
    }

    private func signIn(_ asked: OfficeRequest) async throws -> Response {
        try Access.checkSameSite(asked.request)
        let form = Form(try await asked.body(bytesMax: Self.formBytesMax))
        do throws(OfficeFailure) {
            let (session, cookie) = try access.signIn(form["token"] ?? "", from: asked.context.address)
            try? await record("office_signed_in", .session(session), "office", [:])
            var response = Response.seeOther("/")
            response.headers[values: .setCookie].append(
                cookieText(cookie, seconds: settings.sessionSeconds, secure: asked.isSecure))
            return response
        } catch {
            var response = Response.text(
                Page.signIn(language: asked.pageLanguage, fault: error.problem.code), type: "text/html",
                status: error.status)
            if let seconds = error.problem.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
            return response
        }
    }

    private func signOut(_ asked: OfficeRequest) async throws -> Response {
        guard case .session(let session) = asked.caller else { return .seeOther("/sign-in") }
        let form = Form(try await asked.body(bytesMax: Self.formBytesMax))
        try access.checkCSRF(asked.request.headers[.csrf] ?? form["csrf"], session)
        access.signOut(session)
        try? await record("office_signed_out", asked.caller, "office", [:])
        var response = Response.seeOther("/sign-in")
        response.headers[values: .setCookie].append(cookieText("", seconds: 0, secure: asked.isSecure))
        return response
    }

    private func cookieText(_ value: String, seconds: Int64, secure: Bool) -> String {
        "\(Access.cookieName)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (secure ? "; Secure" : "")
    }
}

extension OfficeRequest {
    /// Behind a proxy that speaks TLS the cookie is bound to TLS; on the bare loopback address it can't be.
    fileprivate var isSecure: Bool { request.headers[.forwardedProtocol]?.lowercased() == "https" }

    fileprivate var pageLanguage: Language {
        request.cookies["samvad_language"]?.value == Language.english.rawValue ? .english : .hindi
    }
}

/// `application/x-www-form-urlencoded`, first value of each name.
struct Form: Sendable {
    private var values: [String: String] = [:]

    init(_ body: [UInt8]) {
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Form.decoded)
            guard let name = parts[0], values[name] == nil else { continue }
            values[name] = parts.count == 2 ? parts[1] : ""
        }
    }

    subscript(name: String) -> String? { values[name] }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next(), let low = rest.next(),
                    let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
