// The Revenue department's rules that data can't say; the host calls it through SamvadKit on its call thread.
//
// Its messages: service, step, then key (arguments): when. "offers" names the service that goes with a refusal, "asks"
// the field to be answered again. Arguments arrive ready to read: dates DD-MM-YYYY, money ₹8,00,000.
//
// caste_certificate_sc, eligibility
//   not_since_1951 (cutoff): refused, offers caste_certificate_sc_migrant; resident_since_1951 is "no"
//   caste_not_in_list: refused; caste_name is "other"
//   record_check_only: father_certificate_no is given, so no local enquiry
//   local_enquiry: no certificate in the family; enquiry and two witnesses
//   caste_by_father: a woman who is or was married; caste is by the father's side, both addresses are checked
// caste_certificate_st, caste_certificate_sc_migrant, eligibility
//   father_certificate_missing: refused; father_certificate_no is empty
//   verified_with_state: migrants; it is checked with the state that issued it
// caste_certificate_obc_delhi, eligibility
//   not_since_1993 (cutoff): refused, offers caste_certificate_obc_central; resident_since is later
//   relative_certificate_missing: refused; relative_certificate_no is empty
//   creamy_layer (limit): refused; annexure1_family_income is above; salary and farm income do not count
// caste_certificate_obc_central, eligibility
//   creamy_layer (limit): as above
//   states_origin: migrated_after_1993 is "yes"; the certificate names the home state
// ews_income_asset_certificate, eligibility
//   income_over_limit (limit): refused; family_annual_income is above
//   assets_over_limit: refused; land, flat or plot is
// domicile_certificate, eligibility
//   less_than_three_years (from_date): refused; residing_since
//   residing_before_birth: asks residing_since; an adult, and before dob
//   date_in_future: asks residing_since
// birth_registration, eligibility and quote (then with value amount_paise)
//   within_21_days: no fee
//   late_fee (fee): after 21 days, to 30
//   late_permission (fee): after 30 days, to a year, with written permission
//   late_with_order (fee): after a year, order_no is given
//   order_needed: refused, offers delayed_birth_order; after a year without order_no
//   date_in_future: asks dob
// birth_name_addition, eligibility and quote (then with value amount_paise)
//   name_free: within 12 months of registration_date, or else of dob
//   name_with_fee (fee): to 15 years
//   name_too_late (last_date): refused
//   date_in_future: asks registration_date or dob
// delayed_birth_order, eligibility
//   not_yet_a_year: refused, offers birth_registration
//   date_in_future: asks dob
// submit
//   kept_for_registrar: births; there is no portal to file with
//   (none): all others; effect samvad.file/1, and the host tells the number
import SamvadKit

struct Revenue: Department {
    init(host: Host) {}

    func eligibility(_ request: Request) throws(Failure) -> Reply {
        switch request.service {
        case "caste_certificate_sc": try scheduledCaste(request)
        case "caste_certificate_st": fatherCertificate(request, ok: [])
        case "caste_certificate_sc_migrant": fatherCertificate(request, ok: [Message("verified_with_state")])
        case "caste_certificate_obc_delhi": try otherBackwardClassDelhi(request)
        case "caste_certificate_obc_central": try otherBackwardClassCentral(request)
        case "ews_income_asset_certificate": try weakerSection(request)
        case "domicile_certificate": try domicile(request)
        case "birth_registration", "birth_name_addition": try fee(request).reply
        case "delayed_birth_order": try delayedOrder(request)
        default: try onlyKnown(request)
        }
    }

    func quote(_ request: Request) throws(Failure) -> Reply {
        guard ["birth_registration", "birth_name_addition"].contains(request.service) else {
            throw .unknownStep(of: request)
        }
        let (reply, fee) = try fee(request)
        guard reply.outcome == .ok else { return reply }
        var quoted = reply
        quoted.values = [Field("amount_paise", String(fee.amount))]
        return quoted
    }

    /// Services with a portal are filed there; the others are kept for the registrar, who has none.
    func submit(_ request: Request) throws(Failure) -> Reply {
        guard let portal = try portal(of: request) else { return .ok(Message("kept_for_registrar")) }
        return .ok(effects: [.file(portal: portal)])
    }

    /// Nothing to ask beyond the form, of a service that this department knows.
    private func onlyKnown(_ request: Request) throws(Failure) -> Reply {
        _ = try portal(of: request)
        return .ok()
    }

    /// The portal of a service of this department; nil when it has none.
    private func portal(of request: Request) throws(Failure) -> String? {
        if Rules.eDistrict.contains(request.service) { return "e_district" }
        guard Rules.registrar.contains(request.service) else { throw .unknownService(of: request) }
        return nil
    }
}

// MARK: - Caste, income, domicile

extension Revenue {
    private func scheduledCaste(_ request: Request) throws(Failure) -> Reply {
        if try request.values.yes("resident_since_1951") == false {
            let refusal = Message("not_since_1951", ["cutoff": Rules.scheduledCasteCutoff.readable])
            return .refused(refusal, offering: "caste_certificate_sc_migrant")
        }
        if request.values.text("caste_name") == Rules.casteNotListed { return .refused(Message("caste_not_in_list")) }
        let onRecord = request.values.text("father_certificate_no") != nil
        var messages = [Message(onRecord ? "record_check_only" : "local_enquiry")]
        let isWoman = ["f", "female", "woman"].contains(request.values.text("gender")?.lowercased())
        let everMarried = ["married", "widowed", "divorced"].contains(request.values.text("marital_status"))
        if isWoman && everMarried { messages.append(Message("caste_by_father")) }
        return Reply(.ok, messages)
    }

