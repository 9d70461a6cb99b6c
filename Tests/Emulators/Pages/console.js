// The console: shows traffic, webhooks and counters as they grow, and turns every button into one control call.
import { make } from '/pages/markup.js'

const at = (id) => document.getElementById(id)
const get = async (path) => (await fetch(`/control/${path}`)).json()

async function post(path, body, method = 'POST') {
  const answer = await fetch(`/control/${path}`, { method, headers: { 'Content-Type': 'application/json' },
    body: method === 'POST' ? JSON.stringify(body) : undefined })
  const json = await answer.json()
  at('said').textContent = `${path}: ${JSON.stringify(json).slice(0, 300)}`
  refresh()
  return json
}

let last = 0
const rowsMax = 150

function row(entry) {
  const bad = !/^(200|2\d\d)$/.test(entry.result)
  const time = new Date(entry.at * 1000).toLocaleTimeString('en-IN', { hour12: false })
  return make('tr', {}, make('td', {}, String(entry.number)), make('td', {}, time),
    make('td', {}, `${entry.direction} · ${entry.what}`),
    make(`td${bad ? '.bad' : ''}`, {}, entry.result), make('td', {}, String(entry.milliseconds)),
      make('td', {}, String(entry.attempt)))
}

const sum = (object) => Object.values(object ?? {}).reduce((a, b) => a + b, 0)

function counters(c) {
  const lines = [
    ['citizens wrote', c.cloud.inbound], ['sends accepted', c.cloud.accepted],
      ['sends refused', sum(c.cloud.refused), true],
    ['sent twice', c.cloud.duplicate_sends, true], ['webhooks taken by the host', c.webhooks.accepted],
    ['webhooks refused', sum(c.webhooks.refused), true], ['without answer', c.webhooks.unanswered, true],
      ['waiting', c.webhooks_waiting],
  ]
  at('counters').replaceChildren(...lines.flatMap(([name, value, isBad]) => [make('dt', {}, name),
    make(`dd${isBad && value ? '.bad' : ''}`, {}, String(value))]))
}

async function refresh() {
  try {
    const [traffic, count, handshake, clock, failures] = await Promise.all([
      get(`traffic?after=${last}`), get('counters'), get('handshake'), get('clock'), get('failures')])
    for (const entry of traffic.entries) {
      if (entry.number <= last) continue
      last = entry.number
      at('traffic').prepend(row(entry))
    }
    while (at('traffic').childElementCount > rowsMax) at('traffic').lastElementChild.remove()
    counters(count)
    at('handshake').textContent = handshake.result + (handshake.status ? ` (${handshake.status})` : '')
    const days = clock.offset_seconds / 86400
    at('clock').textContent = new Date(clock.now * 1000).toLocaleString('en-IN',
      { dateStyle: 'medium', timeStyle: 'medium' })
      + (days ? ` (${days > 0 ? '+' : ''}${Number(days.toFixed(3))} days)` : '')
    at('failures').textContent = failures.failures.length
      ? `waiting: ${failures.failures.map((f) => `${f.kind === 'error' ? f.code : f.kind} × ${f.remaining}`).join(', ')}`
      : ''
  } catch { at('handshake').textContent = 'The emulators do not answer.' }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button')
  if (button?.dataset.post) post(button.dataset.post, JSON.parse(button.dataset.body ?? '{}'))
  if (button?.dataset.kind)
    post('failures', { kind: button.dataset.kind, code: Number(button.dataset.code) || undefined,
      count: Number(at('count').value), seconds: Number(at('seconds').value) })
  if (button && 'clear' in button.dataset) post('failures', {}, 'DELETE')
})

at('inject').onsubmit = (event) => {
  event.preventDefault()
  const form = Object.fromEntries(new FormData(event.target))
  post('inject', { line: form.line, citizen: form.citizen, type: 'text', text: form.text,
    deliver: { copies: Number(form.copies), signature: form.signature } })
}

const known = await get('lines')
at('lines').replaceChildren(...known.lines.map((line) => make('option', { value: line.id }, line.name)))
await refresh()
setInterval(refresh, 1000)
