// The departments' catalogues as they stand in Plugins, and a small one of our own with one of everything.
import Conversation
import Foundation
import Model
import NLU
import Testing

@testable import Model

enum Catalogues {
    static let revenue = read("Revenue")
    static let tax = read("Tax")
    static let grievances = read("Grievances")
    static let pensions = read("Pensions")
    static let real = [revenue, tax, grievances, pensions]

    /// What the departments know of one another.
    static let directory = real.map {
        DepartmentEntry(id: $0.department.id, name: $0.department.name, displayNumber: "+91 11 4000 0000", services: $0.services)
    }

    static let understander: CatalogueUnderstander = {
        let understander = CatalogueUnderstander()
        understander.learn(real)
        return understander
    }()

    private static func read(_ folder: String) -> Catalogue {
        let plugins = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Plugins")
        func decode<Value: Decodable>(_ path: String) -> Value {
            do {
                return try JSONDecoder().decode(Value.self, from: Data(contentsOf: plugins.appendingPathComponent(path)))
            } catch {
                fatalError("Plugins/\(path) can't be read: \(error)")  // every test of this room needs it
            }
        }
        func names(_ path: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: plugins.appendingPathComponent(path).path)) ?? []).filter {
                $0.hasSuffix(".json")
            }.sorted()
        }
        let lists = names("Lists").map { decode("Lists/\($0)") as ChoiceList }
        return Catalogue(
            department: decode("\(folder)/department.json"),
            services: names("\(folder)/Catalogue/services").map { decode("\(folder)/Catalogue/services/\($0)") },
            strings: decode("\(folder)/Catalogue/strings.json"), lists: Dictionary(uniqueKeysWithValues: lists.map { ($0.id, $0) }))
    }
}

extension Service {
    static func of(
        _ id: ServiceID, action: Action = .apply, fields: [Field] = [], documents: [DocumentRequirement] = [], hooks: [Hook] = [],
        portal: String? = nil,
        fee: Fee = Fee(paise: 0), days: Int? = 7, messages: [String: Sentence] = [:]
    ) -> Service {
        Service(
            id: id, action: action, title: .plain("\(id)"), name: .plain("\(id)"), summary: .plain("About \(id)."),
            issuer: .plain("The office"),
            samples: ["en": ["\(id)"]], keywords: [], statutoryDays: days, fee: fee, portal: portal, hooks: hooks, legalBasis: "An Act",
            purpose: .plain("to decide"),
            retentionDays: 30, fields: fields, documents: documents, messages: messages)
    }
}

extension DocumentRequirement {
    static func of(
        _ id: String, optional: Bool = false, when: Condition? = nil, kinds: [String]? = nil, accepts: [Form] = [.photo, .pdf]
    ) -> DocumentRequirement {
        DocumentRequirement(
            id: id, label: .plain(id), ask: .plain("Send \(id)"), help: nil, optional: optional, when: when,
            anyOneOf: kinds?.map { Choice(id: $0, label: .plain($0)) }, accepts: accepts, portrait: nil)
    }
}

extension Catalogue {
    /// A department with these services alone, all in its menu.
    static func of(_ services: [Service], strings: [String: Sentence] = [:]) -> Catalogue {
        let menu = [Department.MenuSection(title: .plain("Services"), services: services.map(\.id))]
        return Catalogue(
            department: Department(
                id: "town", version: "1.0.0", name: .plain("Town office"), welcome: .plain("What do you need?"), menu: menu),
            services: services, strings: strings, lists: Catalogues.revenue.lists)
    }

    /// One of everything that conditions, papers, hooks and bills can do.
    static let town = Catalogue.of([
        licence, Service.of("water", action: .info),
        Service.of(
            "bill", action: .pay, fields: [.of(.reference, "meter", pattern: "^[A-Z0-9]{4,12}$")], hooks: [.quote, .submit, .event],
            fee: Fee(quoted: true), messages: ["receipt": .plain("Receipt {amount_paise}")]), story,
    ])

    static let story = Service.of(
        "story", action: .complain, fields: [.of(.text, "details", max: .integer(500)), .of(.address, "place")], hooks: [.submit],
        messages: ["kept": .plain("Kept as {number}")])

    static let licence = Service.of(
        "licence",
        fields: [
            .of(.name, "owner"), .of(.yesNo, "married"), .of(.yesNo, "together", when: Condition(field: "married", among: ["yes"])),
            .of(.name, "spouse", when: Condition(field: "together", among: ["yes"])), .of(.district, "district"),
            .of(.subDivision, "office"),
            .of(.text, "nickname", optional: true),
            .of(.date, "dob", max: .date("today-18y"), help: .plain("It is on the birth certificate.")),
        ],
        documents: [
            .of("identity", kinds: ["voter", "licence", "pan"]), .of("wedding", when: Condition(field: "together", among: ["yes"])),
            .of("old_paper", optional: true),
            .of("portrait", accepts: [.photo]),
        ], hooks: [.eligibility, .submit], portal: "e_district",
        messages: [
            "too_young": .plain("Too young."), "fine": .plain("You qualify."), "delivered": .plain("Your licence."),
            "odd_answer": .plain("That can't be."),
        ])
}