    private func fatherCertificate(_ request: Request, ok messages: [Message]) -> Reply {
        guard request.values.text("father_certificate_no") != nil else {
            return .refused(Message("father_certificate_missing"))
        }
        return Reply(.ok, messages)
    }

    private func otherBackwardClassDelhi(_ request: Request) throws(Failure) -> Reply {
        let since = try required("resident_since", request.values.date)
        guard since <= Rules.backwardClassCutoff else {
            let refusal = Message("not_since_1993", ["cutoff": Rules.backwardClassCutoff.readable])
            return .refused(refusal, offering: "caste_certificate_obc_central")
        }
        guard request.values.text("relative_certificate_no") != nil else {
            return .refused(Message("relative_certificate_missing"))
        }
        return try creamyLayer(request) ?? .ok()
    }

    private func otherBackwardClassCentral(_ request: Request) throws(Failure) -> Reply {
        if let refusal = try creamyLayer(request) { return refusal }
        return try request.values.yes("migrated_after_1993") == true ? .ok(Message("states_origin")) : .ok()
    }

    private func creamyLayer(_ request: Request) throws(Failure) -> Reply? {
        let income = try required("annexure1_family_income", request.values.paise)
        guard income > Rules.creamyLayerLimit else { return nil }
        return .refused(Message("creamy_layer", ["limit": Rules.creamyLayerLimit.readable]))
    }

    private func weakerSection(_ request: Request) throws(Failure) -> Reply {
        let income = try required("family_annual_income", request.values.paise)
        guard income <= Rules.weakerSectionLimit else {
            return .refused(Message("income_over_limit", ["limit": Rules.weakerSectionLimit.readable]))
        }
        let plotLimit =
            try request.values.yes("plot_in_notified_municipality") == false
            ? Rules.plotElsewhere : Rules.plotInMunicipality
        let land = try request.values.hundredths("agri_land_acres") ?? 0
        let flat = try request.values.hundredths("flat_area_sqft") ?? 0
        let plot = try request.values.hundredths("plot_area_sqyd") ?? 0
        let isOver = land >= Rules.farmLandAcres || flat >= Rules.flatSquareFeet || plot >= plotLimit
        return isOver ? .refused(Message("assets_over_limit")) : .ok()
    }

    private func domicile(_ request: Request) throws(Failure) -> Reply {
        let since = try required("residing_since", request.values.date)
        if since > request.today { return .ask("residing_since", Message("date_in_future")) }
        // A child is judged by the parents' residence, which may well have begun before the child.
        if let born = try request.values.date("dob"), since < born, request.today.years(since: born) >= Rules.adultYears {
            return .ask("residing_since", Message("residing_before_birth"))
        }
        let from = since.adding(years: Rules.domicileYears)
        guard from <= request.today else {
            return .refused(Message("less_than_three_years", ["from_date": from.readable]))
        }
        return .ok()
    }
}

// MARK: - Births

extension Revenue {
    /// What applies today to a birth or to a child's name, and its fee.
    private func fee(_ request: Request) throws(Failure) -> (reply: Reply, fee: Paise) {
        request.service == "birth_registration" ? try registration(request) : try nameAddition(request)
    }

    private func registration(_ request: Request) throws(Failure) -> (reply: Reply, fee: Paise) {
        let born = try required("dob", request.values.date)
        let days = request.today.days(since: born)
        guard days >= 0 else { return (.ask("dob", Message("date_in_future")), .zero) }
        guard let fees = Rules.lateFees.last(where: { $0.from <= request.today }) else {
            throw Failure(.bug, code: 100, "no late fees are known for this day")
        }
        func late(_ key: String, _ fee: Paise) -> (Reply, Paise) { (.ok(Message(key, ["fee": fee.readable])), fee) }
        if days <= Rules.registrationDays { return (.ok(Message("within_21_days")), .zero) }
        if days <= Rules.lateDays { return late("late_fee", fees.toThirtyDays) }
        if request.today <= born.adding(years: 1) { return late("late_permission", fees.toOneYear) }
        guard request.values.text("order_no") != nil else {
            return (.refused(Message("order_needed"), offering: "delayed_birth_order"), .zero)
        }
        return late("late_with_order", fees.later)
    }

    private func nameAddition(_ request: Request) throws(Failure) -> (reply: Reply, fee: Paise) {
        let field = request.values.text("registration_date") != nil ? "registration_date" : "dob"
        let start = try required(field, request.values.date)
        guard start <= request.today else { return (.ask(field, Message("date_in_future")), .zero) }
        let last = start.adding(years: Rules.nameYears)
        guard request.today <= last else {
            return (.refused(Message("name_too_late", ["last_date": last.readable])), .zero)
        }
        if request.today <= start.adding(years: 1) { return (.ok(Message("name_free")), .zero) }
        return (.ok(Message("name_with_fee", ["fee": Rules.nameFee.readable])), Rules.nameFee)
    }

    private func delayedOrder(_ request: Request) throws(Failure) -> Reply {
        let born = try required("dob", request.values.date)
        if born > request.today { return .ask("dob", Message("date_in_future")) }
        guard request.today > born.adding(years: 1) else {
            return .refused(Message("not_yet_a_year"), offering: "birth_registration")
        }
        return .ok()
    }
}
