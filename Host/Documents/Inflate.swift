// Unpacks zlib data (RFC 1950, RFC 1951) up to a bound. Only for a PDF's object streams, which must be read to know
// what a PDF would do; PDFInspection calls it on any thread.

struct Inflate {
    enum Failure: Error {
        case damaged
        /// It would unpack to more than the bound.
        case tooLarge
    }

    private let input: [UInt8]
    private var index: Int
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let bytesMax: Int

    /// The unpacked bytes. What stands behind the end of the data is not looked at.
    static func unpack(zlib bytes: [UInt8], bytesMax: Int) throws(Failure) -> [UInt8] {
        guard bytes.count >= 2, bytes[0] & 0x0F == 8, bytes[1] & 0x20 == 0, bytes.bigEndian16(at: 0) % 31 == 0 else {
            throw .damaged
        }
        var inflate = Inflate(input: bytes, index: 2, bytesMax: bytesMax)
        try inflate.run()
        return inflate.output
    }

    private init(input: [UInt8], index: Int, bytesMax: Int) {
        self.input = input
        self.index = index
        self.bytesMax = bytesMax
    }

    private mutating func run() throws(Failure) {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try copyStored()
            case 1: try decode(Self.fixedLengths, Self.fixedDistances)
            case 2:
                let (lengths, distances) = try readTables()
                try decode(lengths, distances)
            default: throw .damaged
            }
        }
    }

    private mutating func take(_ count: Int) throws(Failure) -> Int {
        while bitCount < count {
            guard index < input.count else { throw .damaged }
            bits |= UInt32(input[index]) << UInt32(bitCount)
            index += 1
            bitCount += 8
        }
        let value = bits & ((1 << UInt32(count)) - 1)
        bits >>= UInt32(count)
        bitCount -= count
        return Int(value)
    }

    private mutating func copyStored() throws(Failure) {
        bits = 0
        bitCount = 0
        guard index + 4 <= input.count else { throw .damaged }
        let length = Int(input[index]) | Int(input[index + 1]) << 8
        let complement = Int(input[index + 2]) | Int(input[index + 3]) << 8
        index += 4
        guard length ^ complement == 0xFFFF, index + length <= input.count else { throw .damaged }
        guard output.count + length <= bytesMax else { throw .tooLarge }
        output += input[index..<index + length]
        index += length
    }

    private mutating func decode(_ lengths: Codes, _ distances: Codes) throws(Failure) {
        while true {
            let symbol = try read(lengths)
            if symbol == 256 { return }
            if symbol < 256 {
                guard output.count < bytesMax else { throw .tooLarge }
                output.append(UInt8(symbol))
                continue
            }
            guard symbol - 257 < Self.lengthBases.count else { throw .damaged }
            let length = Self.lengthBases[symbol - 257] + (try take(Self.lengthBits[symbol - 257]))
            let code = try read(distances)
            guard code < Self.distanceBases.count else { throw .damaged }
            let distance = Self.distanceBases[code] + (try take(Self.distanceBits[code]))
            guard distance <= output.count else { throw .damaged }
            guard output.count + length <= bytesMax else { throw .tooLarge }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func read(_ codes: Codes) throws(Failure) -> Int {
        // Canonical: the codes of each length are consecutive, so a code is found by its place among them.
        var code = 0
        var first = 0
        var place = 0
        for length in 1...Codes.lengthMax {
            code |= try take(1)
            let count = codes.counts[length]
            if code - first < count { return codes.symbols[place + code - first] }
            place += count
            first = (first + count) << 1
            code <<= 1
        }
        throw .damaged
    }

    private mutating func readTables() throws(Failure) -> (Codes, Codes) {
        let lengthCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let orderCount = try take(4) + 4
        var lengths = [Int](repeating: 0, count: 19)
        for place in Self.lengthOrder[..<orderCount] { lengths[place] = try take(3) }
        let codes = Codes(lengths)
        var all: [Int] = []
        while all.count < lengthCount + distanceCount {
            let symbol = try read(codes)
            switch symbol {
            case 16:
                guard let last = all.last else { throw .damaged }
                all += Array(repeating: last, count: 3 + (try take(2)))
            case 17: all += Array(repeating: 0, count: 3 + (try take(3)))
            case 18: all += Array(repeating: 0, count: 11 + (try take(7)))
            default: all.append(symbol)
            }
        }
        guard all.count == lengthCount + distanceCount, all[256] > 0 else { throw .damaged }
        return (Codes(Array(all[..<lengthCount])), Codes(Array(all[lengthCount...])))
    }

    /// A canonical Huffman code: how many codes of each length, and their symbols in order.
    private struct Codes {
        static let lengthMax = 15
        let counts: [Int]
        let symbols: [Int]

        init(_ lengths: [Int]) {
            var counts = [Int](repeating: 0, count: Self.lengthMax + 1)
            for length in lengths where length > 0 { counts[length] += 1 }
            self.counts = counts
            symbols = (1...Self.lengthMax).flatMap { length in lengths.indices.filter { lengths[$0] == length } }
        }
    }

    private static let fixedLengths = Codes(
        Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112) + Array(repeating: 7, count: 24)
            + Array(repeating: 8, count: 8))
    private static let fixedDistances = Codes(Array(repeating: 5, count: 30))
    private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
}
