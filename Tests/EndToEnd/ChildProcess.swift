// One real process of a rig: started, watched, ended politely or by kill -9. Owned by Rig; thread-safe.
import Foundation
import Synchronization

final class ChildProcess: Sendable {
    let name: String
    let logPath: String
    private let process: Mutex<Process>
    private let exit: Exit

    /// Both outputs go to `log`, after what is already there.
    init(name: String, executable: String, arguments: [String], environment: [String: String], log: String) throws {
        self.name = name
        logPath = log
        let exit = Exit()
        self.exit = exit
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = environment
        if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try output.seekToEnd()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = {
            exit.settle($0.terminationReason == .exit ? .code($0.terminationStatus) : .signal($0.terminationStatus))
        }
        do { try process.run() } catch { throw JourneyError("NO_START", "\(executable) can't be started; is it built?") }
        self.process = Mutex(process)
    }

    var identifier: Int32 { process.withLock { $0.processIdentifier } }
    var isRunning: Bool { process.withLock { $0.isRunning } }
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    enum End: Sendable, Equatable {
        case code(Int32)
        case signal(Int32)
    }

    /// Asks it to end. Kills it, and returns nil, when it has not ended after `seconds`.
    func stop(withinSeconds seconds: Double) async -> End? {
        kill(identifier, SIGTERM)
        if let end = await exit.wait(seconds: seconds) { return end }
        await killNow()
        return nil
    }

    /// kill -9, and gone when this returns.
    func killNow() async {
        if isRunning { kill(identifier, SIGKILL) }
        _ = await exit.wait(seconds: 10)
    }
}

/// How the process ended, for whoever waits.
private final class Exit: Sendable {
    private let end = Mutex<ChildProcess.End?>(nil)

    func settle(_ value: ChildProcess.End) { end.withLock { $0 = value } }

    func wait(seconds: Double) async -> ChildProcess.End? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let value = end.withLock({ $0 }) { return value }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return end.withLock { $0 }
    }
}

/// Ports of the loopback that nobody has at this moment.
enum LoopbackPorts {
    /// All are held while they are chosen, so that no two are the same.
    static func free(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { sockets.forEach { close($0) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(socket)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    bind(socket, raw, length) == 0 && getsockname(socket, raw, &length) == 0
                }
            }
            guard isBound else { throw JourneyError("NO_PORT", "no free port on the loopback") }
            ports.append(Int(UInt16(bigEndian: address.sin_port)))
        }
        return ports
    }
}
