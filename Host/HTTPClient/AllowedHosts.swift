// The hosts that may be called, checked by HTTPClient before every request, on the caller's task.
import CCurl

/// `host:port` entries in lower case; an entry without a port means 443. IPv6 addresses stand in brackets.
public struct AllowedHosts: Sendable, ExpressibleByArrayLiteral {
    private var origins: Set<Origin>

    struct Origin: Hashable, Sendable {
        let host: String
        let port: UInt16
        var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    public init(_ entries: some Sequence<String>) {
        origins = Set(entries.compactMap(Self.parse))
    }

    public init(arrayLiteral elements: String...) { self.init(elements) }

    /// The hosts of these URLs, as a configuration names them: `https://graph.facebook.com` allows that host on 443.
    public init(urls: some Sequence<String>) {
        origins = Set(urls.compactMap(Origin.init(url:)))
    }

    func contains(_ origin: Origin) -> Bool { origins.contains(origin) }

    private static func parse(_ entry: String) -> Origin? {
        let lower = entry.lowercased()
        return Origin(url: "https://\(lower)")
    }
}

extension AllowedHosts.Origin {
    /// Nil for anything but an http or https URL without a name and password in it.
    init?(url: String) {
        // 255: a host name is at most 253 characters (RFC 1035).
        var host = [CChar](repeating: 0, count: 256)
        var port: UInt16 = 0
        guard !url.utf8.contains(0), ccurl_url_origin(url, &host, host.count, &port) else { return nil }
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        self.init(host: String(decoding: bytes, as: UTF8.self), port: port)
    }
}
