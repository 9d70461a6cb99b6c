// The page's script, third part: modules with their buttons, the fees and rates, and the forms that change something.

extension Page {
    static let formScript = #"""
        const LIMITS = ['memory', 'stack', 'file size', 'core', 'descriptors', 'account', 'no new privileges', 'dies with the host',
          'landlock', 'seccomp'];
        const ASKED = new Set(['disable', 'drain', 'rollback', 'promote']);

        function showModules(now) {
          count('modules', number(now.modules.length));
          table('modules', [
            { head: 'department',
              cell: (one) => [departmentName(one.department), small(element('code', '', one.department))] },
            { head: 'state', kind: 'tight', cell: (one) => mark(word('module_' + one.state), MODULE_TONES[one.state]) },
            { head: 'version', kind: 'tight', cell: (one) => [one.module_version,
              small(word('generation', one.generation))] },
            { head: 'runs', kind: 'tight', cell: (one) => word('isolation_' + one.isolation) },
            { head: 'calls', kind: 'number', cell: (one) => [number(one.calls),
              one.failures ? small(word('of_failed', number(one.failures))) : null] },
            { head: 'restarts', kind: 'number', cell: (one) => number(one.restarts) },
            { head: 'limits', kind: 'whole', cell: limitsCell, lasts: (one) => JSON.stringify(one.limits) },
            { head: 'last_error', kind: 'whole', cell: lastErrorCell },
            { head: 'actions', kind: 'whole', cell: moduleButtons,
              lasts: (one) => one.state + (one.previous_version ?? '') },
          ], now.modules.map((value) => ({ key: value.department, value })));
        }

        // What holds is one line to unfold; what does not is said openly.
        function limitsCell({ limits }) {
          const held = limits.filter((limit) => limit.enforced);
          const open = limits.filter((limit) => !limit.enforced);
          const details = held.length ? element('details', '',
            element('summary', '', '✓ ' + word('limits_hold', held.length)),
            element('ul', '', ...held.map((limit) => element('li', '', ...limitText(limit))))) : null;
          return [details, ...open.map((limit) => element('div', '', mark(word('not_enforced'), 'warn'), ' ', ...limitText(limit)))];
        }

        // `memory 536870912 bytes` → memory 512 MiB. What the words don't know is shown as it is.
        function limitText({ name, value }) {
          const text = (value === 'on' ? name : name + ' ' + value).replaceAll('_', ' ');
          const known = LIMITS.find((limit) => text === limit || text.startsWith(limit + ' '));
          const rest = (known ? text.slice(known.length + 1) : text)
            .replace(/^(\d+) bytes$/, (_, bytes) => bytes >= 1048576 ? number(bytes / 1048576) + ' MiB' : bytes + ' B');
          const shown = rest ? english('span', rest) : null;
          return known ? [word('limit_' + known.replaceAll(' ', '_')) + ' ', shown] : [shown];
        }

        const lastErrorCell = ({ last_error: error }) => error
          ? [element('code', '', error.code), ' ', timeAgo(error.at), english('small', error.sentence)] : '';

        function moduleButtons(module) {
          const offered = module.state === 'disabled' ? ['enable', 'reload'] : ['reload', 'disable'];
          if (module.state === 'ready') offered.push('drain');
          if (module.state === 'draining') offered.push('enable');
          if (module.previous_version) offered.push('rollback');
          return element('div', 'buttons', ...offered.map((action) => {
            const button = element('button', '', word('do_' + action));
            button.type = 'button';
            button.setAttribute('aria-label', word('do_' + action) + ': ' + departmentName(module.department));
            button.addEventListener('click', () => steer(module.department, action, button));
            return button;
          }));
        }

        async function steer(department, action, button) {
          const said = document.getElementById('module-said');
          if (ASKED.has(action) && !await ask(word('ask_' + action, departmentName(department)))) return;
          button.disabled = true;
          await send(said, 'POST', '/api/v1/modules/' + encodeURIComponent(department) + '/' + action, null,
            word('do_' + action) + ' · ' + departmentName(department));
          button.disabled = false;
        }

