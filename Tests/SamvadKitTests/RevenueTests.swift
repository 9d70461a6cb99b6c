// The Revenue department's rules, asked through TestKit as the host would ask.
import SamvadKit
import TestKit
import Testing

@testable import Revenue

@Suite struct RevenueTests {
    let host: TestHost<Revenue>

    init() throws { host = try TestHost(Revenue.self, today: "2026-11-24") }

    @Test("a family that came after September 1951 is offered the migrants' certificate")
    func scheduledCasteMigrant() throws {
        let reply = try host.call("caste_certificate_sc", .eligibility, ["resident_since_1951": "no"])
        #expect(reply.outcome == .refused)
        #expect(reply.keys == ["not_since_1951"])
        #expect(reply.argument("cutoff", of: "not_since_1951") == "20-09-1951")
        #expect(reply.next == "caste_certificate_sc_migrant")
    }

    @Test("a certificate in the family spares the local enquiry, and marriage never brings a caste")
    func scheduledCaste() throws {
        let onRecord = try host.call(
            "caste_certificate_sc", .eligibility, ["resident_since_1951": "yes", "father_certificate_no": "SC/1/2001"])
        #expect(onRecord.outcome == .ok && onRecord.keys == ["record_check_only"])
        let wife = try host.call(
            "caste_certificate_sc", .eligibility,
            ["resident_since_1951": "yes", "gender": "F", "marital_status": "married"])
        #expect(wife.keys == ["local_enquiry", "caste_by_father"])
        let unlisted = try host.call(
            "caste_certificate_sc", .eligibility, ["resident_since_1951": "yes", "caste_name": "other"])
        #expect(unlisted.outcome == .refused && unlisted.keys == ["caste_not_in_list"])
    }

    @Test(
        "the father's certificate is essential for tribes and migrants",
        arguments: ["caste_certificate_st", "caste_certificate_sc_migrant"])
    func fatherCertificate(service: String) throws {
        #expect(try host.call(service, .eligibility).keys == ["father_certificate_missing"])
        #expect(try host.call(service, .eligibility, ["father_certificate_no": "X-1"]).outcome == .ok)
    }

    @Test(
        "the OBC certificate of Delhi needs residence by 8 September 1993",
        arguments: [("1993-09-08", "ok"), ("1993-09-09", "not_since_1993")])
    func backwardClassResidence(since: String, answer: String) throws {
        let reply = try host.call(
            "caste_certificate_obc_delhi", .eligibility,
            ["resident_since": since, "relative_certificate_no": "O-1", "annexure1_family_income": "0"])
        #expect(reply.keys == (answer == "ok" ? [] : [answer]))
        #expect(reply.next == (answer == "ok" ? "" : "caste_certificate_obc_central"))
    }

    @Test(
        "the creamy layer begins above 8 lakh, for both lists",
        arguments: ["caste_certificate_obc_delhi", "caste_certificate_obc_central"])
    func creamyLayer(service: String) throws {
        func ask(_ paise: String) throws -> Reply {
            try host.call(
                service, .eligibility,
                ["resident_since": "1990-01-01", "relative_certificate_no": "O-1", "annexure1_family_income": paise])
        }
        #expect(try ask("80000000").outcome == .ok)
        let refused = try ask("80000001")
        #expect(refused.outcome == .refused)
        #expect(refused.argument("limit", of: "creamy_layer") == "₹8,00,000")
    }

    @Test("who lives here less than three years is told from which day on he may apply")
    func domicile() throws {
        let early = try host.call(
            "domicile_certificate", .eligibility, ["residing_since": "2023-11-25", "dob": "1990-01-01"])
        #expect(early.argument("from_date", of: "less_than_three_years") == "25-11-2026")
        #expect(try host.call("domicile_certificate", .eligibility, ["residing_since": "2023-11-24"]).outcome == .ok)
        let future = try host.call("domicile_certificate", .eligibility, ["residing_since": "2026-11-25"])
        #expect(future.outcome == .ask && future.next == "residing_since" && future.keys == ["date_in_future"])
    }

