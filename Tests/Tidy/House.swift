// The repository as the rules see it: every file of the project, read once. Every test of this room looks through it.
import Foundation

struct House: Sendable, CustomStringConvertible {
    let root: URL
    let files: [SourceFile]

    /// The checkout in which this very file stands.
    static let standing: House = {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        return House(root: here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent())
    }()

    /// What git, the builder and editors leave at the top, beside the project.
    static let leftBeside: Set<String> = [".git", ".swiftpm", ".vscode", ".DS_Store", "Package.resolved"]

    /// A failed expectation prints what it looked at: not all of the house, please.
    var description: String { "the house" }

    init(root: URL) {
        self.root = root
        files = Self.paths(under: root, "").map { SourceFile(path: $0, root: root) }
    }

    func files(_ suffixes: String..., under folders: [String] = [""]) -> [SourceFile] {
        files.filter { file in
            folders.contains { file.path.hasPrefix($0) } && suffixes.contains { file.path.hasSuffix($0) }
        }
    }

    /// What the house's own programs are written in.
    var sources: [SourceFile] { files(".swift", ".c", ".h", ".cpp", under: ["Host/", "PluginAPI/", "Plugins/", "Tests/"]) }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appending(path: path).path) }

    func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

    /// Names in a folder, sorted; folders and files.
    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []).sorted()
    }

    func folders(in folder: String) -> [String] { names(in: folder).filter { isFolder("\(folder)/\($0)") } }

    func isFolder(_ path: String) -> Bool { Self.isFolder(root.appending(path: path)) }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Relative paths of all files, sorted. Whatever is built stays outside.
    private static func paths(under root: URL, _ folder: String) -> [String] {
        let folderURL = folder.isEmpty ? root : root.appending(path: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folderURL.path)) ?? []
        return names.sorted().flatMap { name -> [String] in
            let isTop = folder.isEmpty
            if isTop, leftBeside.contains(name) { return [] }
            if name.hasPrefix(".build") || name.hasSuffix(".swp") || name == "target" { return [] }
            let path = isTop ? name : "\(folder)/\(name)"
            return isFolder(root.appending(path: path)) ? paths(under: root, path) : [path]
        }
    }
}
