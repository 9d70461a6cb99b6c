// The Revenue department's cut-off days, limits and fees, each with its source. Read by Revenue.swift; constant.
import SamvadKit

enum Rules {
    /// Presidential order on Scheduled Castes in Part C States; family in Delhi since before this day. Guidelines of
    /// the Revenue Department, dcsouth.delhigovt.nic.in.
    static let scheduledCasteCutoff = day(1951, 9, 20)

    /// The entry of the list sc_list_delhi for a caste that is not in it.
    static let casteNotListed = "other"

    /// Resident of Delhi on or before this day. Guidelines of the Revenue Department on OBC certificates.
    static let backwardClassCutoff = day(1993, 9, 8)

    /// Rs 8 lakh a year; salary and farm income are not counted. DoPT OM 36033/1/2013-Estt.(Res.) of 13-09-2017;
    /// general knowledge, to be confirmed by the department before use.
    static let creamyLayerLimit = Paise.lakhs(8)

    /// Rs 8 lakh gross a year, all sources. DoPT OM 36039/1/2019-Estt.(Res.) of 31-01-2019, as are the limits of
    /// land, flat and plot, in hundredths of acres, square feet and square yards; general knowledge, to be confirmed.
    static let weakerSectionLimit = Paise.lakhs(8)
    static let farmLandAcres: Int64 = 5_00
    static let flatSquareFeet: Int64 = 1_000_00
    static let plotInMunicipality: Int64 = 100_00
    static let plotElsewhere: Int64 = 200_00

    /// Three years without a break. Revenue Department, domicile certificate.
    static let domicileYears = 3
    static let adultYears = 18

    /// Registration of Births and Deaths Act 1969, ss.8 and 13, and Delhi rules of 1999.
    static let registrationDays: Int64 = 21
    static let lateDays: Int64 = 30

    struct LateFees {
        var from: CivilDate
        var toThirtyDays: Paise
        var toOneYear: Paise
        var later: Paise
    }

    /// Rs 2, 5 and 10 of the Delhi rules of 1999, oldest row first. Whether Delhi has raised them since the Act of
    /// 2023 is not known: a new notification is a new row.
    static let lateFees = [
        LateFees(from: day(1999, 1, 1), toThirtyDays: .rupees(2), toOneYear: .rupees(5), later: .rupees(10))
    ]

    /// Delhi Registration of Births and Deaths (Amendment) Rules 2021: free for 12 months, then with a fee to 15 years.
    static let nameYears = 15
    /// General knowledge, to be confirmed.
    static let nameFee = Paise.rupees(5)

    /// Filed with the e-District portal.
    static let eDistrict: Set = [
        "income_certificate", "domicile_certificate", "caste_certificate_sc", "caste_certificate_st",
        "caste_certificate_sc_migrant", "caste_certificate_obc_delhi", "caste_certificate_obc_central",
        "ews_income_asset_certificate", "surviving_member_certificate", "solvency_certificate", "lal_dora_certificate",
        "land_status_report", "delayed_birth_order", "delayed_death_order", "disability_identity_card",
        "marriage_registration_hma", "marriage_registration_tatkal", "marriage_solemnization_sma",
    ]

    /// Of the registrars of births and deaths (MCD, NDMC), who have no portal that we could file with.
    static let registrar: Set = [
        "birth_registration", "birth_name_addition", "birth_certificate_correction", "birth_certificate_download",
        "birth_certificate_recheck", "ndmc_birth_certificate", "death_registration", "death_certificate_download",
    ]

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        // The days above exist, so the other branch is never taken.
        CivilDate(year: year, month: month, day: day) ?? CivilDate(dayNumber: 0)
    }
}