    @Test("an adult can't live here since before his birth, a child's parents can")
    func beforeBirth() throws {
        let adult = try host.call(
            "domicile_certificate", .eligibility, ["residing_since": "1989-01-01", "dob": "1990-01-01"])
        #expect(adult.outcome == .ask && adult.keys == ["residing_before_birth"])
        #expect(
            try host.call("domicile_certificate", .eligibility, ["residing_since": "2001-01-01", "dob": "2015-01-01"])
                .outcome == .ok)
    }

    @Test(
        "a birth's fee follows the days that have passed",
        arguments: [
            ("2026-11-24", "within_21_days", "0"), ("2026-11-03", "within_21_days", "0"),
            ("2026-11-02", "late_fee", "200"), ("2026-10-25", "late_fee", "200"),
            ("2026-10-24", "late_permission", "500"), ("2025-11-24", "late_permission", "500"),
        ])
    func birthFee(born: String, key: String, paise: String) throws {
        #expect(try host.call("birth_registration", .eligibility, ["dob": born]).keys == [key])
        let quote = try host.call("birth_registration", .quote, ["dob": born])
        #expect(quote.keys == [key] && quote.value("amount_paise") == paise)
    }

    @Test("after a year a birth needs the order of the magistrate")
    func birthOrder() throws {
        let refused = try host.call("birth_registration", .eligibility, ["dob": "2025-11-23"])
        #expect(refused.outcome == .refused && refused.next == "delayed_birth_order")
        let ordered = try host.call("birth_registration", .quote, ["dob": "2025-11-23", "order_no": "SDM/7"])
        #expect(ordered.value("amount_paise") == "1000")
        let tooEarly = try host.call("delayed_birth_order", .eligibility, ["dob": "2025-11-24"])
        #expect(tooEarly.outcome == .refused && tooEarly.next == "birth_registration")
        #expect(try host.call("delayed_birth_order", .eligibility, ["dob": "2025-11-23"]).outcome == .ok)
    }

    @Test(
        "a child's name is free for a year, costs until the fifteenth, and is late after",
        arguments: [
            ("2025-11-24", "name_free", "0"), ("2025-11-23", "name_with_fee", "500"),
            ("2011-11-24", "name_with_fee", "500"),
            ("2011-11-23", "name_too_late", nil),
        ] as [(String, String, String?)])
    func childName(born: String, key: String, paise: String?) throws {
        let quote = try host.call("birth_name_addition", .quote, ["dob": "2000-01-01", "registration_date": born])
        #expect(quote.keys == [key] && quote.value("amount_paise") == paise)
    }

    @Test("what has a portal is filed there once, the rest is kept for the registrar")
    func submit() throws {
        let filed = try host.call("income_certificate", .submit)
        #expect(filed.effects == [.file(portal: "e_district")] && filed.messages.isEmpty)
        let kept = try host.call("birth_registration", .submit)
        #expect(kept.effects.isEmpty && kept.keys == ["kept_for_registrar"])
    }

    @Test("an unknown service, a missing or a malformed value is a failure with its code, never a trap")
    func failures() throws {
        func code(_ service: String, _ step: Step, _ values: KeyValuePairs<String, String> = [:]) -> UInt32? {
            do throws(Failure) {
                _ = try host.call(service, step, values)
                return nil
            } catch { return error.code }
        }
        #expect(code("nothing", .submit) == 1)
        #expect(code("income_certificate", .status) == 2)
        #expect(code("birth_registration", .eligibility) == 3)
        #expect(code("birth_registration", .eligibility, ["dob": "24-11-2026"]) == 4)
        #expect(code("caste_certificate_sc", .eligibility, ["resident_since_1951": "maybe"]) == 4)
        #expect(code("ews_income_asset_certificate", .eligibility, ["family_annual_income": "8 lakh"]) == 4)
    }
}
