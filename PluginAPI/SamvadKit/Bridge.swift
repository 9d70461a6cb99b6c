// The one unsafe file: turns the C calls of samvad.h into a Department's methods. The host calls it, on the threads
// that samvad.h names. Texts are copied on the way in; replies are written into the call's arena, which the host
// frees.
import CSamvad

public typealias HostTable = UnsafePointer<samvad_host_t>
public typealias ModuleTable = UnsafePointer<samvad_module_t>
public typealias ErrorTable = UnsafeMutablePointer<samvad_error_t>

/// What the exported entry calls; Scripts/build-module writes that entry. `id` and `version` come from department.json.
public func samvadEntry<Kind: Department>(
    _: Kind.Type, id: StaticString, version: StaticString, _ host: HostTable?, _ error: ErrorTable?
) -> ModuleTable? {
    guard let host, size(of: host) >= MemoryLayout<samvad_host_t>.size else {
        fill(error, .bug, code: 90, "the host's table is missing or too short")
        return nil
    }
    guard host.pointee.abi_major == UInt32(SAMVAD_ABI_MAJOR) else {
        fill(error, .permanent, code: 91, "built for another major number of the ABI")
        return nil
    }
    let maker = Maker { (host) throws(Failure) in try Kind(host: host) }
    // `open` gets the table and nothing else, so the maker stands right behind it. Both live as long as the process.
    let memory = UnsafeMutableRawPointer.allocate(
        byteCount: Maker.offset + MemoryLayout<UnsafeRawPointer>.size, alignment: 16)
    var module = samvad_module_t()
    module.size = UInt32(MemoryLayout<samvad_module_t>.size)
    module.abi_major = UInt32(SAMVAD_ABI_MAJOR)
    module.abi_minor = UInt32(SAMVAD_ABI_MINOR)
    module.id = borrowed(id)
    module.version = borrowed(version)
    module.open = { open($0, $1, $2, $3) }
    memory.storeBytes(of: module, as: samvad_module_t.self)
    memory.storeBytes(
        of: UnsafeRawPointer(Unmanaged.passRetained(maker).toOpaque()), toByteOffset: Maker.offset,
        as: UnsafeRawPointer.self)
    return UnsafePointer(memory.assumingMemoryBound(to: samvad_module_t.self))
}

/// Makes the department when the host opens the module.
private final class Maker: Sendable {
    static let offset = MemoryLayout<samvad_module_t>.stride
    let make: @Sendable (Host) throws(Failure) -> any Department

    init(_ make: @escaping @Sendable (Host) throws(Failure) -> any Department) { self.make = make }
}

/// An open department. Immutable, so that parallel calls may share it.
private final class Opened {
    let department: any Department
    let host: UnsafePointer<samvad_host_t>

    init(_ department: any Department, _ host: UnsafePointer<samvad_host_t>) {
        self.department = department
        self.host = host
    }
}

private func open(
    _ module: UnsafePointer<samvad_module_t>?, _ host: UnsafePointer<samvad_host_t>?,
    _ instanceOut: UnsafeMutablePointer<UnsafePointer<samvad_instance_t>?>?,
    _ errorOut: UnsafeMutablePointer<samvad_error_t>?
) -> samvad_result_t {
    guard let module, let host, let instanceOut else {
        fill(errorOut, .bug, code: 92, "open was called without a module, a host or a place for the instance")
        return failed
    }
    let maker = Unmanaged<Maker>.fromOpaque(
        UnsafeRawPointer(module).load(fromByteOffset: Maker.offset, as: UnsafeRawPointer.self)
    ).takeUnretainedValue()
    do throws(Failure) {
        let opened = Opened(try maker.make(face(of: host)), host)
        let instance = UnsafeMutablePointer<samvad_instance_t>.allocate(capacity: 1)
        instance.initialize(to: samvad_instance_t())
        instance.pointee.size = UInt32(MemoryLayout<samvad_instance_t>.size)
        instance.pointee.concurrency = samvad_concurrency_t(SAMVAD_CONCURRENCY_PARALLEL)
        instance.pointee.ctx = Unmanaged.passRetained(opened).toOpaque()
        instance.pointee.activate = { _, _, _, _ in done }
        instance.pointee.handle = { handle($0, $1, $2, $3) }
        instance.pointee.on_cancel = { _, _ in }
        instance.pointee.on_event = { _, _, _ in }
        instance.pointee.drain = { _, _ in }
        // The table itself stays, some 80 bytes an opening: the host may still hold its address.
        instance.pointee.close = { Unmanaged<Opened>.fromOpaque($0!.pointee.ctx).release() }
        instanceOut.pointee = UnsafePointer(instance)
        return done
    } catch {
        // There is no arena yet; a module is opened a few times in a process's life, so the text is left to it.
        fill(errorOut, error) { UnsafeMutableRawPointer.allocate(byteCount: $0, alignment: 1) }
        return failed
    }
}

