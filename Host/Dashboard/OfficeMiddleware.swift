// Around every route of the office: errors become JSON, every answer gets the security headers and is counted.
import Hummingbird
import Logging
import Model

struct OfficeMiddleware: RouterMiddleware {
    let routes: [OfficeRoute]
    let metrics: Metrics
    let logger: Logger

    func handle(
        _ request: Request, context: OfficeContext, next: (Request, OfficeContext) async throws -> Response
    ) async throws -> Response {
        var response = await answer(request, context, next)
        secure(&response)
        // The pattern of the route, not the path: a metric must not grow with what people type.
        let route = routes.first { $0.matches(request.uri.path) }?.path ?? "none"
        metrics.officeRequests.add(route, "\(response.status.code)")
        return response
    }

    private func answer(
        _ request: Request, _ context: OfficeContext, _ next: (Request, OfficeContext) async throws -> Response
    ) async -> Response {
        do {
            return try await next(request, context)
        } catch let failure as OfficeFailure {
            return failure.response()
        } catch let problem as Problem {
            return OfficeFailure(problem).response()
        } catch let refusal as ModuleRefusal {
            return OfficeFailure(refusal).response()
        } catch let error as HTTPError where error.status == .notFound {
            let methods = Set(routes.filter { $0.matches(request.uri.path) }.map(\.method.rawValue))
            guard !methods.isEmpty else { return OfficeFailure.notFound.response() }
            var response = OfficeFailure.methodNotAllowed.response()
            response.headers[.allow] = methods.sorted().joined(separator: ", ")
            return response
        } catch let error as any HTTPResponseError {
            return OfficeFailure(error.status, "REQUEST_REFUSED", error.status.reasonPhrase).response()
        } catch {
            // The type only: an error's text may hold what a citizen wrote.
            logger.error("a request on the office side failed", metadata: ["type": "\(type(of: error))"])
            return OfficeFailure(.internalServerError, "UNEXPECTED", "The host made a mistake. It has been noted.")
                .response()
        }
    }

    private func secure(_ response: inout Response) {
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        // Not `no-referrer`: with it a browser sends our own sign-in form with `Origin: null`.
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}

extension HTTPFields.Element.Name {
    // Each is a token by RFC 9110: they can't be nil.
    static let referrerPolicy = Self("Referrer-Policy")!
    static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")!
    static let crossOriginResourcePolicy = Self("Cross-Origin-Resource-Policy")!
    static let fetchSite = Self("Sec-Fetch-Site")!
    static let forwardedProtocol = Self("X-Forwarded-Proto")!
    static let csrf = Self("X-Csrf-Token")!
}
