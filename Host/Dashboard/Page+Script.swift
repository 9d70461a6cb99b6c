// The page's script: language, the live line to the host, tables that change cell by cell so that the focus stays.

extension Page {
    static let script = "'use strict';\n\(words)\n\(frameScript)\n\(sectionScript)\n\(formScript)\nbegin();\n"

    private static let frameScript = #"""
        const page = document.documentElement;
        const csrf = document.querySelector('meta[name="csrf"]').content;
        let view = null;          // the last snapshot
        let clockAhead = 0;       // the host's clock less ours, milliseconds
        let trouble = null;       // what the host said when it could not read its figures
        let lineState = 'connecting';

        const tongue = () => page.dataset.language === 'en' ? 1 : 0;
        const hostNow = () => Date.now() + clockAhead;

        function word(name, ...values) {
          const pair = WORDS[name];
          const text = pair ? pair[tongue()] : String(name).replaceAll('_', ' ');
          return text.replace(/\{(\d)\}/g, (_, index) => values[index] ?? '');
        }

        function element(tag, className, ...children) {
          const made = document.createElement(tag);
          if (className) made.className = className;
          made.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
          return made;
        }

        // Spans of time, in one unit, or two from an hour on.
        function span(seconds) {
          seconds = Math.max(0, Math.floor(seconds));
          if (seconds < 60) return word('seconds', seconds);
          if (seconds < 3600) return word('minutes', Math.floor(seconds / 60));
          if (seconds < 86400) {
            const minutes = Math.floor(seconds % 3600 / 60);
            return word('hours', Math.floor(seconds / 3600)) + (minutes ? ' ' + word('minutes', minutes) : '');
          }
          return word('days', Math.floor(seconds / 86400));
        }

        function ago(at) {
          const seconds = (hostNow() - at) / 1000;
          return seconds < 5 ? word('now') : word('ago', span(seconds));
        }

        const delhi = { timeZone: 'Asia/Kolkata' };
        const clockText = (at) => new Intl.DateTimeFormat('en-GB', { ...delhi, timeStyle: 'medium' }).format(at);
        const dayText = (at) => new Intl.DateTimeFormat('en-CA', { ...delhi, dateStyle: 'short' }).format(at);
        const fullText = (at) => dayText(at) + ' ' + clockText(at);
        const number = (value) => new Intl.NumberFormat('en-IN').format(value);
        const rupees = new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' });
        const money = (paise) => rupees.format(paise / 100);

        function timeAgo(at) {
          const made = element('time', '', ago(at));
          made.dateTime = new Date(at).toISOString();
          made.title = fullText(at);
          made.dataset.at = at;
          return made;
        }

        const small = (...children) => element('small', '', ...children);
        const mark = (text, tone) => element('span', 'mark ' + (tone ?? ''), text);

        // A table in its section. columns: { head, cell(row), kind, lasts }; a cell that `lasts` is made once per row
        // and language, so that a button under the finger or the focus is never exchanged. Rows keep their element
        // by key.
        const tables = new Map();
        function table(id, columns, rows) {
          const place = document.querySelector('#' + id + ' [data-table]');
          if (rows.length === 0) {
            tables.delete(id);
            place.replaceChildren(element('p', 'empty', word('empty_' + id)));
            return;
          }
          let known = tables.get(id);
          if (!known || known.tongue !== tongue()) known = newTable(id, place, columns);
          const seen = new Set();
          let previous = null;
          for (const row of rows) {
            let key = row.key, again = 1;
            while (seen.has(key)) key = row.key + '#' + again++;
            seen.add(key);
            let line = known.lines.get(key);
            if (!line) {
              line = element('tr');
              line.setAttribute('role', 'row');
              known.lines.set(key, line);
            }
            columns.forEach((column, index) => fill(line, index, column, row.value));
            const next = previous ? previous.nextSibling : known.body.firstChild;
            if (next !== line) known.body.insertBefore(line, next);
            previous = line;
          }
          for (const [key, line] of known.lines) {
            if (!seen.has(key)) { line.remove(); known.lines.delete(key); }
          }
        }

        function newTable(id, place, columns) {
          const body = element('tbody');
          const heads = columns.map((column) => {
            const head = element('th', column.kind, word(column.head));
            head.scope = 'col';
            head.setAttribute('role', 'columnheader');
            return head;
          });
          const headLine = element('tr', '', ...heads);
          headLine.setAttribute('role', 'row');
          const made = element('table', '', element('thead', '', headLine), body);
          made.setAttribute('role', 'table');
          made.setAttribute('aria-labelledby', id + '-title');
          const scroll = element('div', 'scroll', made);
          scroll.tabIndex = 0;
          scroll.setAttribute('role', 'region');
          scroll.setAttribute('aria-labelledby', id + '-title');
          place.replaceChildren(scroll);
          const known = { body, lines: new Map(), tongue: tongue() };
          tables.set(id, known);
          return known;
        }

