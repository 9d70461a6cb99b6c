// Meta's signature over the bytes of a webhook as they came. Webhook asks before it decodes anything.
import Crypto

/// `X-Hub-Signature-256: sha256=<64 hexadecimal digits>`: HMAC-SHA256 of the raw body under the app secret. Any of
/// several secrets will do, because Meta keeps the old one valid for hours while a new one is brought in.
public struct Signature: Sendable {
    public static let headerName = "X-Hub-Signature-256"
    private static let scheme = "sha256="

    private let keys: [SymmetricKey]

    /// An empty secret is no secret and is left out; without any, nothing is ever valid.
    public init(secrets: [String]) {
        keys = secrets.filter { !$0.isEmpty }.map { SymmetricKey(data: Array($0.utf8)) }
    }

    /// Constant in time over the content of both; a header that is missing, cut or of another scheme is simply wrong.
    public func isValid(_ header: String?, for body: [UInt8]) -> Bool {
        guard let header, let code = Self.code(in: header) else { return false }
        return keys.contains { HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: $0) }
    }

    /// The header that Meta would send; for emulators and tests.
    public static func header(for body: [UInt8], secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        return scheme + hexadecimal(code)
    }

    private static func code(in header: String) -> [UInt8]? {
        guard header.hasPrefix(scheme) else { return nil }
        return bytes(hexadecimal: header.utf8.dropFirst(scheme.utf8.count), count: SHA256.byteCount)
    }

    /// Nil unless it is exactly that many bytes.
    static func bytes(hexadecimal digits: some Collection<UInt8>, count: Int) -> [UInt8]? {
        guard digits.count == count * 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var high: UInt8?
        for digit in digits {
            guard let value = JSONParser.hexValue(digit) else { return nil }
            if let half = high {
                bytes.append(half << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
