// Which papers are taken, and why the others are not.
import Testing

@testable import Documents

@Suite("A paper's check")
struct PaperCheckTests {
    private let both: PaperForms = [.photo, .pdf]

    private func refusal(
        _ bytes: [UInt8], _ forms: PaperForms = [.photo, .pdf], portrait: Bool = false, bounds: DocumentBounds = .init()
    ) -> PaperRefusal? {
        do {
            _ = try PaperCheck(bounds).inspect(bytes, accepting: forms, portrait: portrait)
            return nil
        } catch {
            return error
        }
    }

    @Test("a photo is known by its bytes, with its size")
    func photo() throws {
        let jpeg = try PaperCheck().inspect(SamplePaper.jpeg(width: 1200, height: 1600), accepting: both)
        let png = try PaperCheck().inspect(SamplePaper.png(), accepting: both)

        #expect(jpeg == Paper(mimeType: "image/jpeg", pages: 1, width: 1200, height: 1600))
        #expect(png == Paper(mimeType: "image/png", pages: 1, width: 320, height: 300))
    }

    @Test("a PDF is taken with the number of its pages")
    func pdf() throws {
        let three = SamplePaper.plainObjects + ["<</Type/Page/Parent 2 0 R>>", "<< /Type\n/Pa#67e /Parent 2 0 R >>"]

        #expect(try PaperCheck().inspect(SamplePaper.pdf(), accepting: both).pages == 1)
        #expect(try PaperCheck().inspect(SamplePaper.pdf(three), accepting: both).pages == 3)
    }