private func handle(
    _ instance: UnsafePointer<samvad_instance_t>?, _ request: UnsafePointer<samvad_request_t>?,
    _ replyOut: UnsafeMutablePointer<samvad_reply_t>?, _ errorOut: UnsafeMutablePointer<samvad_error_t>?
) -> samvad_result_t {
    guard let instance, let request, let replyOut, let context = instance.pointee.ctx,
        size(of: request) >= MemoryLayout<samvad_request_t>.size,
        size(of: UnsafePointer(replyOut)) >= MemoryLayout<samvad_reply_t>.size
    else {
        fill(errorOut, .bug, code: 93, "a table of the call is missing or too short")
        return failed
    }
    let opened = Unmanaged<Opened>.fromOpaque(context).takeUnretainedValue()
    let arena = Arena(host: opened.host, call: request.pointee.call)
    do throws(Failure) {
        let reply = try opened.department.handle(Request(copying: request.pointee, arena))
        // Written whole into a local first: on a failure half-way the host finds `reply_out` as it gave it.
        let written = try arena.write(reply, size: replyOut.pointee.size)
        replyOut.pointee = written
        return done
    } catch {
        fill(errorOut, error) { arena.allocate($0) }
        return failed
    }
}

private let done = samvad_result_t(SAMVAD_DONE)
private let failed = samvad_result_t(SAMVAD_FAILED)

// MARK: - From the host

/// The first member of every table is its size; the reader never reads past it.
private func size<Table>(of table: UnsafePointer<Table>) -> Int {
    Int(UnsafeRawPointer(table).load(as: UInt32.self))
}

private func face(of host: UnsafePointer<samvad_host_t>) -> Host {
    // The table lives as long as the process and each of its functions may be called from any thread: hence unsafe.
    nonisolated(unsafe) let host = host
    nonisolated(unsafe) let log = host.pointee.get_service(host, borrowed("samvad.log/1"))?
        .assumingMemoryBound(to: samvad_log_t.self)
    return Host(version: text(host.pointee.version)) { level, line in
        guard let log, let write = log.pointee.write else { return }
        var line = line
        line.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                write(host, level.rawValue, samvad_str_t(ptr: $0.baseAddress, len: UInt64($0.count)))
            }
        }
    }
}

private func text(_ borrowed: samvad_str_t) -> String {
    guard let start = borrowed.ptr, let count = Int(exactly: borrowed.len) else { return "" }
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
        String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
}

private func borrowed(_ text: StaticString) -> samvad_str_t {
    text.utf8Start.withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount) {
        samvad_str_t(ptr: $0, len: UInt64(text.utf8CodeUnitCount))
    }
}

extension Request {
    /// More values or documents than any form can hold: the host's tables are damaged.
    private static let countMax: UInt64 = 10_000

    fileprivate init(copying request: samvad_request_t, _ arena: Arena) throws(Failure) {
        guard request.values_count <= Self.countMax, request.documents_count <= Self.countMax,
            request.values != nil || request.values_count == 0,
            request.documents != nil || request.documents_count == 0
        else { throw Failure(.bug, code: 94, "the request's values or documents can't be right") }
        guard let step = Step(rawValue: text(request.step)) else {
            throw Failure(.permanent, code: 2, "this module knows no step of that name")
        }
        let values = UnsafeBufferPointer(start: request.values, count: Int(request.values_count))
        let documents = UnsafeBufferPointer(start: request.documents, count: Int(request.documents_count))
        self.init(
            service: text(request.service), step: step,
            // A language added after this module was built: its sentences are the host's, so Hindi does no harm.
            language: Language(rawValue: text(request.language)) ?? .hindi,
            citizen: text(request.citizen), application: text(request.application), event: text(request.event),
            values: Values(values.map { Field(text($0.key), text($0.value)) }),
            documents: documents.map {
                Document(
                    id: text($0.id), kind: text($0.kind), mimeType: text($0.mime_type), sha256: text($0.sha256),
                    bytesCount: $0.bytes_count)
            },
            state: request.state_schema == 0
                ? nil
                : State(
                    schema: request.state_schema,
                    bytes: Array(UnsafeBufferPointer(start: request.state.ptr, count: Int(request.state.len)))),
            now: Instant(milliseconds: request.now_ms), randomSeed: request.random_seed,
            isReplay: request.flags & UInt32(SAMVAD_REQUEST_REPLAY) != 0, isCancelled: arena.cancelled)
    }
}

