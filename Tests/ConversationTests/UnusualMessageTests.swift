// Messages of other kinds than the one that was asked for: photos for words, words for photos, voice, places, old taps.
import Model
import Testing

@testable import Conversation
@testable import Model

@Suite struct UnusualMessageTests {
    @Test(
        "anything but words to a question in words is explained and the question stays",
        arguments: [InboundMedia.Kind.image, .document, .audio, .video, .sticker])
    func mediaForWords(_ kind: InboundMedia.Kind) {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        script.send(kind)
        #expect(script.place == .field("owner") && script.text.hasSuffix("owner?"))
        #expect(script.text.contains("voice") == (kind == .audio))
    }

    @Test(
        "without a form a photo is not kept, and a voice note is told to be written",
        arguments: [InboundMedia.Kind.image, .document, .audio, .video, .sticker])
    func mediaWithoutForm(_ kind: InboundMedia.Kind) {
        let script = Script(.town, language: .english)
        script.send(kind)
        #expect(script.text.contains(kind == .audio ? "voice" : kind == .sticker || kind == .video ? "can't read" : "not kept"))
    }

    @Test("words where a paper is asked are led back to it", arguments: ["यह लो", "Sunita", "12345", "ok"])
    func wordsForPaper(_ text: String) async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"], until: .document("identity", kind: "voter"))
        await script.write(text)
        #expect(script.place == .document("identity", kind: "voter") && script.text.contains("photo or PDF"))
    }

    @Test("a paper is named by tap, by number and in words; a photo sent too early is asked again")
    func kinds() async {
        for answer in ["2", "licence", "LICENCE", "licen"] {
            let script = Script(.town, language: .english)
            await script.fillIn("licence", ["married": "no"], until: .documentKind("identity"))
            script.send(.image)
            #expect(
                script.place == .documentKind("identity")
                    && script.taps == ["kind:identity:voter", "kind:identity:licence", "kind:identity:pan"])
            await script.write("passport")
            #expect(script.place == .documentKind("identity"))
            await script.write(answer)
            #expect(script.place == .document("identity", kind: "licence"), "\(answer)")
        }
    }

    @Test(
        "a refused paper is explained in words of its own; after three the citizen is helped",
        arguments: [
            "too_large", "wrong_type", "unreadable", "too_small", "password", "empty", "active_content", "gone", "photo_needed",
            "some_new_code",
        ])
    func refusedPaper(_ code: String) async {
        let script = Script(.town, language: .hindi)
        await script.fillIn("licence", ["married": "no"], until: .document("identity", kind: "voter"))
        script.document = { _, _ in .refused(code: code) }
        script.send(.image)
        #expect(script.said.count == 1 && script.place == .document("identity", kind: "voter") && !script.text.contains(code))
        script.send(.image)
        script.send(.image)
        #expect(script.taps == ["cmd:agent", "cmd:back"])
        script.document = { _, _ in .unavailable(Problem(code: "GRAPH_500", sentence: "down")) }
        script.send(.image)
        #expect(script.place == .document("identity", kind: "voter") && !script.text.contains("GRAPH"))
        script.document = { media, _ in .kept(KeptDocument(sha256: "x", mimeType: "image/png", bytesCount: 1)) }
        script.send(.document)
        #expect(script.text.contains("identity ✓") && script.place == .document("old_paper", kind: ""))
        #expect(script.state.draft?.documents.first?.kind == "voter")
    }

    @Test("a shared place answers a question for an address, and nothing else")
    func location() async {
        let script = Script(.town, language: .english)
        script.hear(.location(latitude: 28.7, longitude: 77.2, name: "Home", address: "Gali 3, Burari, Delhi 110084"))
        #expect(script.text.contains("can't read"))
        await script.fillIn("story", until: .field("place"))
        script.hear(.location(latitude: 28.7, longitude: 77.2, name: nil, address: ""))
        #expect(script.place == .field("place"))
        script.hear(.location(latitude: 28.7, longitude: 77.2, name: "Home", address: "Gali 3, Burari, Delhi 110084"))
        #expect(script.place == .summary && script.value("place") == "Gali 3, Burari, Delhi 110084")
        script.tap("chgpage:0")
        script.tap("chg:place")
        script.hear(.location(latitude: 28.7125, longitude: 77.25, name: nil, address: nil))
        #expect(script.value("place") == "28.7125, 77.25")
    }

    @Test(
        "kinds that can't be read are said to be so, and the question comes again",
        arguments: [
            InboundContent.contacts(count: 2), .order, .formReply(name: "form", json: "{\"owner\":\"x\"}"), .unsupported(kind: "poll"),
        ])
    func unreadable(_ content: InboundContent) {
        let script = Script(.town, language: .english)
        script.hear(content)
        #expect(script.text.contains("can't read"))
        script.tap("start:licence")
        script.hear(content)
        #expect(script.text.hasSuffix("owner?") && script.value("owner") == nil)
    }

    @Test(
        "an edited or deleted message changes nothing and is said not to be read",
        arguments: [InboundContent.edited(original: "wamid.1"), .revoked(original: nil)])
    func edited(_ content: InboundContent) async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", until: .field("married"))
        script.hear(content)
        #expect(script.text.contains("edited or deleted") && script.place == .field("married") && script.value("owner") == "Sunita Devi")
    }

    @Test("a new number is noted without a word")
    func numberChanged() {
        let script = Script(.town, language: .english)
        script.hear(.numberChanged(newPhone: "919810000002"), mustSpeak: false)
        #expect(script.said.isEmpty && script.notes.map(\.kind) == ["citizen.number_changed"])
        #expect(!"\(script.notes)".contains("919810000002"))
    }

    @Test("a thumb is a yes where yes is asked, and never an answer in words")
    func thumb() async {
        let script = Script(.town, language: .english)
        let thumb = InboundContent.reaction(emoji: "👍🏽", to: nil)
        script.hear(thumb, mustSpeak: false)
        #expect(script.said.isEmpty)
        script.tap("svc:licence")
        script.hear(thumb)
        #expect(script.place == .field("owner"))
        script.hear(thumb, mustSpeak: false)
        #expect(script.place == .field("owner") && script.value("owner") == nil)
        await script.write("Asha Rani")
        script.hear(thumb)
        #expect(script.value("married") == "yes")
        script.hear(.reaction(emoji: nil, to: nil), mustSpeak: false)
        script.hear(.reaction(emoji: "😂", to: nil), mustSpeak: false)
        #expect(script.said.isEmpty && script.place == .field("together"))
        await script.fillIn("licence")
        script.hear(thumb)
        #expect(script.applications.count == 1)
    }

    @Test(
        "an old button of an earlier question is told so and the question comes again",
        arguments: [
            "opt:married:yes", "opt:owner:x", "kind:identity:voter", "chg:owner", "submit", "yes", "no", "opt:district:north", "nonsense",
            "", ":", "opt:owner", "page:district:1", "cmd:", "cmd:xyz", "lang:fr", "chgpage:0", "kind:identity", "opt:",
        ])
    func staleTap(_ id: String) async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        let before = script.state.draft
        script.tap(id)
        #expect(script.state.draft == before && script.text.hasSuffix("owner?"))
    }

    @Test("an old \"yes\" does not send an application, nor does an old \"submit\" send it twice")
    func staleYes() async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"])
        await script.write("cancel")
        script.tap("no")
        script.tap("yes")
        #expect(script.applications.isEmpty && script.place == .summary)
        script.tap("submit")
        #expect(script.applications.count == 1)
        script.tap("submit")
        #expect(script.applications.count == 1 && script.showsMenu)
        script.tap("yes")
        #expect(script.applications.count == 1 && script.showsMenu)
    }

    @Test(
        "an option that the list does not have is not taken",
        arguments: ["opt:district:shahdara", "opt:district:", "opt:district:x:y", "opt:district:burari"])
    func unknownOption(_ id: String) async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", ["married": "no"], until: .field("district"))
        script.tap(id)
        #expect(script.place == .field("district") && script.value("district") == nil)
    }

    @Test("a long list of options is paged, and each page is answered by tap or in words")
    func optionPages() async {
        let script = Script(.town, language: .hindi)
        await script.fillIn("licence", ["married": "no"], until: .field("district"))
        #expect(script.taps.count == 10 && script.taps.last == "page:district:1")
        script.tap("page:district:1")
        #expect(script.place == .fieldPage("district", page: 1) && script.taps.count == 4)
        await script.write("purani dilli")
        #expect(script.value("district") == "old_delhi")
    }

    @Test("an answer read differently is confirmed: yes takes it, no asks again, another answer is read anew")
    func confirm() async {
        for (answer, expected) in [("haan", "1985-08-25"), ("नहीं", nil), ("26/08/1985", "1985-08-26"), ("👍", "1985-08-25")]
            as [(String, String?)]
        {
            let script = Script(.town, language: .hindi)
            await script.fillIn("licence", ["married": "no"], until: .field("dob"))
            await script.write("08/25/1985")
            #expect(script.text.contains("25 अगस्त 1985") && script.taps == ["yes", "no"])
            await script.write(answer)
            #expect(script.value("dob") == expected, "\(answer)")
        }
    }

    @Test("a template's button is read as words")
    func templateButton() async {
        let script = Script(Catalogues.revenue, language: .english)
        script.hear(.templateButton(payload: "status", title: "Status"))
        #expect(script.text.contains("no application"))
        script.hear(.templateButton(payload: "", title: "menu"))
        #expect(script.showsMenu)
    }

    // MARK: Anywhere

    @Test(
        "an emergency in mid-form brings the helplines and an officer first, and the form keeps its place",
        arguments: ["bachao, mera pati mujhe maar raha hai", "आग लग गई है", "I want to die"])
    func emergency(_ text: String) async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        await script.write(text)
        #expect(Script.body(of: script.said[0]).contains("112") && script.handOver?.reason == .emergency)
        #expect(script.place == .field("owner") && script.value("owner") == nil && script.text.hasSuffix("owner?"))
    }

    @Test(
        "a message older than a day gets no answer and changes nothing", arguments: [(86_400, true), (86_401, false), (10 * 86_400, false)])
    func stale(_ message: (ageSeconds: Int64, answered: Bool)) async {
        let script = Script(.town, language: .english)
        await script.fillIn("licence", until: .field("married"))
        let before = script.state
        script.hear(.text("haan"), ageSeconds: message.ageSeconds, mustSpeak: message.answered)
        #expect((script.state == before) == !message.answered)
        if !message.answered { #expect(script.notes.map(\.kind) == ["message.stale"] && script.said.isEmpty) }
    }

    @Test("opting out is confirmed, and start turns messages on again", arguments: ["STOP", "बंद करो", "unsubscribe", "message band karo"])
    func optOut(_ text: String) async {
        let script = Script(.town, language: .english)
        await script.write(text)
        #expect(script.state.optedOut && script.notes.map(\.kind).contains("citizen.opted_out"))
        await script.write("menu")
        #expect(script.showsMenu && script.state.optedOut)
        await script.write("start")
        #expect(!script.state.optedOut && script.notes.map(\.kind) == ["citizen.opted_in"])
    }

    @Test("a person is had from anywhere, with a reference, and the form stays", arguments: ["agent", "अधिकारी", "kisi se baat karni hai"])
    func person(_ text: String) async {
        let script = Script(.town, language: .english)
        script.tap("start:licence")
        await script.write(text)
        #expect(script.handOver?.reason == .asked && script.text.contains(script.handOver!.reference) && script.text.hasSuffix("owner?"))
    }

    @Test("a parked turn apologises with a reference and tells an officer")
    func parked() {
        let script = Script(.town, language: .hindi)
        script.tap("start:licence")
        script.park()
        #expect(
            script.handOver?.reason == .moduleParked && script.text.contains(script.handOver!.reference) && script.place == .field("owner"))
    }
}
