// A conversation without any adapter: events in, canned answers to what the machine asks, what it said and did out.
// After every turn the rules that hold for all turns are checked; a broken one names the test's line.
import Foundation
import Model
import NLU
import Testing

@testable import Conversation
@testable import Model

final class Script {
    typealias Module = (ModuleRequest) -> Result<ModuleReply, ModuleFailure>

    var machine: ConversationMachine
    let lane: Lane
    let understander: CatalogueUnderstander
    var state = ConversationState()
    /// Noon in Delhi on `today`.
    var now = Moment(milliseconds: Int64(today.daysSinceEpoch) * 86_400_000 + 6 * 3_600_000 + 1_800_000)

    /// The outside world.
    var module: Module
    var document: (InboundMedia, DocumentRequirement) -> DocumentCheck = { media, _ in
        .kept(KeptDocument(sha256: "sha-\(media.id)", mimeType: "image/jpeg", bytesCount: 1000))
    }
    var lookUp: Result<[FieldAnswer], PortalFailure> = .success([FieldAnswer(key: "portal.state", value: "active")])
    var applications: [Application] = []
    var rates: [String: Int64] = [:]

    // What the last turn did.
    private(set) var said: [OutboundContent] = []
    private(set) var jobs: [Job] = []
    private(set) var notes: [LedgerEntry] = []
    private(set) var handOver: HandOver?
    private(set) var requests: [ModuleRequest] = []
    private(set) var turns = 0
    /// Where a random walk is, for its failures.
    var trace = ""
    private var heard = ""
    /// A citizen's own braces stay as they are: only then may there be some in what is said.
    private var hasHeardBraces = false
    /// Every id that was ever on a button or a row.
    private(set) var offered: [String] = []

    init(_ catalogue: Catalogue, language: Language? = nil) {
        machine = ConversationMachine(catalogue: catalogue, departments: Catalogues.directory, paymentPage: "https://pay.example/")
        let department = catalogue.department.id
        lane = Lane(
            id: LaneID("100/\(department)"), line: "100", department: department, citizen: "c1",
            address: CitizenAddress(phone: "919810000001", userID: nil)!)
        if Catalogues.real.contains(where: { $0.department.id == department }) {
            understander = Catalogues.understander
        } else {
            understander = CatalogueUnderstander()
            understander.learn([catalogue])
        }
        module = { Script.agreeable($0, catalogue) }
        if let language {
            state.language = language
            state.languageIsChosen = true
        }
    }

    /// A module that says yes to everything, bills 120 rupees and files where there is a portal.
    static func agreeable(_ request: ModuleRequest, _ catalogue: Catalogue) -> Result<ModuleReply, ModuleFailure> {
        let service = catalogue.service(request.service)
        switch request.step {
        case .quote: return .success(ModuleReply(outcome: .ok, values: [FieldAnswer(key: "amount_paise", value: "12000")]))
        case .submit where service?.action == .pay:
            return .success(
                ModuleReply(
                    outcome: .ok,
                    effects: [.init(kind: "samvad.pay/1", key: "pay", arguments: [FieldAnswer(key: "amount_paise", value: "12000")])]))
        case .submit:
            return .success(
                ModuleReply(
                    outcome: .ok, effects: service?.portal == nil ? [] : [.init(kind: "samvad.file/1", key: "file")], state: [1],
                    stateSchema: 1))
        case .status:
            return .success(
                ModuleReply(
                    outcome: .ok,
                    messages: service?.messages.filter { !$0.value.english.contains("{") }.keys.sorted().prefix(1).map { .init(key: $0) }
                        ?? []))
        default: return .success(ModuleReply(outcome: .ok))
        }
    }

    // MARK: What happens