// MARK: - To the host

/// The memory of one call. The host frees it when the call is over, and bounds it.
private struct Arena {
    let host: UnsafePointer<samvad_host_t>
    let call: samvad_call_t

    var cancelled: @Sendable () -> Bool {
        nonisolated(unsafe) let host = host  // as in `face`
        return { [call] in host.pointee.is_cancelled(host, call) != 0 }
    }

    func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? { host.pointee.arena_alloc(host, call, UInt64(bytes)) }

    func write(_ reply: Reply, size: UInt32) throws(Failure) -> samvad_reply_t {
        var out = samvad_reply_t()
        out.size = size
        out.outcome = reply.outcome.rawValue
        (out.messages, out.messages_count) = try array(reply.messages) { (message) throws(Failure) in
            let (arguments, count) = try fields(message.arguments)
            return samvad_message_t(key: try text(message.key), arguments: arguments, arguments_count: count)
        }
        (out.values, out.values_count) = try fields(reply.values)
        (out.effects, out.effects_count) = try array(reply.effects) { (effect) throws(Failure) in
            let (arguments, count) = try fields(effect.arguments)
            return samvad_effect_t(
                kind: try text(effect.kind), key: try text(effect.key), arguments: arguments, arguments_count: count)
        }
        out.next = try text(reply.next)
        if let state = reply.state {
            out.state = samvad_bytes_t(ptr: try array(state.bytes) { $0 }.0, len: UInt64(state.bytes.count))
            out.state_schema = state.schema
        }
        return out
    }

    private func fields(_ fields: [Field]) throws(Failure) -> (UnsafePointer<samvad_field_t>?, UInt64) {
        try array(fields) { (field) throws(Failure) in
            samvad_field_t(key: try text(field.key), value: try text(field.value))
        }
    }

    private func text(_ text: String) throws(Failure) -> samvad_str_t {
        let (start, count) = try array(Array(text.utf8)) { CChar(bitPattern: $0) }
        return samvad_str_t(ptr: start, len: count)
    }

    private func array<Value, Element>(
        _ values: [Value], _ convert: (Value) throws(Failure) -> Element
    ) throws(Failure) -> (UnsafePointer<Element>?, UInt64) {
        guard !values.isEmpty else { return (nil, 0) }
        guard let memory = allocate(values.count * MemoryLayout<Element>.stride) else {
            throw Failure(
                .transient, code: 95, "the host gave no memory for the reply: it is too big or the call is over")
        }
        let start = memory.bindMemory(to: Element.self, capacity: values.count)
        for (index, value) in values.enumerated() { start.advanced(by: index).initialize(to: try convert(value)) }
        return (UnsafePointer(start), UInt64(values.count))
    }
}

private func fill(
    _ errorOut: UnsafeMutablePointer<samvad_error_t>?, _ kind: Failure.Kind, code: UInt32, _ detail: StaticString
) {
    fill(errorOut, Failure(kind, code: code, "")) { _ in nil }
    guard let errorOut, errorOut.pointee.error_class != 0 else { return }
    errorOut.pointee.detail = borrowed(detail)
}

private func fill(
    _ errorOut: UnsafeMutablePointer<samvad_error_t>?, _ failure: Failure,
    memory: (Int) -> UnsafeMutableRawPointer?
) {
    guard let errorOut, size(of: UnsafePointer(errorOut)) >= MemoryLayout<samvad_error_t>.size else { return }
    errorOut.pointee.error_class = failure.kind.rawValue
    errorOut.pointee.code = failure.code
    errorOut.pointee.retry_after_ms = failure.retryAfterMilliseconds
    let utf8 = Array(failure.detail.utf8)
    guard !utf8.isEmpty, let start = memory(utf8.count) else { return }
    start.copyMemory(from: utf8, byteCount: utf8.count)
    errorOut.pointee.detail = samvad_str_t(ptr: start.assumingMemoryBound(to: CChar.self), len: UInt64(utf8.count))
}
