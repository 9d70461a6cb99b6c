// Every key of samvad.yaml in one table: what it is, what it may be, its default. The reader, `config check` and the
// reference in the README of this room come from here.

struct ConfigurationKey: Sendable {
    enum Form: Sendable, Equatable {
        case text, path, url, address, flag, secret, digits, storageURL
        case choice([String])
    }

    /// Dots between levels; `[]` for each item of a list, `*` for any name.
    let path: String
    let form: Form
    /// nil with `isRequired` false: the thing is absent.
    let fallback: String?
    let isRequired: Bool
    let about: String

    init(_ path: String, _ form: Form, fallback: String? = nil, required: Bool = false, _ about: String) {
        self.path = path
        self.form = form
        self.fallback = fallback
        isRequired = required
        self.about = about
    }

    static let all: [ConfigurationKey] = [
        .init("server.listen", .address, fallback: "127.0.0.1:8080", "the internet side: webhooks, payment callbacks"),
        .init("server.admin_listen", .address, fallback: "127.0.0.1:8081", "the office side: dashboard, admin API, metrics"),
        .init("server.public_url", .url, fallback: "http://127.0.0.1:8080", "how citizens and gateways reach `listen`"),
        .init("storage.url", .storageURL, required: true, "sqlite:PATH; postgres://… comes later"),
        .init("storage.documents", .path, "folder of the encrypted papers; default: beside the database"),
        .init(
            "storage.key", .secret, "64 hex digits that encrypt personal data at rest; default: a key file beside the database, made once"),
        .init("whatsapp.graph_url", .url, fallback: "https://graph.facebook.com", "Meta's Graph API"),
        .init("whatsapp.api_version", .text, fallback: "v23.0", "also decides what webhooks contain"),
        .init("whatsapp.app_secret", .secret, required: true, "signs webhooks"),
        .init("whatsapp.app_secret_previous", .secret, "the one before a reset, while Meta still accepts it"),
        .init("whatsapp.verify_token", .secret, required: true, "for Meta's handshake"),
        .init("whatsapp.access_token", .secret, required: true, "the system user's token"),
        .init("whatsapp.messages_per_second", .digits, fallback: "80", "a line's throughput, in and out together; Meta raises it to 1000"),
        .init("modules.directory", .path, required: true, "NAME.so and NAME.so.sig"),
        .init("modules.require_signatures", .flag, fallback: "true", "false only where the folder itself is trusted"),
        .init("modules.trusted_keys", .path, "folder of *.pub files"),
        .init("modules.worker", .path, "the samvad-worker executable; default: beside samvad"),
        .init("departments[].id", .text, required: true, "the department, for example revenue"),
        .init("departments[].module", .text, "the module's file name without .so; default: the id"),
        .init("departments[].isolation", .choice(["worker", "in-process"]), fallback: "worker", "where the module runs"),
        .init("departments[].phone_number_id", .digits, required: true, "Meta's id of the department's line, in quotes"),
        .init("departments[].display_phone_number", .text, required: true, "the number as citizens dial it"),
        .init("portals.*.url", .url, required: true, "the portal's address"),
        .init("portals.*.key", .secret, "the key it asks for"),
        .init("payments.url", .url, "the gateway's address"),
        .init("payments.key_id", .secret, "the key id for the gateway's API"),
        .init("payments.key_secret", .secret, "and its secret"),
        .init("payments.callback_secret", .secret, "signs the gateway's callbacks"),
        .init("language_model.url", .url, "an OpenAI-compatible server inside the State Data Centre; optional"),
        .init("language_model.model", .text, "its model's name"),
        .init(
            "development.clock_file", .path, "moves the clock by the seconds in that file; refused unless graph_url is a loopback address"),
    ]
}
