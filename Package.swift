// swift-tools-version: 6.2
// The house plan: folder = target = import name. A room's dependencies are its arrows; Tests/Tidy checks the imports.
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }
let argumentParser = product("ArgumentParser", "swift-argument-parser")
let crypto = product("Crypto", "swift-crypto")
let cryptoExtras = product("_CryptoExtras", "swift-crypto")
let grdb = product("GRDB", "GRDB.swift")
let hummingbird = product("Hummingbird", "hummingbird")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let logging = product("Logging", "swift-log")
let unixSignals = product("UnixSignals", "swift-service-lifecycle")
let yams = product("Yams", "Yams")

/// A room of the host.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Host/\(name)", exclude: readme("Host/\(name)"), swiftSettings: strict)
}

/// A C room: headers under `include`.
func shim(_ name: String, at path: String, _ dependencies: [Target.Dependency] = [], link: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: readme(path),
        linkerSettings: link.map { .linkedLibrary($0) })
}

func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: data + readme("Tests/\(name)"), swiftSettings: strict)
}

/// Swift targets of the departments; their catalogues are packed by Scripts/build-module.
func department(_ name: String) -> Target {
    .target(
        name: name, dependencies: ["SamvadKit"], path: "Plugins/\(name)",
        exclude: ["department.json", "Catalogue"] + readme("Plugins/\(name)"), swiftSettings: strict)
}

/// Each room may carry a README, which is no source.
func readme(_ path: String) -> [String] {
    FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(path)/README.md") ? ["README.md"] : []
}

let package = Package(
    name: "samvad",
    products: [
        .executable(name: "samvad", targets: ["Samvad"]),
        .executable(name: "samvad-worker", targets: ["Worker"]),
        .executable(name: "samvad-emulators", targets: ["Emulators"]),
        .executable(name: "samvad-journey", targets: ["EndToEnd"]),
        .library(name: "SamvadKit", targets: ["SamvadKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // PluginAPI: what a department's engineer sees.
        shim("CSamvad", at: "PluginAPI/CSamvad"),
        shim("CLoader", at: "PluginAPI/CLoader", ["CSamvad"], link: ["dl", "pthread"]),
        .target(
            name: "Loader", dependencies: [crypto], path: "PluginAPI/Loader", exclude: readme("PluginAPI/Loader"), swiftSettings: strict),
        .target(
            name: "SamvadKit", dependencies: ["CSamvad"], path: "PluginAPI/SamvadKit", exclude: readme("PluginAPI/SamvadKit"),
            swiftSettings: strict),
        .target(
            name: "TestKit", dependencies: ["SamvadKit"], path: "PluginAPI/TestKit", exclude: readme("PluginAPI/TestKit"),
            swiftSettings: strict),

        // Departments in Swift, as the tests import them; Scripts/build-module makes their .so files.
        department("Pensions"),
        department("Revenue"),
        department("Tax"),

        // Host: pure rooms first, adapters after them, the executable last.
        room("Model"),
        room("Conversation", ["Model"]),
        room("NLU", ["Model", "Conversation"]),
        room("Storage", ["Model", "Conversation", grdb, crypto]),
        room("HTTPClient", ["CCurl"]),
        room("WhatsApp", ["Model", "Conversation", "HTTPClient", hummingbird, crypto, cryptoExtras, logging]),
        room("Modules", ["Model", "Conversation", "Loader", "CLoader", "CLinux"]),
        room("Documents", ["Model", "Conversation", crypto]),
        room("Payments", ["Model", "Conversation", "HTTPClient", hummingbird, crypto]),
        room("Portals", ["Model", "Conversation", "HTTPClient", "CXML"]),
        room("Dashboard", ["Model", "Conversation", hummingbird, crypto, logging]),
        shim("CCurl", at: "Host/CCurl", link: ["curl", "pthread"]),
        shim("CLinux", at: "Host/CLinux"),
        .target(
            name: "CXML", path: "Host/CXML", exclude: readme("Host/CXML"),
            cSettings: [.unsafeFlags(["-I/usr/include/libxml2"])], linkerSettings: [.linkedLibrary("xml2")]),
        .executableTarget(
            name: "Worker", dependencies: ["CSamvad", "CLoader"], path: "Host/Worker", exclude: readme("Host/Worker"),
            // Without these the linker adds Swift's runtime to a program of C: 132 KB become a process of 11 MB.
            linkerSettings: [.linkedLibrary("seccomp"), .unsafeFlags(["-static-stdlib", "-nostartfiles"])]),
        .executableTarget(
            name: "Samvad",
            dependencies: [
                "Model", "Conversation", "NLU", "Storage", "HTTPClient", "WhatsApp", "Modules", "Documents", "Payments",
                "Portals", "Dashboard", "Loader", argumentParser, hummingbird, lifecycle, unixSignals, logging, yams, crypto,
            ], path: "Host/Samvad", exclude: readme("Host/Samvad"), swiftSettings: strict),

        // The outside world, strict.
        .executableTarget(
            name: "Emulators", dependencies: [hummingbird, crypto, cryptoExtras, logging, argumentParser, "HTTPClient", "CXML"],
            path: "Tests/Emulators", exclude: readme("Tests/Emulators"), resources: [.copy("Pages")], swiftSettings: strict),

        .executableTarget(
            name: "EndToEnd", dependencies: ["HTTPClient", argumentParser], path: "Tests/EndToEnd", exclude: readme("Tests/EndToEnd"),
            swiftSettings: strict),

        // Tests mirror the rooms.
        tests("BrowserTests", ["EndToEnd"]),
        tests("ConversationTests", ["Model", "Conversation", "NLU"]),
        tests("DashboardTests", ["Model", "Conversation", "Dashboard", hummingbird, logging]),
        tests("DocumentsTests", ["Model", "Conversation", "Documents", crypto]),
        tests("EmulatorsTests", ["Emulators", "HTTPClient", hummingbird, crypto]),
        tests("EndToEndTests", ["EndToEnd"]),
        tests("HTTPClientTests", ["HTTPClient"]),
        tests("LoaderTests", ["Loader"]),
        tests("ModulesTests", ["Model", "Conversation", "Modules", "CLoader", "CLinux", "Loader", "Worker"]),
        tests("PortalsTests", ["Model", "Conversation", "Portals", "HTTPClient", "CXML", "Emulators", hummingbird, logging]),
        tests("SamvadKitTests", ["SamvadKit", "TestKit", "Revenue", "Pensions", "Tax"]),
        tests("SamvadTests", ["Samvad", "Model"]),
        tests("StorageTests", ["Model", "Conversation", "Storage", grdb, crypto]),
        tests("Tidy", []),
        tests("WhatsAppTests", ["Model", "Conversation", "WhatsApp", "HTTPClient", hummingbird, crypto], data: ["Bodies"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