        function ask(text) {
          const dialog = document.getElementById('ask');
          document.getElementById('ask-text').textContent = text;
          dialog.returnValue = 'no';
          dialog.showModal();
          return new Promise((resolve) =>
            dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
        }

        // Sends a change and says in words how it went. True when it was done.
        async function send(said, method, path, body, what, type) {
          said.className = 'said';
          said.textContent = word('working');
          const headers = { 'X-Csrf-Token': csrf };
          if (type) headers['Content-Type'] = type;
          try {
            const answer = await fetch(path, { method, body, headers });
            if (answer.status === 401) { location.assign('/sign-in'); return false; }
            if (answer.ok) {
              said.className = 'said ok';
              said.textContent = word('done', what);
              return true;
            }
            const { error } = await answer.json();
            said.className = 'said bad';
            said.textContent = word('refused', error.code + ' — ' + error.sentence);
          } catch {
            said.className = 'said bad';
            said.textContent = word('no_answer');
          }
          return false;
        }

        function showRates(now) {
          const today = dayText(hostNow());
          const needed = new Map();
          for (const module of now.modules) for (const service of module.services) {
            if (!service.rate) continue;
            if (!needed.has(service.rate)) needed.set(service.rate, []);
            needed.get(service.rate).push(serviceName(module.department, service.id));
          }
          const rows = [];
          for (const key of new Set([...needed.keys(), ...now.rates.map((rate) => rate.key)])) {
            const dated = now.rates.filter((rate) => rate.key === key);
            dated.sort((a, b) => a.valid_from < b.valid_from ? 1 : -1);
            const inForce = dated.find((rate) => rate.valid_from <= today);
            const services = (needed.get(key) ?? []).join(', ');
            if (!inForce) rows.push({ key: key + '/', value: { key, services, standing: 'not_set' } });
            for (const rate of dated) {
              const standing = rate.valid_from > today ? 'later' : rate === inForce ? 'in_force' : 'past';
              rows.push({ key: key + '/' + rate.valid_from, value: { ...rate, services, standing } });
            }
          }
          const tones = { in_force: 'ok', not_set: 'bad' };
          count('rates', '');
          table('rates', [
            { head: 'key', cell: (one) => [element('code', '', one.key), one.services ? small(one.services) : null] },
            { head: 'amount', kind: 'number', cell: (one) => one.value === undefined ? '' : money(one.value) },
            { head: 'from', kind: 'tight', cell: (one) => one.valid_from ?? '' },
            { head: 'state', kind: 'tight', cell: (one) => mark(word(one.standing), tones[one.standing]) },
            { head: 'set_by', cell: (one) => one.set_by ? [one.set_by, ' · ', timeAgo(one.set_at)] : '' },
          ], rows);
          const keys = [...new Set(rows.map((row) => row.value.key))];
          const list = document.getElementById('rate-keys');
          if (list.dataset.keys !== keys.join()) {
            list.dataset.keys = keys.join();
            list.replaceChildren(...keys.map((key) => new Option('', key)));
          }
        }

        // Rupees as text → whole paise, without passing through a fraction.
        function paise(rupees) {
          const [whole, part = ''] = rupees.trim().split('.');
          return Number(whole) * 100 + Number(part.padEnd(2, '0'));
        }

        function beginForms() {
          const rateForm = document.getElementById('rate-form');
          rateForm.addEventListener('submit', async (event) => {
            event.preventDefault();
            const form = new FormData(rateForm);
            const wish = { key: form.get('key'), value: paise(form.get('rupees')), valid_from: form.get('valid_from') };
            const button = rateForm.querySelector('button');
            button.disabled = true;
            const isDone = await send(rateForm.querySelector('output'), 'PUT', '/api/v1/rates', JSON.stringify(wish),
              wish.key + ' · ' + money(wish.value) + ' · ' + wish.valid_from, 'application/json');
            button.disabled = false;
            if (isDone) rateForm.reset();
          });

          const moduleForm = document.getElementById('module-form');
          moduleForm.addEventListener('submit', async (event) => {
            event.preventDefault();
            const form = new FormData(moduleForm);
            const query = new URLSearchParams();
            for (const name of ['department', 'phone_number_id', 'isolation']) {
              if (form.get(name)) query.set(name, form.get(name));
            }
            const button = moduleForm.querySelector('button');
            button.disabled = true;
            const file = form.get('file');
            const isDone = await send(moduleForm.querySelector('output'), 'POST', '/api/v1/modules?' + query, file,
              file.name, 'application/octet-stream');
            button.disabled = false;
            if (isDone) moduleForm.reset();
          });
        }
        """#
}
