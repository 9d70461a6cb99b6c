// The pensions that the e-District emulator knows: the last digit of the number says how the pension stands, so that
// every state can be asked for in a test or a demonstration.

enum EDistrictPensions {
    static func record(_ values: [(name: String, value: String)]) -> [(name: String, value: String)] {
        let numbers = values.filter { $0.name == "pension_id" || $0.name == "application_no" }.map(\.value)
        guard let last = numbers.joined().last(where: \.isNumber) else { return [] }
        switch last {
        case "1": return [("state", "ACTIVE"), ("last_credit_month", "2026-10")]
        case "2": return [("state", "ON_HOLD"), ("reason", "VERIFICATION_DUE")]
        case "3": return [("state", "STOPPED"), ("reason", "Bank account closed")]
        case "4": return [("state", "WAITLISTED")]
        case "5": return [("state", "DELAYED")]
        case "6": return [("state", "ON_HOLD"), ("reason", "DLC")]
        case "7": return [("state", "PENDING AT PFMS END")]
        default: return []
        }
    }
}