    /// The citizen writes; the words are understood as in the real host.
    func write(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async {
        let meaning = await understander.understand(text, to: lane.department, before: state.language)
        turn(.message(.text(text), sentAt: now, meaning), mustSpeak: true, sourceLocation)
    }

    /// The citizen taps a button or a row by its id.
    func tap(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) {
        turn(.message(.tap(id: id, title: "?"), sentAt: now, nil), mustSpeak: true, sourceLocation)
    }

    func send(_ kind: InboundMedia.Kind, sourceLocation: SourceLocation = #_sourceLocation) {
        let media = InboundMedia(kind: kind, id: MediaID("m\(turns)"), claimedType: "image/jpeg")
        turn(.message(.media(media), sentAt: now, nil), mustSpeak: true, sourceLocation)
    }

    func hear(_ content: InboundContent, ageSeconds: Int64 = 0, mustSpeak: Bool = true, sourceLocation: SourceLocation = #_sourceLocation) {
        turn(.message(content, sentAt: now.adding(seconds: -ageSeconds), nil), mustSpeak: mustSpeak, sourceLocation)
    }

    func happen(_ event: InternalEvent, sourceLocation: SourceLocation = #_sourceLocation) {
        turn(.internalEvent(event, applications.first { $0.number == event.application }), mustSpeak: false, sourceLocation)
    }

    func park(sourceLocation: SourceLocation = #_sourceLocation) { turn(.parked, mustSpeak: true, sourceLocation) }

    private func turn(_ event: ConversationEvent, mustSpeak: Bool, _ sourceLocation: SourceLocation) {
        turns += 1
        if case .message(let content, _, _) = event { heard = String("\(content)".prefix(200)) } else { heard = "\(event)" }
        if heard.contains("{") { hasHeardBraces = true }
        now = now.adding(seconds: 1)
        (said, jobs, notes, requests, handOver) = ([], [], [], [], nil)
        // As the last turn stored it: through JSON.
        let context = TurnContext(lane: lane, now: now, reference: "SVTEST\(turns)", seed: UInt64(turns), rates: rates)
        var step = machine.begin(stored(state, sourceLocation), shifted(event), in: context)
        for round in 0... {
            state = step.state
            guard let question = take(step.effects) else { break }
            guard round < Limits.turnStepsMax else {
                Issue.record("\(trace) the turn asks without end", sourceLocation: sourceLocation)
                break
            }
            step = machine.resume(state, with: answer(question), in: context)
        }
        check(mustSpeak, sourceLocation)
    }

    /// A message is sent a moment before its turn.
    private func shifted(_ event: ConversationEvent) -> ConversationEvent {
        guard case .message(let content, let sentAt, let meaning) = event else { return event }
        return .message(content, sentAt: sentAt.adding(seconds: 1), meaning)
    }

    private func stored(_ state: ConversationState, _ sourceLocation: SourceLocation) -> ConversationState {
        do {
            let read = try JSONDecoder().decode(ConversationState.self, from: JSONEncoder().encode(state))
            #expect(read == state, "\(trace) the state is not itself after being stored", sourceLocation: sourceLocation)
            return read
        } catch {
            Issue.record("the state can't be stored: \(error)", sourceLocation: sourceLocation)
            return state
        }
    }

    private func take(_ effects: [Effect]) -> Question? {
        var question: Question?
        for effect in effects {
            switch effect {
            case .say(let content): said.append(content)
            case .create(let application): applications.insert(application, at: 0)
            case .change(let application):
                applications.removeAll { $0.number == application.number }
                applications.insert(application, at: 0)
            case .schedule(let job): jobs.append(job)
            case .note(let entry): notes.append(entry)
            case .handOver(let wanted): handOver = wanted
            case .ask(let asked): question = asked
            }
        }
        return question
    }

    private func answer(_ question: Question) -> Answer {
        switch question {
        case .module(let request, let purpose):
            requests.append(request)
            return .module(module(request), purpose)
        case .document(let media, let requirement): return .document(document(media, requirement))
        case .applications: return .applications(applications)
        case .lookUp: return .lookedUp(lookUp)
        }
    }

    // MARK: Rules of every turn

    private func check(_ mustSpeak: Bool, _ sourceLocation: SourceLocation) {
        for content in said { #expect(content.problems == [], "\(trace) \(content)", sourceLocation: sourceLocation) }
        #expect(said.count <= Limits.turnMessagesMax, "\(trace) \(said.count) messages in one turn", sourceLocation: sourceLocation)
        if mustSpeak { #expect(!said.isEmpty, "\(trace) silence to \(heard)", sourceLocation: sourceLocation) }
        #expect(state.shelved.count + (state.draft == nil ? 0 : 1) <= Limits.draftsMax, sourceLocation: sourceLocation)
        #expect(hasHeardBraces || !text.contains("{"), "\(trace) an argument is missing: \(text)", sourceLocation: sourceLocation)
        for note in notes {
            #expect(!"\(note)".contains("9810000001"), "personal data in the ledger", sourceLocation: sourceLocation)
        }
        offered += taps
        _ = stored(state, sourceLocation)
    }

    // MARK: What was said

    /// All bodies of the last turn, one a line.
    var text: String { said.map(Script.body).joined(separator: "\n") }

    static func body(of content: OutboundContent) -> String {
        switch content {
        case .text(let body), .buttons(let body, _), .list(let body, _, _), .locationRequest(let body), .link(let body, _, _),
            .orderStatus(_, _, let body):
            body
        case .document(_, _, let caption): caption
        case .orderDetails(let order): order.body
        case .template(let name, let language, let parameters): ([name, language] + parameters).joined(separator: " ")
        }
    }

    /// The ids that could be tapped after the last turn.
    var taps: [String] {
        said.flatMap { content -> [String] in
            switch content {
            case .buttons(_, let buttons): buttons.map(\.id)
            case .list(_, _, let sections): sections.flatMap(\.rows).map(\.id)
            default: []
            }
        }
    }

    var showsMenu: Bool { taps.contains { $0.hasPrefix("svc:") } }
    var place: Place? { state.draft?.place }
    var service: Service? { state.draft.flatMap { machine.catalogue.service($0.service) } }

    func value(_ field: String) -> String? { state.draft?.values[field] }

    // MARK: Filling in

    /// The field that is asked now.
    var field: Field? {
        switch place {
        case .field(let id), .fieldPage(let id, _), .confirmField(let id, _): service?.field(id)
        default: nil
        }
    }

    /// Answers what is asked now as an ordinary citizen would, or with the words given for the field.
    func answerOne(_ answers: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation) async {
        switch place {
        case .field(let id), .fieldPage(let id, _):
            guard let field = service?.field(id) else { return }
            if let given = answers[id] { return await write(given, sourceLocation: sourceLocation) }
            switch field.type {
            case .choice, .district, .subDivision:
                tap(taps.first { $0.hasPrefix("opt:\(id):") } ?? "opt:\(id):\(anyOption(field))", sourceLocation: sourceLocation)
            default: await write(Script.typical(field), sourceLocation: sourceLocation)
            }
        case .confirmField: tap("yes", sourceLocation: sourceLocation)
        case .documentKind(let id): tap("kind:\(id):\(service?.document(id)?.anyOneOf?.first?.id ?? "")", sourceLocation: sourceLocation)
        case .document: send(.image, sourceLocation: sourceLocation)
        case .chooseChange: await write("haan", sourceLocation: sourceLocation)
        case .summary, nil: break
        }
    }

    private func anyOption(_ field: Field) -> String {
        if let option = field.options?.first { return option.id }
        let entries = field.listID.flatMap { machine.catalogue.lists[$0] }?.entries.filter { $0.isValid(on: today.description) } ?? []
        return entries.first { $0.parent == nil || $0.parent == state.draft?.values["district"] }?.id ?? ""
    }

    static func typical(_ field: Field) -> String {
        switch field.type {
        case .name: "Sunita Devi"
        case .text: "Pani teen din se nahi aaya"
        case .date: "15/08/1985"
        case .number: field.id == "year_built" ? "1990" : "5"
        case .money: "1,20,000"
        case .mobile: "9810000001"
        case .address: "H-12, Gali 3, Burari, Delhi"
        case .yesNo: "haan"
        case .reference: field.id == "financial_year" ? "2025-26" : field.id == "upic" ? "ABCDE1234567890" : "AB1234567"
        case .choice, .district, .subDivision: "1"
        }
    }

    /// Starts a service and answers until the place is reached or the form is left.
    func fillIn(
        _ service: ServiceID, _ answers: [String: String] = [:], until stop: Place = .summary,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        if state.draft?.service != service { tap("start:\(service)", sourceLocation: sourceLocation) }
        for _ in 0..<120 {
            guard let place, place != stop, place != .summary else { return }
            await answerOne(answers, sourceLocation: sourceLocation)
        }
        Issue.record("\(service) is never filled in; it stands at \(String(describing: place))", sourceLocation: sourceLocation)
    }
}
