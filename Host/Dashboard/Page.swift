// The two pages of the office as HTML: the dashboard's frame, which the script fills, and the form for the token.
import Model

/// Every text stands in Hindi and English side by side; the style shows one. Nothing of a citizen is in here.
enum Page {
    static func dashboard(language: Language, csrf: String) -> String {
        frame(
            language: language, title: language == .english ? "Samvad — office" : "संवाद — कार्यालय", csrf: csrf,
            script: true
        ) {
            """
            <a class="skip" href="#main">\(both("सीधे आँकड़ों पर जाएँ", "Skip to the figures"))</a>
            <header class="top">
              <p class="brand"><strong>\(both("संवाद", "Samvad"))</strong>
                <span>\(both("कार्यालय", "Office"))</span></p>
              <p class="line" id="line" role="status" data-state="connecting">
                <span class="dot" aria-hidden="true"></span>
                <span id="line-text">\(both("जुड़ रहा है…", "Connecting…"))</span></p>
              <div class="tongue" role="group" aria-label="भाषा / Language">
                <button type="button" lang="hi" data-tongue="hi" aria-pressed="\(language != .english)">हिन्दी</button>
                <button type="button" lang="en" data-tongue="en" aria-pressed="\(language == .english)">English</button>
              </div>
              <form method="post" action="/sign-out"><input type="hidden" name="csrf" value="\(csrf)">
                <button type="submit" class="quiet">\(both("बाहर जाएँ", "Sign out"))</button></form>
            </header>
            <noscript><p class="notice">
              \(both("इस पन्ने के लिए JavaScript चालू करें।", "This page needs JavaScript."))</p></noscript>
            <p class="notice" id="notice" role="alert" hidden></p>
            <main id="main" tabindex="-1">
              <dl class="figures" id="figures"></dl>
              <div class="columns">
                <div class="wide">
                  \(section("conversations", "चल रही बातचीत", "Conversations in progress"))
                  \(section("applications", "आवेदन, स्थिति के अनुसार", "Applications by state"))
                  \(section("failures", "गड़बड़ियाँ", "Failures"))
                </div>
                <div class="side">
                  \(section("queues", "कतारें", "Queues"))
                  \(section("lines", "लाइनें और संदेश", "Lines and traffic"))
                </div>
              </div>
              \(section("modules", "मॉड्यूल और उनका हाल", "Modules and their health", more: moduleForm))
              \(section("rates", "शुल्क और दरें", "Fees and rates", more: rateForm))
            </main>
            \(askDialog)
            """
        }
    }

    static func signIn(language: Language, fault: String?) -> String {
        let sentence: String? = fault.map { code in
            code == "TOO_MANY_TRIES"
                ? both(
                    "बहुत बार गलत टोकन आया। एक मिनट रुकें, फिर कोशिश करें।",
                    "Too many wrong tokens. Wait a minute, then try again.")
                : both("यह टोकन सही नहीं है। देखकर फिर लिखें।", "This token is not right. Check it and try again.")
        }
        return frame(language: language, title: "संवाद — Samvad", csrf: nil, script: false) {
            """
            <main class="gate" data-both>
              <h1>\(both("संवाद · कार्यालय", "Samvad · Office"))</h1>
              <form method="post" action="/sign-in">
                <label for="token">\(both("प्रशासक का टोकन", "Administrator's token"))</label>
                <input id="token" name="token" type="password" autocomplete="current-password" required autofocus
                  \(sentence == nil ? "" : #"aria-invalid="true" aria-describedby="fault""#)>
                \(sentence.map { "<p class=\"fault\" id=\"fault\" role=\"alert\">\($0)</p>" } ?? "")
                <button type="submit" class="main">\(both("भीतर जाएँ", "Sign in"))</button>
              </form>
              <p class="small">\(both(
                "टोकन वही है जो होस्ट को SAMVAD_ADMIN_TOKEN में दिया गया है।",
                "The token is the one given to the host as SAMVAD_ADMIN_TOKEN."))</p>
            </main>
            """
        }
    }

