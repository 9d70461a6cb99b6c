// The table of arrows: which room may import which. The one place where an arrow is granted; read by ArrowTests.
import Foundation

enum Arrows {
    /// Room → the house's own targets that it may import. A room that isn't here fails the test.
    static let house: [String: Set<String>] = {
        var table = rooms
        for (room, targets) in rooms where room.hasPrefix("Host/") || room.hasPrefix("PluginAPI/") {
            let name = String(room.split(separator: "/")[1])
            // A room's tests see what the room sees, and the outside world that it talks to.
            table["Tests/\(name)Tests"] = targets.union([name, "Emulators"]).union(alsoInTests[name] ?? [])
        }
        return table
    }()

    private static let rooms: [String: Set<String>] = [
        "Host/Model": [],
        "Host/Conversation": ["Model"],
        "Host/NLU": ["Model", "Conversation", "HTTPClient"],
        "Host/Storage": ["Model", "Conversation"],
        "Host/HTTPClient": ["CCurl"],
        "Host/WhatsApp": ["Model", "Conversation", "HTTPClient"],
        "Host/Modules": ["Model", "Conversation", "Loader", "CLoader", "CLinux"],
        "Host/Documents": ["Model", "Conversation"],
        "Host/Payments": ["Model", "Conversation", "HTTPClient"],
        "Host/Portals": ["Model", "Conversation", "HTTPClient", "CXML"],
        "Host/Dashboard": ["Model", "Conversation"],
        "Host/Samvad": [
            "Model", "Conversation", "NLU", "Storage", "HTTPClient", "WhatsApp", "Modules", "Documents", "Payments", "Portals",
            "Dashboard", "Loader", "Conformance",
        ],
        "PluginAPI/SamvadKit": ["CSamvad"],
        "PluginAPI/TestKit": ["SamvadKit", "CSamvad"],
        "PluginAPI/Loader": ["CLoader"],
        "PluginAPI/Conformance": ["Loader", "CLoader", "CSamvad"],
        "Tests/Emulators": ["HTTPClient", "CXML"],
        "Tests/EmulatorsTests": ["Emulators", "HTTPClient", "CXML"],
        "Tests/EndToEnd": ["HTTPClient"],
        "Tests/EndToEndTests": ["EndToEnd", "HTTPClient"],
        "Tests/BrowserTests": ["EndToEnd"],
        "Tests/Transcripts": [],
        "Tests/Tidy": [],
    ]

    /// Arrows that only tests have, with the reason.
    private static let alsoInTests: [String: Set<String>] = [
        // The machine is tried with the real understanding, which is pure too.
        "Conversation": ["NLU"],
        // The kit's bridge is tried through the departments that are written with it.
        "SamvadKit": ["TestKit", "Pensions", "Revenue", "Tax"],
    ]

    /// A department in Swift sees the kit, and nothing of the host.
    static let plugin: Set<String> = ["SamvadKit", "CSamvad"]

    /// Libraries that are kept to some rooms: library → rooms, and what the others do instead. Tests follow their rooms.
    struct Fence: Sendable {
        let modules: Set<String>
        let rooms: Set<String>
        let instead: String

        func allows(_ room: String) -> Bool {
            let tested = room.hasSuffix("Tests") ? String(room.split(separator: "/")[1].dropLast(5)) : ""
            return rooms.contains(room) || rooms.contains("Host/\(tested)") || rooms.contains("Tests/\(tested)")
        }
    }

    static let fences = [
        Fence(
            modules: ["GRDB"], rooms: ["Host/Storage"],
            instead: "Ask the store through a port of Conversation; only Storage speaks SQL"),
        Fence(
            modules: ["Hummingbird", "HummingbirdCore", "HummingbirdTesting", "HTTPTypes", "NIOCore", "NIOHTTPTypes"],
            rooms: ["Host/WhatsApp", "Host/Payments", "Host/Portals", "Host/Dashboard", "Host/Samvad", "Tests/Emulators"],
            instead: "Give the room a closure or a port; routes stand in the rooms that serve them"),
        Fence(
            modules: ["ArgumentParser"], rooms: ["Host/Samvad", "Tests/Emulators", "Tests/EndToEnd"],
            instead: "Commands belong to the executables"),
        Fence(modules: ["Yams"], rooms: ["Host/Samvad"], instead: "Only the wiring reads the configuration file"),
        Fence(
            modules: ["FoundationNetworking"], rooms: [],
            instead: "Call out through HTTPClient: it has the pool, the bounds and the allow-list"),
    ]

    /// Rooms that go without Foundation: it is megabytes in every module.
    static func goesWithoutFoundation(_ room: String) -> Bool {
        room == "PluginAPI/SamvadKit" || room.hasPrefix("Plugins/")
    }

    /// C: room → rooms whose headers it may include, beside its own and the system's.
    static let headers: [String: Set<String>] = [
        "PluginAPI/CSamvad": [],
        "PluginAPI/CLoader": ["PluginAPI/CSamvad"],
        "Host/Worker": ["PluginAPI/CSamvad", "PluginAPI/CLoader"],
        "Host/CCurl": [],
        "Host/CLinux": [],
        "Host/CXML": [],
        "Tests/Misbehaving": ["PluginAPI/CSamvad"],
    ]

    static func headers(of room: String) -> Set<String>? {
        room.hasPrefix("Plugins/") ? ["PluginAPI/CSamvad"] : headers[room]
    }
}
