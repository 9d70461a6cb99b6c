// A host of the C ABI for tests: opens a module through its entry and calls it with C tables. One thread.
import CSamvad
import SamvadKit

final class CHost {
    typealias Entry = (UnsafePointer<samvad_host_t>?, UnsafeMutablePointer<samvad_error_t>?) -> UnsafePointer<
        samvad_module_t
    >?

    let table = UnsafeMutablePointer<samvad_host_t>.allocate(capacity: 1)
    private let log = UnsafeMutablePointer<samvad_log_t>.allocate(capacity: 1)
    private var memory: [UnsafeMutableRawPointer] = []
    private(set) var lines: [String] = []
    private(set) var instance: UnsafePointer<samvad_instance_t>?
    private(set) var module: UnsafePointer<samvad_module_t>?
    /// How often the arena gives memory before it is used up.
    var allocationsLeft = Int.max
    var grantsLog = true

    init() {
        table.initialize(to: samvad_host_t())
        log.initialize(to: samvad_log_t())
        table.pointee.size = UInt32(MemoryLayout<samvad_host_t>.size)
        table.pointee.abi_major = UInt32(SAMVAD_ABI_MAJOR)
        table.pointee.ctx = Unmanaged.passUnretained(self).toOpaque()
        table.pointee.arena_alloc = { host, _, size in CHost.of(host).allocate(Int(size)) }
        table.pointee.complete = { _, _, _, _ in 0 }
        table.pointee.is_cancelled = { _, _ in 0 }
        table.pointee.get_service = { host, _ in
            let host = CHost.of(host)
            return host.grantsLog ? UnsafeRawPointer(host.log) : nil
        }
        table.pointee.misbehaviour = { _, _, _ in }
        log.pointee.size = UInt32(MemoryLayout<samvad_log_t>.size)
        log.pointee.write = { host, _, line in CHost.of(host).lines.append(text(line)) }
    }

    deinit {
        for start in memory { start.deallocate() }
        if let instance { instance.pointee.close(instance) }
        table.deallocate()
        log.deallocate()
    }

    private static func of(_ host: UnsafePointer<samvad_host_t>?) -> CHost {
        Unmanaged<CHost>.fromOpaque(host!.pointee.ctx).takeUnretainedValue()
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard allocationsLeft > 0 else { return nil }
        allocationsLeft -= 1
        let start = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: 16)
        start.initializeMemory(as: UInt8.self, repeating: 0, count: max(size, 1))
        memory.append(start)
        return start
    }

    /// Entry and open; the error is nil when the module is open.
    func open(_ entry: Entry) -> samvad_error_t? {
        var error = samvad_error_t()
        error.size = UInt32(MemoryLayout<samvad_error_t>.size)
        guard let module = entry(table, &error) else { return error }
        self.module = module
        guard module.pointee.open(module, table, &instance, &error) == SAMVAD_DONE else { return error }
        return nil
    }

    /// One call; the request's texts are copied into C memory that lives until this host is gone.
    func call(_ request: Request, _ edit: (inout samvad_request_t) -> Void = { _ in }) -> Result<Reply, Failure> {
        var raw = samvad_request_t()
        raw.size = UInt32(MemoryLayout<samvad_request_t>.size)
        raw.call = 7
        raw.now_ms = request.now.milliseconds
        raw.random_seed = request.randomSeed
        raw.service = borrowed(request.service)
        raw.step = borrowed(request.step.rawValue)
        raw.language = borrowed(request.language.rawValue)
        raw.event = borrowed(request.event)
        let fields = request.values.fields.map { samvad_field_t(key: borrowed($0.key), value: borrowed($0.value)) }
        raw.values = copy(fields)
        raw.values_count = UInt64(fields.count)
        if let state = request.state {
            raw.state = samvad_bytes_t(ptr: copy(state.bytes), len: UInt64(state.bytes.count))
            raw.state_schema = state.schema
        }
        edit(&raw)
        var reply = samvad_reply_t()
        reply.size = UInt32(MemoryLayout<samvad_reply_t>.size)
        var error = samvad_error_t()
        error.size = UInt32(MemoryLayout<samvad_error_t>.size)
        switch Int(instance!.pointee.handle(instance, &raw, &reply, &error)) {
        case SAMVAD_DONE: return .success(Reply(reply))
        default:
            return .failure(
                Failure(Failure.Kind(rawValue: error.error_class) ?? .bug, code: error.code, text(error.detail)))
        }
    }

    func borrowed(_ text: String) -> samvad_str_t {
        let utf8 = text.utf8.map { CChar(bitPattern: $0) }
        return samvad_str_t(ptr: copy(utf8), len: UInt64(utf8.count))
    }

    private func copy<Element>(_ values: [Element]) -> UnsafePointer<Element>? {
        guard !values.isEmpty else { return nil }
        let start = UnsafeMutablePointer<Element>.allocate(capacity: values.count)
        start.initialize(from: values, count: values.count)
        memory.append(UnsafeMutableRawPointer(start))
        return UnsafePointer(start)
    }
}

func text(_ borrowed: samvad_str_t) -> String {
    String(decoding: UnsafeRawBufferPointer(start: borrowed.ptr, count: Int(borrowed.len)), as: UTF8.self)
}

extension Reply {
    init(_ raw: samvad_reply_t) {
        func fields(_ start: UnsafePointer<samvad_field_t>?, _ count: UInt64) -> [Field] {
            UnsafeBufferPointer(start: start, count: Int(count)).map { Field(text($0.key), text($0.value)) }
        }
        self.init(Outcome(rawValue: raw.outcome) ?? .ok)
        messages = UnsafeBufferPointer(start: raw.messages, count: Int(raw.messages_count)).map {
            var message = Message(text($0.key))
            message.arguments = fields($0.arguments, $0.arguments_count)
            return message
        }
        values = fields(raw.values, raw.values_count)
        effects = UnsafeBufferPointer(start: raw.effects, count: Int(raw.effects_count)).map {
            var effect = Effect(kind: text($0.kind), key: text($0.key), [:])
            effect.arguments = fields($0.arguments, $0.arguments_count)
            return effect
        }
        next = text(raw.next)
        state =
            raw.state_schema == 0
            ? nil
            : State(
                schema: raw.state_schema,
                bytes: Array(UnsafeBufferPointer(start: raw.state.ptr, count: Int(raw.state.len))))
    }
}