    private static func frame(
        language: Language, title: String, csrf: String?, script: Bool, _ body: () -> String
    ) -> String {
        let tongue = language == .english ? "en" : "hi"
        return """
            <!DOCTYPE html>
            <html lang="\(tongue)" data-language="\(tongue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            \(csrf.map { "<meta name=\"csrf\" content=\"\($0)\">" } ?? "")
            <title>\(title)</title>
            <link rel="icon" href="\(icon)">
            <link rel="stylesheet" href="/assets/office.css">
            \(script ? "<script src=\"/assets/office.js\" defer></script>" : "")
            </head>
            <body>
            \(body())
            </body>
            </html>

            """
    }

    /// A speech balloon; in the page itself, so that no second request is made for it.
    private static let icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        + "%3Cpath d='M2 3h12v8H7l-3 3v-3H2z' fill='%230b5d57'/%3E%3C/svg%3E"

    private static func section(_ id: String, _ hindi: String, _ english: String, more: String = "") -> String {
        """
        <section id="\(id)" aria-labelledby="\(id)-title">
          <h2 id="\(id)-title">\(both(hindi, english)) <span class="count" data-count></span></h2>
          <div data-table><p class="empty">\(both("आँकड़े आ रहे हैं…", "Loading…"))</p></div>
          \(more)
        </section>
        """
    }

    private static let moduleForm = """
        <details class="act">
          <summary>\(both("नया मॉड्यूल लगाएँ", "Load a module"))</summary>
          <form id="module-form" class="fields">
            <label>\(both("मॉड्यूल की फ़ाइल (.so)", "Module file (.so)"))
              <input type="file" name="file" accept=".so" required></label>
            <label>\(both("विभाग (ख़ाली = फ़ाइल में जो है)", "Department (empty = what the file says)"))
              <input name="department" pattern="[a-z0-9_\\-]{1,64}" autocomplete="off" spellcheck="false"></label>
            <label>\(both("लाइन का phone_number_id", "The line's phone_number_id"))
              <input name="phone_number_id" pattern="[0-9]{1,32}" inputmode="numeric" autocomplete="off"></label>
            <label>\(both("कहाँ चले", "Where it runs")) <select name="isolation">
              <option value="" data-word="as_assigned"></option>
              <option value="worker" data-word="isolation_worker"></option>
              <option value="in-process" data-word="isolation_in-process"></option></select></label>
            <button type="submit" class="main">\(both("लगाएँ", "Load"))</button>
            <output class="said" role="status"></output>
          </form>
        </details>
        <p class="said" id="module-said" role="status"></p>
        """

    private static let rateForm = """
        <details class="act">
          <summary>\(both("किसी तारीख़ से नई दर तय करें", "Set a rate from a day on"))</summary>
          <form id="rate-form" class="fields">
            <label>\(both("किसका (कुंजी)", "Of what (key)")) <input name="key" list="rate-keys" required
              pattern="[a-z0-9_.\\-]{1,80}" autocomplete="off" spellcheck="false">
              <datalist id="rate-keys"></datalist></label>
            <label>\(both("राशि, रुपये में", "Amount in rupees")) <input name="rupees" required inputmode="decimal"
              pattern="[0-9]{1,9}([.][0-9]{1,2})?" autocomplete="off"></label>
            <label>\(both("किस दिन से", "From which day")) <input name="valid_from" type="date" required
              min="2000-01-01" max="2099-12-31"></label>
            <button type="submit" class="main">\(both("तय करें", "Set"))</button>
            <output class="said" role="status"></output>
          </form>
        </details>
        """

    private static let askDialog = """
        <dialog id="ask" aria-labelledby="ask-text">
          <form method="dialog">
            <p id="ask-text"></p>
            <p class="buttons"><button value="no" class="quiet" autofocus>\(both("रहने दें", "Leave it"))</button>
              <button value="yes" class="main">\(both("हाँ, करें", "Yes, do it"))</button></p>
          </form>
        </dialog>
        """

    private static func both(_ hindi: String, _ english: String) -> String {
        "<span class=\"hi\" lang=\"hi\">\(hindi)</span><span class=\"en\" lang=\"en\">\(english)</span>"
    }
}
