// The page's script, second half: each section from the snapshot, and the forms that change something.

extension Page {
    static let sectionScript = #"""
        // Seconds after which a queue's oldest item is shown as slow, and as too old. Messages are a citizen who waits;
        // jobs are planned ahead; an officer should answer within the hour.
        const AGES = {
          inbox: [5, 30], outbox: [10, 60], jobs: [900, 7200], officers: [900, 3600], in_doubt: [120, 900],
        };
        // Meta's 24 hours less five minutes: as the host counts it.
        const windowSeconds = 24 * 3600 - 300;
        const STATES = ['PAYMENT_PENDING', 'WAITING_FOR_PORTAL', 'SUBMITTED', 'UNDER_PROCESS', 'OBJECTION_RAISED',
          'FIELD_VERIFICATION', 'UNMAPPED', 'IN_DEPARTMENT', 'APPROVED', 'CERTIFICATE_ISSUED', 'REJECTED', 'WITHDRAWN',
          'EXPIRED', 'CLOSED'];
        const STATE_TONES = { UNMAPPED: 'bad', WAITING_FOR_PORTAL: 'warn', OBJECTION_RAISED: 'warn', APPROVED: 'ok',
          CERTIFICATE_ISSUED: 'ok' };
        const MODULE_TONES = {
          ready: 'ok', starting: '', draining: 'warn', disabled: 'warn', parked: 'bad', failed: 'bad',
        };

        let names = { departments: new Map(), services: new Map() };

        function learnNames(modules) {
          const side = tongue() ? 'en' : 'hi';
          names = { departments: new Map(), services: new Map() };
          for (const module of modules) {
            if (module.name) names.departments.set(module.department, module.name[side]);
            for (const service of module.services) {
              names.services.set(module.department + '/' + service.id, service.name[side]);
            }
          }
        }

        const departmentName = (id) => names.departments.get(id) ?? id;
        const serviceName = (department, id) =>
          id ? names.services.get(department + '/' + id) ?? id.replaceAll('_', ' ') : '';

        // A place in the conversation, or the id of the field or paper that is asked for, which is English.
        const stepCell = (step) => WORDS['step_' + step] ? word('step_' + step)
          : [word('step_field') + ' · ', english('span', step.replaceAll('_', ' '))];

        function ageTone(queue) {
          if (queue.waiting === 0) return 'none';
          const [slow, old] = AGES[queue.stage] ?? [60, 600];
          return queue.oldest_seconds >= old ? 'bad' : queue.oldest_seconds >= slow ? 'warn' : 'ok';
        }

        const worst = (tones) => ['bad', 'warn'].find((tone) => tones.includes(tone)) ?? '';
        const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

        function showSections(now) {
          learnNames(now.modules);
          showFigures(now);
          showConversations(now);
          showApplications(now);
          showQueues(now);
          showLines(now);
          showFailures(now);
          showModules(now);
          showRates(now);
        }

        function showFigures(now) {
          const officers = now.queues.find((queue) => queue.stage === 'officers');
          const waiting = now.queues.filter((queue) => queue.waiting > 0);
          // Jobs are planned ahead: their age says nothing about a citizen who waits now.
          const citizens = waiting.filter((queue) => queue.stage !== 'jobs');
          const oldest = Math.max(0, ...citizens.map((queue) => queue.oldest_seconds));
          const failed = sum(now.lines, 'failed_last_hour');
          const live = now.modules.filter((module) => module.state === 'ready').length;
          const figures = [
            ['open', number(now.open_conversations), ''],
            ['officers_wait', number(officers ? officers.waiting : 0), officers ? worst([ageTone(officers)]) : ''],
            ['received', number(sum(now.lines, 'inbound_last_hour')), ''],
            ['sent', number(sum(now.lines, 'outbound_last_hour')), ''],
            ['failed', number(failed), failed > 0 ? 'bad' : ''],
            ['oldest', citizens.length ? span(oldest) : '—', worst(citizens.map(ageTone))],
            ['modules_live', live + ' / ' + now.modules.length, live < now.modules.length ? 'warn' : ''],
          ];
          const place = document.getElementById('figures');
          figures.forEach(([name, value, tone], index) => {
            const made = element('div', tone, element('dt', '', word(name)), element('dd', '', value));
            const old = place.children[index];
            if (!old) place.append(made);
            else if (!old.isEqualNode(made)) old.replaceWith(made);
          });
        }

