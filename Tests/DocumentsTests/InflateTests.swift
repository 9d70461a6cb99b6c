// Unpacking, against data that zlib itself packed.
import Foundation
import Testing

@testable import Documents

enum Inflated {
    static let text = (0..<200).map { "\($0): Samvad packs and unpacks, आय प्रमाण पत्र.\n" }.joined()
    /// That text packed by zlib at level 9: dynamic codes.
    static let dynamic = Array(
        Data(
            base64Encoded:
                "eNqt272N1FAUhuGcKqYAhO53fX9pgwpGuxlihYSgBDKqwCQEsBVQi0sBLS080VgOTvRoZN/3uLy9vbt/+HJ/vH28P7z/dLs/Pd4+"
                + "P71cv75d59fr/P3v5+f149t1Pl/nr+v8c53fX26d5/+7b15FDKliyCGGNDGkiyFDDJliyBJDNsFWyBRiNgRtiNoQtiFuQ+CGyA2h"
                + "G2K3ErvV/N8Su5XYrcRuJXYrsVuJ3UrsVmL3IHYPYvcwDwvE7kHsHsTuQewexO5B7B7EbiN2G7HbiN1mnnSJ3UbsNmK3EbuN2G3E"
                + "bid2O7Hbid1O7HbzmkbsdmK3E7ud2O3E7iB2B7E7iN1B7A5id5gzBmJ3ELuD2B3E7iR2J7E7id1J7E5idxK70xyQEbuT2J3E7iJ2"
                + "F7G7iN1F7C5idxG7i9hd5nSX2F3E7iZ2N7G7id1N7G5idxO7m9jdxO42aQK1CRMniqkTxeSJYvpEMYGimEJRTKIoplEUEymKUawS"
                + "m1GMIhuqbCizoc6GQhsqbSi1mdYWE9tSUSk2ik1viwluMcUtJrnFNLeY6BZT3WKyW0x3y4EWHoxik95i2ltMfIupbzH5Laa/xQS4"
                + "mAIXk+DS0N6OUWwqXEyGi+lwMSEupsTFpLiYFhcT42JqXDpaPzOKTZCLKXIxSS6mycVEuZgqF5PlYrpcTJjLQFuURrFpczFxLqbO"
                + "xeS5mD4XE+hiCl1MootpdJloGdgoNpkuptPFhLqYUheT6mJaXUysi6l1MbkuC+20G8Wm2MUku5hmFxPtYqpdTLaL6XYx4S6m3GWj"
                + "TzOI4r/U9YHR") ?? Data())
    /// "hello hello hello hello", level 9: fixed codes.
    static let fixed = Array(Data(base64Encoded: "eNrLSM3JyVfIQCcBaAMIsQ==") ?? Data())
}

@Suite("Unpacking")
struct InflateTests {
    @Test("fixed, dynamic and stored blocks give back what was packed")
    func whole() throws {
        let stored = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

        #expect(try Inflate.unpack(zlib: Inflated.dynamic, bytesMax: 100_000) == Array(Inflated.text.utf8))
        #expect(try Inflate.unpack(zlib: Inflated.fixed, bytesMax: 100) == Array("hello hello hello hello".utf8))
        #expect(try Inflate.unpack(zlib: SamplePaper.zlibStored(stored), bytesMax: 200_000) == stored)
    }

    @Test("more than the bound is refused before it is unpacked")
    func bound() throws {
        #expect(throws: Inflate.Failure.tooLarge) { try Inflate.unpack(zlib: Inflated.dynamic, bytesMax: 5000) }
        #expect(throws: Inflate.Failure.tooLarge) {
            try Inflate.unpack(zlib: SamplePaper.zlibStored([1, 2, 3]), bytesMax: 2)
        }
    }

    @Test("cut off or changed data is refused or different, and never a crash")
    func damaged() {
        for count in 0..<Inflated.dynamic.count - 8 {
            #expect(throws: Inflate.Failure.damaged) {
                try Inflate.unpack(zlib: Array(Inflated.dynamic[..<count]), bytesMax: 100_000)
            }
        }
        for index in Inflated.dynamic.indices {
            var changed = Inflated.dynamic
            changed[index] ^= 0x55
            _ = try? Inflate.unpack(zlib: changed, bytesMax: 100_000)
        }
    }
}