    @Test(
        "what is no photo and no PDF is refused by its bytes, whatever it calls itself",
        arguments: [
            ("webp", Array("RIFF\0\0\0\0WEBPVP8 ".utf8)), ("heic", [0, 0, 0, 24] + Array("ftypheic".utf8)),
            ("gif", Array("GIF89a".utf8)), ("zip", [0x50, 0x4B, 0x03, 0x04]), ("exe", Array("MZ\u{1}\u{0}".utf8)),
            ("elf", [0x7F, 0x45, 0x4C, 0x46]), ("script", Array("#!/bin/sh".utf8)), ("html", Array("<html>".utf8)),
            ("voice", Array("OggS".utf8)), ("video", [0, 0, 0, 24] + Array("ftypmp42".utf8)),
            ("text", Array("आय प्रमाण".utf8)),
            ("office", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        ] as [(String, [UInt8])])
    func wrongType(name: String, head: [UInt8]) {
        #expect(refusal(head + [UInt8](repeating: 0, count: 2000)) == .wrongType)
    }

    @Test("an empty file is called empty")
    func empty() { #expect(refusal([]) == .empty) }

    @Test("a PDF where a photo is asked for, and a photo where a PDF is")
    func form() {
        #expect(refusal(SamplePaper.pdf(), [.photo]) == .photoNeeded)
        #expect(refusal(SamplePaper.jpeg(), [.pdf]) == .wrongType)
        #expect(refusal(SamplePaper.png(), [.photo]) == nil)
    }

    @Test("too many bytes, too many pixels and too many pages are too large")
    func tooLarge() {
        var bounds = DocumentBounds()
        bounds.imageBytesMax = 500
        bounds.pdfBytesMax = 200
        bounds.pagesMax = 1
        var pages = DocumentBounds()
        pages.pagesMax = 1

        #expect(refusal(SamplePaper.jpeg(), bounds: bounds) == .tooLarge)
        #expect(refusal(SamplePaper.pdf(), bounds: bounds) == .tooLarge)
        #expect(refusal(SamplePaper.pdf(SamplePaper.plainObjects + ["<< /Type /Page >>"]), bounds: pages) == .tooLarge)
        #expect(refusal(SamplePaper.png(claimedWidth: 200_000)) == .tooLarge)
        #expect(refusal(SamplePaper.jpeg(width: 65_500, height: 65_500, scan: [0])) == .tooLarge)
        #expect(refusal(SamplePaper.png(claimedWidth: 0x7FFF_FFFF)) == .tooLarge)
    }

    @Test("a picture on which nothing can be read is too small; a portrait may be smaller")
    func tooSmall() {
        #expect(refusal(SamplePaper.jpeg(width: 1000, height: 299)) == .tooSmall)
        #expect(refusal(SamplePaper.jpeg(width: 300, height: 300)) == nil)
        #expect(refusal(SamplePaper.png(width: 177, height: 197), portrait: true) == nil)
        #expect(refusal(SamplePaper.png(width: 100, height: 197), portrait: true) == .tooSmall)
    }

    @Test("a picture cut off anywhere is unreadable, and never a crash")
    func truncated() {
        for whole in [SamplePaper.jpeg(width: 300, height: 300), SamplePaper.png(width: 300, height: 300)] {
            for count in stride(from: 12, to: whole.count, by: whole.count > 5000 ? 997 : 7) {
                #expect(refusal(Array(whole[..<count])) == .unreadable)
            }
            #expect(refusal(Array(whole.dropLast())) == .unreadable)
        }
    }

    @Test("a damaged picture is unreadable")
    func damaged() {
        var png = SamplePaper.png()
        png[5000] ^= 1
        var headless = SamplePaper.jpeg()
        headless.replace([0xFF, 0xC0], with: [0xFF, 0xE1])

        #expect(refusal(png) == .unreadable)
        #expect(refusal(headless) == .unreadable)
        #expect(refusal(SamplePaper.png(width: 0, height: 300)) == .unreadable)
    }

    /// SplitMix64: a failure comes back with the same seed.
    private struct SeededRandom: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test("no flipped byte makes the check fall over")
    func mutated() {
        let papers = [
            SamplePaper.jpeg(width: 300, height: 300), SamplePaper.png(width: 300, height: 20), SamplePaper.pdf(),
            SamplePaper.pdf([SamplePaper.stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", Inflated.dynamic)]),
        ]
        var random = SeededRandom(state: 20_261_124)
        for paper in papers {
            for _ in 0..<300 {
                var changed = paper
                for _ in 0..<3 {
                    changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                _ = refusal(changed)
            }
        }
    }

    @Test("a PDF under a password is named so")
    func password() {
        let locked = SamplePaper.pdf(
            SamplePaper.plainObjects + ["<< /Filter /Standard /V 1 >>"], trailer: "/Encrypt 4 0 R")
        let spelled = SamplePaper.pdf(trailer: "/Encr#79pt 4 0 R")

        #expect(refusal(locked) == .password)
        #expect(refusal(spelled) == .password)
    }

    @Test(
        "a PDF that would run, send or carry something is refused, however its names are spelled",
        arguments: [
            "<< /S /JavaScript /JS (app.alert\\(1\\)) >>", "<< /S/J#61vaScript/JS(x) >>",
            "<< /S /Launch /F (cmd.exe) >>",
            "<< /Names << /EmbeddedFiles 5 0 R >> >>", "<< /Type/EmbeddedFile >>", "<< /S /SubmitForm /F (http://x) >>",
            "<< /AcroForm << /XFA 6 0 R >> >>", "<< /Subtype /RichMedia >>", "<< /S /GoToE >>",
        ])
    func active(object: String) {
        #expect(refusal(SamplePaper.pdf(SamplePaper.plainObjects + [object])) == .activeContent)
        let hidden = SamplePaper.stream(
            "/Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode", SamplePaper.zlibStored(Array("4 0 \(object)".utf8)))
        let untyped = SamplePaper.stream(
            "/N 1 /First 4 /Filter [/FlateDecode]", SamplePaper.zlibStored(Array("4 0 \(object)".utf8)))
        let plain = SamplePaper.plainObjects.map { Array($0.utf8) }
        #expect(refusal(SamplePaper.pdf(plain + [hidden])) == .activeContent)
        #expect(refusal(SamplePaper.pdf(plain + [untyped])) == .activeContent)
    }

    @Test("a PDF whose objects are packed is read; packed in a way that hides them, it is unreadable")
    func packed() throws {
        let objects = Array("3 0 << /Type /Page /Parent 2 0 R >>".utf8)
        let catalogue = SamplePaper.plainObjects.prefix(2).map { Array($0.utf8) }
        func refused(_ dictionary: String, _ content: [UInt8], _ bounds: DocumentBounds = .init()) -> PaperRefusal? {
            refusal(
                SamplePaper.pdf(catalogue + [SamplePaper.stream("/Type /ObjStm /N 1 /First 4 " + dictionary, content)]),
                bounds: bounds)
        }
        var small = DocumentBounds()
        small.unpackedBytesMax = 10

        #expect(refused("/Filter /FlateDecode", SamplePaper.zlibStored(objects)) == nil)
        #expect(refused("", objects) == nil)
        #expect(refused("/Filter /LZWDecode", objects) == .unreadable)
        #expect(
            refused("/Filter [/FlateDecode /FlateDecode]", SamplePaper.zlibStored(SamplePaper.zlibStored(objects)))
                == .unreadable)
        #expect(refused("/Filter 9 0 R", SamplePaper.zlibStored(objects)) == .unreadable)
        #expect(refused("/Filter /FlateDecode", objects) == .unreadable)
        #expect(refused("/Filter /FlateDecode", SamplePaper.zlibStored(objects), small) == .tooLarge)
    }

    @Test("a PDF that is cut off, has no page, or begins later than at its first byte is refused")
    func brokenPDF() {
        let whole = SamplePaper.pdf()

        #expect(refusal(Array(whole.dropLast(12))) == .unreadable)
        #expect(refusal(Array("%PDF-1.4\n".utf8)) == .unreadable)
        #expect(
            refusal(SamplePaper.pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"]))
                == .unreadable)
        #expect(refusal(Array("\n".utf8) + whole) == .wrongType)
    }

    @Test("a file that is two things at once is refused")
    func polyglot() {
        let zipEnd: [UInt8] = [0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18)
        var jpeg = SamplePaper.jpeg()
        jpeg.insert(contentsOf: [0xFF, 0xFE, 0, 12] + Array("%PDF-1.7\n\n".utf8), at: 2)

        #expect(refusal(SamplePaper.jpeg() + zipEnd) == .wrongType)
        #expect(refusal(SamplePaper.pdf() + zipEnd) == .wrongType)
        #expect(refusal(jpeg) == .wrongType)
    }
}