        function showConversations(now) {
          const rows = [...now.conversations].sort((a, b) =>
            b.waits_for_officer - a.waits_for_officer || (b.last_message_at ?? 0) - (a.last_message_at ?? 0));
          const shown = rows.length, all = now.open_conversations;
          count('conversations', shown < all ? word('shown_of', number(shown), number(all)) : number(all));
          table('conversations', [
            { head: 'citizen', kind: 'tight', cell: (one) => element('code', '', one.citizen) },
            { head: 'department', cell: (one) => departmentName(one.department) },
            { head: 'service', cell: (one) => serviceName(one.department, one.service) },
            { head: 'step', cell: (one) => stepCell(one.step) },
            { head: 'language', kind: 'tight', cell: (one) => one.language ? word('tongue_' + one.language) : '' },
            { head: 'last_message', kind: 'tight',
              cell: (one) => one.last_message_at ? timeAgo(one.last_message_at) : '' },
            { head: 'window', kind: 'tight', cell: windowCell },
            { head: 'officer', kind: 'tight', cell: (one) => one.waits_for_officer ? mark(word('waits'), 'warn') : '' },
          ], rows.map((value) => ({ key: value.department + value.citizen + (value.service ?? ''), value })));
        }

        function windowCell(one) {
          if (!one.last_message_at) return '';
          const left = windowSeconds - (hostNow() - one.last_message_at) / 1000;
          if (left <= 0) return mark(word('window_closed'), 'bad');
          // Rounded to the minute: a countdown of seconds over a day is noise.
          const text = word('window_left', span(left < 60 ? left : Math.floor(left / 60) * 60));
          return left < 2 * 3600 ? mark(text, 'warn') : text;
        }

        function showApplications(now) {
          const services = new Map();
          for (const one of now.applications) {
            const key = one.department + '/' + one.service;
            if (!services.has(key)) services.set(key, { department: one.department, service: one.service, states: [] });
            services.get(key).states.push(one);
          }
          const order = (one) => (STATES.indexOf(one.state) + 1) || STATES.length + 1;
          const rows = [...services].map(([key, value]) => {
            value.states.sort((a, b) => order(a) - order(b));
            value.total = sum(value.states, 'count');
            return { key, value };
          }).sort((a, b) => b.value.total - a.value.total);
          count('applications', number(sum(now.applications, 'count')));
          table('applications', [
            { head: 'service', cell: (one) => [serviceName(one.department, one.service),
              small(departmentName(one.department))] },
            { head: 'states', kind: 'whole', cell: (one) => element('div', 'marks', ...one.states.map((each) =>
              mark(word(each.state) + ' ' + number(each.count), STATE_TONES[each.state]))) },
            { head: 'total', kind: 'number', cell: (one) => number(one.total) },
          ], rows);
        }

        function showQueues(now) {
          count('queues', '');
          table('queues', [
            { head: 'stage', cell: (one) => word('stage_' + one.stage) },
            { head: 'waiting', kind: 'number', cell: (one) => number(one.waiting) },
            { head: 'age', kind: 'tight', cell: (one) => {
              const tone = ageTone(one);
              return tone === 'none' ? mark(word('age_none'))
                : mark(span(one.oldest_seconds) + ' · ' + word('age_' + tone), tone);
            } },
          ], now.queues.map((value) => ({ key: value.stage, value })));
        }

        function showLines(now) {
          count('lines', number(now.lines.length));
          table('lines', [
            { head: 'line', cell: (one) => [departmentName(one.department), small(element('code', '', one.line))] },
            { head: 'in', kind: 'number', cell: (one) => number(one.inbound_last_hour) },
            { head: 'out', kind: 'number', cell: (one) => number(one.outbound_last_hour) },
            { head: 'not_sent', kind: 'number', cell: (one) => one.failed_last_hour > 0
              ? mark(number(one.failed_last_hour), 'bad') : '0' },
          ], now.lines.map((value) => ({ key: value.line, value })));
        }

        function showFailures(now) {
          count('failures', number(now.failures.length));
          table('failures', [
            { head: 'when', kind: 'tight', cell: (one) => timeAgo(one.at) },
            { head: 'where', cell: (one) => [word('stage_' + one.stage),
              one.department ? small(departmentName(one.department)) : null] },
            { head: 'cause', kind: 'whole',
              cell: (one) => [element('code', '', one.code), english('small', one.sentence)] },
            { head: 'next', kind: 'tight', cell: (one) => one.will_retry
              ? mark(word('will_retry'), 'warn') : mark(word('no_retry'), 'bad') },
          ], now.failures.map((value) => ({ key: [value.at, value.stage, value.code].join('/'), value })));
        }

        // Sentences for operators come in English.
        function english(tag, text) {
          const made = element(tag, '', text);
          made.lang = 'en';
          return made;
        }
        """#
}
