// Where a pension stands, and who gets one, asked through TestKit.
import SamvadKit
import TestKit
import Testing

@testable import Pensions

@Suite struct PensionsTests {
    let host: TestHost<Pensions>

    init() throws { host = try TestHost(Pensions.self, today: "2026-11-24") }

    @Test(
        "each state of the portal has its sentence",
        arguments: [
            ("APPLIED", "state_applied"), ("UNDER_VERIFICATION", "state_under_verification"),
            ("SANCTIONED", "state_sanctioned"), ("WAITLISTED", "state_waitlisted"), ("DELAYED", "state_delayed"),
            ("ACTIVE", "state_active_no_credit"), ("ON_HOLD", "state_on_hold_no_reason"),
            ("STOPPED", "state_stopped_no_reason"), ("REJECTED", "state_rejected_no_reason"), ("", "state_not_found"),
        ])
    func states(state: String, key: String) throws {
        #expect(try host.call("pension_status", .status, ["portal.state": state]).keys == [key])
        #expect(try host.call("pension_status", .submit, ["portal.state": state]).keys == [key])
    }

    @Test("the last credit is told as a month, and only when it is one")
    func lastCredit() throws {
        let active = try host.call(
            "pension_status", .status, ["portal.state": "ACTIVE", "portal.last_credit_month": "2026-10"])
        #expect(active.argument("month", of: "state_active") == "10-2026")
        let odd = try host.call(
            "pension_status", .status, ["portal.state": "ACTIVE", "portal.last_credit_month": "Oct"])
        #expect(odd.keys == ["state_active_no_credit"])
    }

    @Test(
        "a hold says what the citizen must do, when that is known",
        arguments: [
            ("VERIFICATION_DUE", "state_on_hold_verification"), ("AADHAAR_BANK_LINK", "state_on_hold_bank_link"),
            ("DLC", "state_on_hold_life_certificate"), ("court stay", "state_on_hold"),
        ])
    func hold(reason: String, key: String) throws {
        let reply = try host.call("pension_status", .status, ["portal.state": "ON_HOLD", "portal.reason": reason])
        #expect(reply.keys == [key])
    }

    @Test("a state nobody knows is shown as it came")
    func unmapped() throws {
        let reply = try host.call("pension_status", .status, ["portal.state": "Pending at HQ"])
        #expect(reply.argument("text", of: "state_unmapped") == "Pending at HQ")
    }

    @Test(
        "old age, residence and income decide, in that order",
        arguments: [
            ("1966-11-25", "2015-01-01", "0", "too_young"), ("1966-11-24", "2021-11-25", "0", "residence_too_short"),
            ("1966-11-24", "2021-11-24", "10000000", "income_over_limit"),
            ("1966-11-24", "2021-11-24", "9999999", "amount_expected"),
        ])
    func oldAge(born: String, since: String, income: String, key: String) throws {
        let reply = try host.call(
            "old_age_pension_apply", .eligibility, ["dob": born, "residing_since": since, "annual_income": income])
        #expect(reply.keys == [key])
    }

    @Test(
        "the monthly amount follows age and category",
        arguments: [
            ("1966-01-01", "general", "₹2,500"), ("1966-01-01", "sc", "₹3,000"), ("1956-11-24", "sc", "₹3,000"),
            ("1956-11-25", "minority", "₹3,000"), ("1956-11-25", "general", "₹2,500"),
        ])
    func amounts(born: String, category: String, amount: String) throws {
        let reply = try host.call(
            "old_age_pension_apply", .eligibility, ["dob": born, "category": category, "annual_income": "0"])
        #expect(reply.argument("amount", of: "amount_expected") == amount)
    }

    @Test("who has another pension already gets no second one")
    func otherPension() throws {
        let reply = try host.call(
            "old_age_pension_apply", .eligibility,
            ["dob": "1950-01-01", "annual_income": "0", "has_other_pension": "yes"])
        #expect(reply.outcome == .refused && reply.keys == ["other_pension"])
    }
}
