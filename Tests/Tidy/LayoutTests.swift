// Is every struct of the ABI laid out as it was released? Compiles and runs one small C program a compiler.
//
// The table is the promise: a line may be added at a struct's end, with a new minor number; none may change.
import Foundation
import Testing

@Suite("Layout of the ABI")
struct LayoutTests {
    @Test("sizes and offsets are those of the table, with both compilers", arguments: ["gcc", "clang"])
    func layout(_ compiler: String) throws {
        let folder = try ScratchFolder()
        let source = try folder.write(Self.program, to: "layout.c")
        let program = folder.url.appending(path: "layout").path
        let include = House.standing.root.appending(path: "PluginAPI/CSamvad/include").path
        let built = try Shell.run([compiler, "-std=c11", "-I", include, source.path, "-o", program])
        try #require(built.status == 0, "\(built.output)")
        let found = try Shell.run([program]).output.split(separator: "\n").map(String.init)
        let wanted = Self.rows.map { "\($0.type) \($0.member) \($0.number)" }
        for (found, wanted) in zip(found, wanted) where found != wanted {
            Issue.record("the ABI has changed: \(found), and \(wanted) was released. Put new members at the end; else a new major")
        }
        #expect(found.count == wanted.count)
    }

    @Test("every struct and member of the headers stands in the table, in its order")
    func complete() {
        let headers = House.standing.files(".h", under: ["PluginAPI/CSamvad/include/"])
        let declared = headers.flatMap(StructReader.members(in:)).sorted { $0.type < $1.type }
        let named = Self.rows.filter { $0.member != "size of all" }.sorted { $0.type < $1.type }
        for type in Set(declared.map(\.type)).union(named.map(\.type)).sorted() {
            let inHeader = declared.filter { $0.type == type }.map(\.member)
            let inTable = named.filter { $0.type == type }.map(\.member)
            #expect(inHeader == inTable, "\(type): what was added must be written into the table in Tests/Tidy/LayoutTests.swift")
        }
    }

    struct Row: Sendable {
        let type: String
        let member: String
        let number: Int
    }

    /// Type: its size, then each member with its offset. 64-bit machines with 8-byte pointers.
    static let table = """
        samvad_str_t 16 ptr 0 len 8
        samvad_bytes_t 16 ptr 0 len 8
        samvad_field_t 32 key 0 value 16
        samvad_message_t 32 key 0 arguments 16 arguments_count 24
        samvad_effect_t 48 kind 0 key 16 arguments 32 arguments_count 40
        samvad_document_t 72 id 0 kind 16 mime_type 32 sha256 48 bytes_count 64
        samvad_request_t 192 size 0 flags 4 call 8 deadline_ns 16 now_ms 24 random_seed 32 service 40 step 56 language 72 \
            citizen 88 application 104 event 120 values 136 values_count 144 documents 152 documents_count 160 state 168 \
            state_schema 184 reserved 188
        samvad_reply_t 96 size 0 outcome 4 messages 8 messages_count 16 values 24 values_count 32 effects 40 effects_count 48 \
            next 56 state 72 state_schema 88 reserved 92
        samvad_error_t 40 size 0 error_class 4 code 8 retry_after_ms 12 detail 16 tag 32
        samvad_host_t 80 size 0 abi_major 4 abi_minor 8 reserved 12 version 16 ctx 32 arena_alloc 40 complete 48 \
            is_cancelled 56 get_service 64 misbehaviour 72
        samvad_instance_t 64 size 0 concurrency 4 ctx 8 activate 16 handle 24 on_cancel 32 on_event 40 drain 48 close 56
        samvad_module_t 64 size 0 abi_major 4 abi_minor 8 reserved 12 id 16 version 32 open 48 get_service 56
        samvad_log_t 16 size 0 reserved 4 write 8
        samvad_random_t 16 size 0 reserved 4 next 8
        """

    static let rows: [Row] = table.split(separator: "\n").flatMap { line -> [Row] in
        let words = line.split(separator: " ").map(String.init)
        let members = stride(from: 2, to: words.count - 1, by: 2).map {
            Row(type: words[0], member: words[$0], number: Int(words[$0 + 1]) ?? -1)
        }
        return [Row(type: words[0], member: "size of all", number: Int(words[1]) ?? -1)] + members
    }

    /// Prints the table again, from what the compiler makes of the headers.
    private static var program: String {
        let prints = rows.map { row in
            let value = row.member == "size of all" ? "sizeof(\(row.type))" : "offsetof(\(row.type), \(row.member))"
            return "  printf(\"%s %s %d\\n\", \"\(row.type)\", \"\(row.member)\", (int)\(value));"
        }
        return "#include \"samvad.h\"\n#include <stdio.h>\nint main(void) {\n\(prints.joined(separator: "\n"))\n  return 0;\n}\n"
    }
}

/// Reads `typedef struct … { … } name_t;` of our own headers.
enum StructReader {
    struct Member: Sendable {
        let type: String
        let member: String
    }

    static func members(in file: SourceFile) -> [Member] {
        let code = file.lines.filter { !$0.code.hasPrefix("#") }.map(\.code).joined(separator: " ")
        return code.matches(of: #/struct\s+\w+\s*\{([^}]*)\}\s*(\w+)\s*;/#).flatMap { found in
            found.1.split(separator: ";").compactMap { declaration in
                name(in: String(declaration)).map { Member(type: String(found.2), member: $0) }
            }
        }
    }

    private static func name(in declaration: String) -> String? {
        if let pointer = declaration.firstMatch(of: #/\(\*(\w+)\)\s*\(/#) { return String(pointer.1) }
        return declaration.firstMatch(of: #/(\w+)\s*(?:\[[^\]]*\])?\s*$/#).map { String($0.1) }
    }
}
