// Builds the frames that go to a runner; the format is PluginAPI/CLoader/include/cloader/wire.h. Pure; any thread.
import CLoader
import Conversation
import Model

/// Little-endian bytes behind a frame's header.
struct FrameWriter {
    private(set) var bytes: [UInt8]

    init(kind: Int, callNumber: UInt64, capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(SAMVAD_FRAME_MAGIC))
        bytes.append(UInt8(SAMVAD_FRAME_FORMAT))
        bytes.append(UInt8(kind))
        bytes.append(0)
        write(UInt32(0))
        write(callNumber)
    }

    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ text: String) {
        write(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write(_ state: [UInt8]) {
        write(UInt32(truncatingIfNeeded: state.count))
        bytes.append(contentsOf: state)
    }

    mutating func write(_ fields: [FieldAnswer]) {
        write(UInt32(truncatingIfNeeded: fields.count))
        for field in fields {
            write(field.key)
            write(field.value)
        }
    }

    mutating func write(_ texts: [String]) {
        write(UInt32(truncatingIfNeeded: texts.count))
        for text in texts { write(text) }
    }

    /// The whole frame, or nil when it is longer than a runner takes.
    consuming func frame() -> [UInt8]? {
        guard bytes.count <= Int(SAMVAD_FRAME_BYTES_MAX) else { return nil }
        let length = UInt32(bytes.count)
        for place in 0..<4 { bytes[4 + place] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(place))) }
        return bytes
    }
}

enum HostFrame {
    static func activate(_ source: ModuleSource) -> [UInt8]? {
        var writer = FrameWriter(kind: SAMVAD_FRAME_ACTIVATE, callNumber: 0)
        writer.write(source.granted)
        writer.write(source.declared.filter { !source.granted.contains($0) })
        writer.write(source.configuration)
        return writer.frame()
    }

    /// nil: longer than a runner takes, or more values or documents than the ABI's limits allow.
    static func request(_ request: ModuleRequest, number: UInt64, deadlineNanoseconds: UInt64) -> [UInt8]? {
        guard request.values.count <= SAMVAD_FIELDS_MAX, request.documents.count <= SAMVAD_DOCUMENTS_MAX else {
            return nil
        }
        var writer = FrameWriter(kind: SAMVAD_FRAME_REQUEST, callNumber: number)
        writer.write(UInt32(0))
        writer.write(request.stateSchema)
        writer.write(deadlineNanoseconds)
        writer.write(request.now.milliseconds)
        writer.write(request.seed)
        writer.write(request.service.rawValue)
        writer.write(request.step.rawValue)
        writer.write(request.language.rawValue)
        writer.write(request.citizen)
        writer.write(request.application)
        writer.write(request.event)
        writer.write(request.values)
        writer.write(UInt32(request.documents.count))
        for document in request.documents {
            writer.write(document.id)
            writer.write(document.kind)
            writer.write(document.kept.mimeType)
            writer.write(document.kept.sha256)
            writer.write(UInt64(max(0, document.kept.bytesCount)))
        }
        writer.write(request.state)
        return writer.frame()
    }

    static func cancel(_ number: UInt64) -> [UInt8] { bare(SAMVAD_FRAME_CANCEL, number) }
    static func close() -> [UInt8] { bare(SAMVAD_FRAME_CLOSE, 0) }

    static func drain(deadlineNanoseconds: UInt64) -> [UInt8] {
        var writer = FrameWriter(kind: SAMVAD_FRAME_DRAIN, callNumber: 0, capacity: 24)
        writer.write(deadlineNanoseconds)
        return writer.frame() ?? []
    }

    private static func bare(_ kind: Int, _ number: UInt64) -> [UInt8] {
        FrameWriter(kind: kind, callNumber: number, capacity: 16).frame() ?? []
    }
}
