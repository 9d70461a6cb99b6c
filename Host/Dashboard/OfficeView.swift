// One look at the house: the store's snapshot, the modules and the dated rates together. What the page lives on.
import Conversation
import Model

struct OfficeView: Encodable, Sendable {
    let at: Moment
    let lines: [OfficeSnapshot.LineTraffic]
    let conversations: [OfficeSnapshot.OpenConversation]
    let openConversations: Int
    let applications: [OfficeSnapshot.StateCount]
    let queues: [OfficeSnapshot.Queue]
    let failures: [OfficeSnapshot.Failure]
    let modules: [ModuleStatus]
    let rates: [Rate]

    init(_ snapshot: OfficeSnapshot, at moment: Moment, modules: [ModuleStatus], rates: [Rate]) {
        at = moment
        lines = snapshot.lines
        conversations = snapshot.conversations
        openConversations = snapshot.openConversations
        applications = snapshot.applications
        queues = snapshot.queues
        failures = snapshot.failures
        self.modules = modules
        self.rates = rates
    }

    private init(_ other: OfficeView, at moment: Moment) {
        at = moment
        lines = other.lines
        conversations = other.conversations
        openConversations = other.openConversations
        applications = other.applications
        queues = other.queues
        failures = other.failures
        modules = other.modules
        rates = other.rates
    }

    static func read(
        from store: any OfficeStore, and modules: any ModuleAdministration, at moment: Moment
    ) async throws(Problem) -> OfficeView {
        OfficeView(
            try await store.snapshot(at: moment), at: moment, modules: await modules.list(),
            rates: try await store.allRates())
    }

    /// The same whatever the time is: what decides whether there is anything new to tell.
    var timeless: OfficeView { OfficeView(self, at: Moment(milliseconds: 0)) }
}
