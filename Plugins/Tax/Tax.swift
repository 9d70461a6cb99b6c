// The property tax of the Municipal Corporation of Delhi; the host calls it through SamvadKit on its call thread.
//
// Its messages: service, step, then key (arguments): when. Arguments arrive ready to read: money ₹41,800 or ₹41,800.50,
// factors 0.7, percents 11.
//
// property_tax_calculate, quote or submit (with value amount_paise)
//   line_area (category, rate, area, amount): always; rate × area = amount
//   line_age (year, factor, amount): the factor is not 1; amount is what it leaves, here and below
//   line_structure (factor, amount), line_use (factor, amount), line_occupancy (factor, amount): the factor is not 1
//   line_flat (factor, amount): a flat of up to 100 sq m
//   line_tax (percent, amount): always; percent of the annual value
//   rebate_owner (percent, rebate, amount): owner_rebate is not "none" and it applies
//   rebate_owner_not_applicable: asked for, but let out, not a home, or over 100 sq m
//   rebate_group_housing (percent, rebate, amount): group_housing is "yes"
//   rebate_lump_sum (percent, rebate, amount, until): today is inside the window
//   total (amount, year): always; year is 2026-27
//   estimate_only: always, last; the corporation's own demand counts
//   rates_unknown: refused; no rates for this day or category
// property_tax_calculate, property_tax_pay, eligibility
//   year_in_future: asks year_built again; later than this year
// property_tax_pay, quote (with value amount_paise; all keys above if covered_area_sqm is asked here too)
//   pay_amount (amount, year): from portal.amount_due_paise, or else the field amount
//   rebate_open (percent, until): inside the window, geotag_done is "yes"
//   geotag_for_rebate (percent, until): inside the window, geotag_done is not "yes"
//   rebate_closed (until): the window has passed
//   nothing_to_pay: refused; also at submit
// property_tax_pay, submit
//   (none): effect samvad.pay/1 with amount_paise, purpose property_tax; the host asks for the money
// property_tax_pay, event
//   payment_received (amount), payment_failed: events "paid", "payment_failed"
//
// Options: category A…H · structure pucca, semi_pucca, kutcha · occupancy self, tenant, vacant · owner_rebate none,
// woman, senior, pwd, ex_serviceman · use: the keys of Rates.uses · is_flat, group_housing yes or no.
import SamvadKit

struct Tax: Department {
    init(host: Host) {}

    func eligibility(_ request: Request) throws(Failure) -> Reply {
        guard Self.services.contains(request.service) else { throw .unknownService(of: request) }
        if let built = try request.values.integer("year_built"), built > Int64(request.today.year) {
            return .ask("year_built", Message("year_in_future"))
        }
        return .ok()
    }

    func quote(_ request: Request) throws(Failure) -> Reply {
        switch request.service {
        case "property_tax_calculate": try assessed(request)
        case "property_tax_pay":
            try request.values.text("covered_area_sqm") == nil ? demanded(request) : assessed(request)
        default: throw .unknownService(of: request)
        }
    }

    func submit(_ request: Request) throws(Failure) -> Reply {
        let quoted = try quote(request)
        guard request.service == "property_tax_pay", quoted.outcome == .ok else { return quoted }
        // What was quoted before and agreed to counts, and is carried along in `amount_paise`.
        let known = request.values.text("amount_paise") == nil ? Values(quoted.values) : request.values
        let agreed = try required("amount_paise", known.paise)
        guard agreed > .zero else { return .refused(Message("nothing_to_pay")) }
        return Reply(.ok, values: amount(agreed), effects: [.pay(agreed, purpose: "property_tax")])
    }

    func event(_ request: Request) throws(Failure) -> Reply {
        switch request.event {
        case "paid":
            let paid = try request.values.paise("amount_paise") ?? .zero
            return .ok(Message("payment_received", ["amount": paid.readable]))
        case "payment_failed": return .ok(Message("payment_failed"))
        default: throw .unknownStep(of: request)
        }
    }

    private static let services: Set = ["property_tax_calculate", "property_tax_pay"]

    private func amount(_ paise: Paise) -> [Field] { [Field("amount_paise", String(paise.amount))] }
}

// MARK: - What is owed

extension Tax {
    /// By the unit-area method, line by line.
    private func assessed(_ request: Request) throws(Failure) -> Reply {
        guard let rates = Rates.inForce(on: request.today) else { return .refused(Message("rates_unknown")) }
        let property = try Property(request.values)
        guard let assessment = rates.assess(property, on: request.today) else {
            return .refused(Message("rates_unknown"))
        }
        return Reply(.ok, assessment.messages(year: request.today.financialYear), values: amount(assessment.total))
    }

    /// By the corporation's own demand: what it told the host, or else what the citizen read on it.
    private func demanded(_ request: Request) throws(Failure) -> Reply {
        let demand = request.values.text("portal.amount_due_paise") == nil ? "amount" : "portal.amount_due_paise"
        let owed = try required(demand, request.values.paise)
        guard owed > .zero else { return .refused(Message("nothing_to_pay")) }
        let year = request.values.text("financial_year") ?? request.today.financialYear
        var messages = [Message("pay_amount", ["amount": owed.readable, "year": year])]
        if let rebate = Rates.inForce(on: request.today)?.lumpSum {
            let hasGeotag = try request.values.yes("geotag_done") ?? false
            let until: Arguments = ["percent": String(rebate.percent), "until": rebate.lastDay.readable]
            if request.today > rebate.lastDay {
                messages.append(Message("rebate_closed", ["until": rebate.lastDay.readable]))
            } else {
                messages.append(Message(hasGeotag ? "rebate_open" : "geotag_for_rebate", until))
            }
        }
        return Reply(.ok, messages, values: amount(owed))
    }
}
