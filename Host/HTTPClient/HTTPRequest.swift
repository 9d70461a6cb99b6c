// What the host asks of another server, and what came back. Plain values; nothing here knows who is called or why.

public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// Doing it twice is the same as doing it once (RFC 9110, 9.2.2).
        public var isIdempotent: Bool { self != .post && self != .patch }
    }

    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// `multipart/form-data`; the boundary and the content type are made by the client.
        case multipart([MultipartPart])
    }

    public var method: Method
    public var url: String
    public var headers: [(String, String)]
    public var body: Body
    /// From the call to the last byte of the answer.
    public var timeoutMilliseconds: Int
    public var connectTimeoutMilliseconds: Int
    /// A longer answer is `too_large`.
    public var responseBytesMax: Int
    /// Whether the client itself may send it again when a kept connection dies before any answer. A POST only with an
    /// idempotency key that the other side honours.
    public var isRepeatable: Bool

    /// 10 s: what a citizen waits before the reply says that it will come later. 3 s to connect: inside a data centre
    /// it takes milliseconds, to Meta under one second. 1 MiB: no JSON or XML answer we know comes near.
    public init(
        _ method: Method, _ url: String, headers: [(String, String)] = [], body: Body = .none,
        timeoutMilliseconds: Int = 10_000, connectTimeoutMilliseconds: Int = 3_000,
        responseBytesMax: Int = 1 << 20, isRepeatable: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
        self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
        self.responseBytesMax = responseBytesMax
        self.isRepeatable = isRepeatable ?? method.isIdempotent
    }
}

public struct MultipartPart: Sendable {
    public var name: String
    public var filename: String?
    public var contentType: String?
    public var bytes: [UInt8]

    public init(name: String, filename: String? = nil, contentType: String? = nil, bytes: [UInt8]) {
        self.name = name
        self.filename = filename
        self.contentType = contentType
        self.bytes = bytes
    }

    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }
}

public struct HTTPResponse: Sendable {
    public let status: Int
    /// In the order of arrival, names as the server wrote them.
    public let headers: [(String, String)]
    public let body: [UInt8]

    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.0.lowercased() == wanted }?.1
    }
}
