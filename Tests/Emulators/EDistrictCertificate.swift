// The certificate that the e-District emulator issues: one page of PDF 1.4, written by hand, the same bytes for the
// same application. The register makes it; the certificate route sends it.
import Foundation

struct EDistrictCertificate: Sendable {
    let number: String
    let applicationNumber: String
    let applicant: String
    let service: String
    let issuedAt: Date

    /// PDF's built-in Helvetica has Latin letters only, so names are written in Latin.
    var pdf: [UInt8] {
        let title = service.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(
            separator: " ")
        let content = Self.content(
            title: Self.latin(title),
            lines: [
                "Government of National Capital Territory of Delhi", "Revenue Department, SDM Office", "",
                "Certificate number: \(number)", "Application number: \(applicationNumber)",
                "Issued on: \(issuedAt.delhiDay)", "",
                "This is to certify that \(Self.latin(applicant))",
                "applied for the service named above and that the application was approved.", "",
                "SPECIMEN / NAMUNA: issued by an emulator, proves nothing.",
            ])
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << "
                + "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
                + "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> >> >> >>",
            "<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream",
            "<< /Title (\(Self.escaped(Self.latin(title)))) /Producer (e-District emulator) >>",
        ]
        return Self.file(objects)
    }

    private static func file(_ objects: [String]) -> [UInt8] {
        // The comment of four high bytes tells transports that the file is binary (PDF 1.4, 3.4.1).
        var bytes = Array("%PDF-1.4\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3] + Array("\n".utf8)
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(bytes.count)
            bytes += "\(index + 1) 0 obj\n\(object)\nendobj\n".utf8
        }
        let start = bytes.count
        bytes += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8
        for offset in offsets { bytes += (String(format: "%010d", offset) + " 00000 n \n").utf8 }
        bytes +=
            "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R /Info \(objects.count) 0 R >>\nstartxref\n\(start)\n%%EOF\n"
            .utf8
        return bytes
    }

    private static func content(title: String, lines: [String]) -> String {
        var text = "q 0.9 g BT /F2 84 Tf 0.7071 0.7071 -0.7071 0.7071 120 250 Tm (SPECIMEN) Tj ET Q\n"
        text += "0.1 0.2 0.5 RG 2 w 36 36 523 770 re S\n"
        text += "BT /F2 22 Tf 72 740 Td (\(escaped(title))) Tj ET\n"
        for (index, line) in lines.enumerated() where !line.isEmpty {
            text += "BT /F1 12 Tf 72 \(690 - index * 22) Td (\(escaped(line))) Tj ET\n"
        }
        return text
    }

    /// Devanagari as Latin letters without accents, at most what fits on a line; what has no Latin form is left out.
    private static func latin(_ text: String) -> String {
        let words = text.split(separator: " ").map { word -> String in
            let plain =
                String(word).applyingTransform(.toLatin, reverse: false)?.applyingTransform(
                    .stripDiacritics, reverse: false) ?? ""
            guard word.unicodeScalars.contains(where: { !$0.isASCII }) else { return String(word) }
            return (endsInSilentA(word) && plain.hasSuffix("a") ? String(plain.dropLast()) : plain).capitalized
        }
        let plain = words.joined(separator: " ").unicodeScalars.filter { $0.value >= 32 && $0.value < 127 }
        return String(String(String.UnicodeScalarView(plain)).prefix(60))
    }

    /// Hindi writes Sunil as su-nī-la; after two joined consonants (Mishra) the last vowel is spoken.
    private static func endsInSilentA(_ word: Substring) -> Bool {
        let scalars = Array(word.unicodeScalars)
        guard let last = scalars.last, ("\u{0915}"..."\u{0939}").contains(last) || last == "\u{093C}" else {
            return false
        }
        return scalars.count > 1 && scalars[scalars.count - 2] != "\u{094D}"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("(", with: "\\(").replacing(")", with: "\\)")
    }
}
