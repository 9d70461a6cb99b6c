// The pension schemes' rules that data can't say; the host calls it through SamvadKit on its call thread.
//
// There is no pension portal of our own: for `pension_status` the host puts what it looked up into values that begin
// with `portal.`: portal.state, portal.last_credit_month (YYYY-MM), portal.reason. No portal.state is "not found".
//
// Its messages: service, step, then key (arguments): when. Arguments arrive ready to read: dates DD-MM-YYYY, months
// MM-YYYY, money ₹2,500.
//
// pension_status, status or submit
//   state_applied: APPLIED
//   state_under_verification: UNDER_VERIFICATION
//   state_sanctioned: SANCTIONED
//   state_waitlisted: WAITLISTED, the quota is full
//   state_active (month): ACTIVE, last credit in that month
//   state_active_no_credit: ACTIVE, no credit yet
//   state_on_hold_verification: ON_HOLD, reason VERIFICATION_DUE
//   state_on_hold_bank_link: ON_HOLD, reason AADHAAR_BANK_LINK
//   state_on_hold_life_certificate: ON_HOLD, reason DLC
//   state_on_hold (reason), state_on_hold_no_reason: ON_HOLD, as the office wrote it
//   state_stopped (reason), state_stopped_no_reason: STOPPED
//   state_rejected (reason), state_rejected_no_reason: REJECTED
//   state_delayed: DELAYED, payment waits for the finance department
//   state_unmapped (text): anything else, as the office wrote it
//   state_not_found: nothing found under what was given
// old_age_pension_apply, eligibility
//   too_young (from_date): refused; dob, under 60
//   residence_too_short (from_date): refused; residing_since, less than 5 years
//   income_over_limit (limit): refused; annual_income is not under it
//   other_pension: refused; has_other_pension is "yes"
//   amount_expected (amount): what is paid a month at this age and category
// submit
//   grievance_kept: pension_grievance; kept for the office
//   (none): old_age_pension_apply; effect samvad.file/1, and the host tells the number
import SamvadKit

struct Pensions: Department {
    init(host: Host) {}

    func eligibility(_ request: Request) throws(Failure) -> Reply {
        switch request.service {
        case "old_age_pension_apply": try oldAge(request)
        case "pension_status", "pension_grievance": .ok()
        default: throw .unknownService(of: request)
        }
    }

    func status(_ request: Request) throws(Failure) -> Reply {
        guard request.service == "pension_status" else { throw .unknownStep(of: request) }
        return .ok(creditState(request.values))
    }

    func submit(_ request: Request) throws(Failure) -> Reply {
        switch request.service {
        case "pension_status": .ok(creditState(request.values))
        case "pension_grievance": .ok(Message("grievance_kept"))
        case "old_age_pension_apply": .ok(effects: [.file(portal: "e_district")])
        default: throw .unknownService(of: request)
        }
    }
}

// MARK: - Where a pension stands

extension Pensions {
    /// What the portal said, as a sentence. A state that is not in the list is shown as it came, never guessed at.
    private func creditState(_ values: Values) -> Message {
        let reason = values.text("portal.reason")
        func because(_ key: String) -> Message {
            guard let reason else { return Message("\(key)_no_reason") }
            return Message(key, ["reason": reason])
        }
        switch values.text("portal.state") {
        case nil: return Message("state_not_found")
        case "APPLIED": return Message("state_applied")
        case "UNDER_VERIFICATION": return Message("state_under_verification")
        case "SANCTIONED": return Message("state_sanctioned")
        case "WAITLISTED": return Message("state_waitlisted")
        case "ACTIVE":
            guard let month = readableMonth(values.text("portal.last_credit_month")) else {
                return Message("state_active_no_credit")
            }
            return Message("state_active", ["month": month])
        case "ON_HOLD":
            switch reason {
            case "VERIFICATION_DUE": return Message("state_on_hold_verification")
            case "AADHAAR_BANK_LINK": return Message("state_on_hold_bank_link")
            case "DLC": return Message("state_on_hold_life_certificate")
            default: return because("state_on_hold")
            }
        case "STOPPED": return because("state_stopped")
        case "REJECTED": return because("state_rejected")
        case "DELAYED": return Message("state_delayed")
        case let text?: return Message("state_unmapped", ["text": text])
        }
    }

    /// `2026-10` as `10-2026`; nil for anything that is not a month.
    private func readableMonth(_ text: String?) -> String? {
        guard let text, let first = CivilDate(text + "-01") else { return nil }
        return String(first.readable.dropFirst(3))
    }
}

// MARK: - Who gets one

extension Pensions {
    private func oldAge(_ request: Request) throws(Failure) -> Reply {
        let born = try required("dob", request.values.date)
        let oldEnough = born.adding(years: Rates.oldAgeYears)
        guard oldEnough <= request.today else {
            return .refused(Message("too_young", ["from_date": oldEnough.readable]))
        }
        if let since = try request.values.date("residing_since") {
            let longEnough = since.adding(years: Rates.residenceYears)
            guard longEnough <= request.today else {
                return .refused(Message("residence_too_short", ["from_date": longEnough.readable]))
            }
        }
        guard try required("annual_income", request.values.paise) < Rates.incomeLimit else {
            return .refused(Message("income_over_limit", ["limit": Rates.incomeLimit.readable]))
        }
        if try request.values.yes("has_other_pension") == true { return .refused(Message("other_pension")) }
        guard let rates = Rates.oldAge.last(where: { $0.from <= request.today }) else { return .ok() }
        let age = request.today.years(since: born)
        var amount = age >= Rates.olderYears ? rates.older : rates.younger
        if age < Rates.olderYears, ["sc", "st", "minority"].contains(request.values.text("category")) {
            amount = amount + rates.categoryExtra
        }
        return .ok(Message("amount_expected", ["amount": amount.readable]))
    }
}
