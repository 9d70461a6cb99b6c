// A C module built afresh from its source and opened in the tests' process. Undefined behaviour in it traps.
import CSamvad
import Foundation

enum CompiledModule {
    struct Broken: Error {
        var reason: String
    }

    /// The entry of `Plugins/<source>`. The object stays loaded, as in a host.
    static func entry(of source: String) throws -> CHost.Entry {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let object = FileManager.default.temporaryDirectory.appendingPathComponent("samvad-\(UUID().uuidString).so")
        defer { try? FileManager.default.removeItem(at: object) }
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "clang", "-std=c11", "-O1", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror",
            "-fsanitize=undefined,bounds", "-fsanitize-trap=all", "-I",
            root.appendingPathComponent("PluginAPI/CSamvad/include").path,
            root.appendingPathComponent("Plugins/\(source)").path, "-o", object.path,
        ]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw Broken(reason: "\(source) does not compile") }
        guard let handle = dlopen(object.path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "samvad_module_entry")
        else { throw Broken(reason: "\(source) has no entry") }
        let entry = unsafeBitCast(symbol, to: EntryFunction.self)  // the header's type of that symbol
        return { entry($0, $1) }
    }

    private typealias EntryFunction =
        @convention(c) (UnsafePointer<samvad_host_t>?, UnsafeMutablePointer<samvad_error_t>?)
        -> UnsafePointer<samvad_module_t>?
}