        function fill(line, index, column, value) {
          let cell = line.children[index];
          if (cell && column.lasts && cell.dataset.lasts === String(column.lasts(value))) return;
          const content = column.cell(value);
          const inside = element('div', 'cell', ...(Array.isArray(content) ? content : [content]));
          if (!cell) {
            cell = element('td', column.kind);
            cell.dataset.head = word(column.head);
            cell.setAttribute('role', 'cell');
            line.append(cell);
          }
          if (column.lasts) cell.dataset.lasts = column.lasts(value);
          cell.classList.toggle('none', !inside.hasChildNodes());
          if (!cell.firstChild || !cell.firstChild.isEqualNode(inside)) cell.replaceChildren(inside);
        }

        const count = (id, text) => { document.querySelector('#' + id + ' [data-count]').textContent = text; };

        function show() {
          showLine();
          if (view) showSections(view);
        }

        function showLine() {
          const line = document.getElementById('line');
          line.dataset.state = lineState;
          const asOf = lineState === 'live' && view ? ' · ' + word('as_of', clockText(hostNow())) : '';
          const text = word(lineState) + asOf;
          const place = document.getElementById('line-text');
          // Read out only when the state changes, not each second.
          line.setAttribute('aria-live', line.dataset.told === lineState ? 'off' : 'polite');
          line.dataset.told = lineState;
          if (place.textContent !== text) place.textContent = text;
          const notice = document.getElementById('notice');
          let said = '';
          if (lineState === 'away') said = view ? word('figures_old', clockText(view.at)) : word('figures_none');
          else if (trouble) said = word('store_away', trouble.code + ' — ' + trouble.sentence);
          if (notice.textContent !== said) notice.textContent = said;
          notice.hidden = said === '';
        }

        // The live line. Heartbeats come every 5 seconds: 16 without a word and the line counts as cut.
        const silenceMilliseconds = 16000;
        const pauseMaxMilliseconds = 15000;
        let source = null, heardAt = 0, tries = 0, retryTimer = 0;

        function heard() { heardAt = Date.now(); tries = 0; lineState = 'live'; }

        function take(text) {
          view = JSON.parse(text);
          clockAhead = view.at - Date.now();
          trouble = null;
        }

        function connect() {
          clearTimeout(retryTimer);
          if (source) source.close();
          heardAt = Date.now();
          source = new EventSource('/api/v1/events');
          source.addEventListener('snapshot', (event) => { take(event.data); heard(); show(); });
          source.addEventListener('problem', (event) => { trouble = JSON.parse(event.data).error; heard(); show(); });
          source.addEventListener('heartbeat', (event) => {
            clockAhead = JSON.parse(event.data).at - Date.now();
            heard();
            showLine();
          });
          source.onerror = cut;
        }

        function cut() {
          if (source) source.close();
          source = null;
          lineState = 'away';
          showLine();
          const pause = Math.min(pauseMaxMilliseconds, 1000 * 2 ** Math.min(tries++, 4));
          clearTimeout(retryTimer);
          retryTimer = setTimeout(again, pause);
        }

        // Asks once in the plain way first: it tells an ended session from a host that is away.
        async function again() {
          try {
            const answer = await fetch('/api/v1/snapshot', { cache: 'no-store' });
            if (answer.status === 401) { location.assign('/sign-in'); return; }
            if (answer.ok) { take(await answer.text()); show(); }
            connect();
          } catch { cut(); }
        }

        function tick() {
          if (source && Date.now() - heardAt > silenceMilliseconds) cut();
          for (const time of document.querySelectorAll('time[data-at]')) {
            const text = ago(Number(time.dataset.at));
            if (time.textContent !== text) time.textContent = text;
          }
          showLine();
        }

        function speak(language) {
          page.lang = page.dataset.language = language;
          document.cookie = 'samvad_language=' + language + '; Path=/; Max-Age=31536000; SameSite=Lax';
          document.title = language === 'en' ? 'Samvad — office' : 'संवाद — कार्यालय';
          for (const button of document.querySelectorAll('[data-tongue]')) {
            button.setAttribute('aria-pressed', String(button.dataset.tongue === language));
          }
          for (const said of document.querySelectorAll('.said')) said.textContent = '';
          for (const option of document.querySelectorAll('[data-word]')) option.textContent = word(option.dataset.word);
          show();
        }

        function begin() {
          for (const button of document.querySelectorAll('[data-tongue]')) {
            button.addEventListener('click', () => speak(button.dataset.tongue));
          }
          beginForms();
          speak(page.dataset.language);
          connect();
          // A page that is left would go on holding one of the browser's connections; one that is come back to looks again.
          window.addEventListener('pagehide', () => { clearTimeout(retryTimer); source?.close(); source = null; });
          window.addEventListener('pageshow', (event) => { if (event.persisted) again(); });
          setInterval(tick, 1000);
        }
        """#
}
