// The citizen's phone, the console and their parts: plain files, read from the bundle at each request; called by routes.
import Foundation
import Hummingbird

struct Pages: Sendable {
    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf",
        "json": "application/json",
    ]

    let folder: URL

    func add(to router: Router<BasicRequestContext>) {
        router.get("/") { _, _ -> Response in answer("index.html") }
        router.get("/console") { _, _ -> Response in answer("console.html") }
        router.get("/pages/**") { request, _ -> Response in answer(request.path(dropping: 1).joined(separator: "/")) }
        router.get("/favicon.ico") { _, _ -> Response in answer("icon.svg") }
    }

    func answer(_ name: String) -> Response {
        let parts = name.split(separator: "/")
        guard !parts.isEmpty, !parts.contains(where: { $0.hasPrefix(".") }),
            let type = Self.types[String(parts.last?.split(separator: ".").last ?? "")],
            let data = try? Data(contentsOf: folder.appendingPathComponent(name))
        else { return Response(status: .notFound) }
        return .bytes(Array(data), type: type, headers: [.cacheControl: "no-cache"])
    }
}
