// The citizen's phone: chats, one open chat, live events, sending. Everything shown comes from /phone of the emulators.
import { bubble, showOrder, summary, ticks } from '/pages/bubbles.js'
import { make, plain } from '/pages/markup.js'
import * as sheets from '/pages/sheets.js'
import { language, setLanguage, speak, tongue, word } from '/pages/words.js'

const at = (id) => document.getElementById(id)
const query = new URLSearchParams(location.search)
const state = {
  citizen: query.get('citizen') ?? localStorage.getItem('citizen') ?? '919810000001',
  line: query.get('line'), chats: [], messages: new Map(), last: 0, day: '', typing: null, pinned: true, top: 0,
  samples: [], drafts: {}, ahead: 0,
}

// MARK: Talking to the emulators

async function ask(path, parameters = {}) {
  const answer = await fetch(`/phone/${path}?${new URLSearchParams(parameters)}`)
  return answer.ok ? answer.json() : undefined
}

async function tell(path, body) {
  const answer = await fetch(`/phone/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ citizen: state.citizen, line: state.line, ...body }),
  })
  const json = await answer.json().catch(() => ({}))
  if (!answer.ok) toast(json.error ?? word('failed'))
  return answer.ok ? json : undefined
}

const say = (message) => tell('say', message)

function toast(text) {
  const box = at('toast')
  box.textContent = text
  box.hidden = false
  clearTimeout(box.timer)
  box.timer = setTimeout(() => { box.hidden = true }, 5000)
}

const remembered = new Map()
/** One answer a key: facts of files and templates do not change. */
function once(key, make) {
  if (!remembered.has(key)) remembered.set(key, make())
  return remembered.get(key)
}

// MARK: The list of chats

const faceColours = ['#3f67ad', '#7a4b9d', '#b3541e', '#1f6f9f', '#9b2f4f', '#5b7a1f', '#44569e', '#8a6d0f',
  '#2f7d7a', '#a03f8b']
function face(name, index) {
  const letter = [...new Intl.Segmenter('hi', { granularity: 'grapheme' }).segment(name)][0]?.segment ?? '?'
  return make('span.face', { style: `background:${faceColours[index % faceColours.length]}`, 'aria-hidden': 'true' },
    letter)
}

function drawList() {
  at('me').textContent = `+${state.citizen.slice(0, 2)} ${state.citizen.slice(2, 7)} ${state.citizen.slice(7)}`
  const order = [...state.chats].sort((a, b) => (b.last?.sequence ?? 0) - (a.last?.sequence ?? 0))
  at('chats').replaceChildren(...order.map((chat) => {
    const last = chat.last
    const text = chat.typing ? word('typing') : last ? summary(last) : word('start')
    const time = last && new Date(last.timestamp * 1000).toLocaleTimeString('en-IN',
      { hour: 'numeric', minute: '2-digit' })
    const button = make(`button.chat${chat.line === state.line ? '.open' : ''}`,
      { onclick: () => open(chat.line), 'aria-current': chat.line === state.line ? 'true' : null },
      face(chat.name, state.chats.indexOf(chat)),
      make('span.middle', {}, make('span.title', { lang: tongue(chat.name) }, chat.name),
        make('span.last', { lang: tongue(text) }, last?.direction === 'in' && !chat.typing && ticks(last.status),
          text)),
      make('span.end', {}, time && make('time', {}, time),
        chat.unread > 0 && make('span.count', { 'aria-label': `${chat.unread} ${word('unread')}` },
          String(chat.unread))))
    return make('li', {}, button)
  }))
}

async function loadList() {
  const answer = await ask('chats', { citizen: state.citizen })
  if (!answer) return
  state.chats = answer.chats
  drawList()
}

// MARK: The open chat

const hooks = {
  find: (id) => state.messages.get(id),
  lineName: () => chatOf(state.line)?.name ?? '',
  facts: (id) => once(`file ${id}`, () => ask(`files/${id}/facts`)),
  template: (name, language) => once(`template ${name} ${language}`, () => ask('template', { name, language })),
  orderState: async (reference) => {
    const answer = await fetch(`/payments/pay/order?reference=${encodeURIComponent(reference ?? '')}`)
    return answer.ok ? (await answer.json()).status : undefined
  },
  tap: (message, id) => say({ type: 'tap', id, message_id: message.id }),
  quick: (message, payload, text) => say({ type: 'button', button: { payload, text }, context_id: message.id }),
  list: (message) => sheets.list(message, (id) => hooks.tap(message, id)),
  location: (message) => sheets.location((location) => say({ type: 'location', location, context_id: message.id })),
  address: (message) => sheets.address(message, (answer) => say({ type: 'nfm_reply', name: 'address_message',
    response_json: answer, context_id: message.id })),
  form: (message) => sheets.flow(message, (answer) => say({ type: 'nfm_reply', name: 'flow', response_json: answer,
    context_id: message.id })),
  pay: (message) => sheets.pay(message.message.interactive.action.parameters.reference_id, word('pay')),
}

const chatOf = (line) => state.chats.find((chat) => chat.line === line)

async function open(line) {
  if (state.line && state.line !== line) {
    state.drafts[state.line] = at('words').value
    tell('open', { line: state.line, open: false })
  }
  state.line = line
  history.replaceState(null, '', `?${new URLSearchParams({ citizen: state.citizen, line })}`)
  document.body.classList.add('chatting')
  at('chat').hidden = false
  at('nothing').hidden = true
  at('words').value = state.drafts[line] ?? ''
  await loadChat()
  if (matchMedia('(min-width: 800px)').matches) at('words').focus()
}

function leave() {
  if (state.line) tell('open', { line: state.line, open: false })
  state.line = null
  history.replaceState(null, '', `?${new URLSearchParams({ citizen: state.citizen })}`)
  document.body.classList.remove('chatting')
  at('chat').hidden = true
  at('nothing').hidden = false
  loadList()
}

async function loadChat() {
  const line = state.line
  const answer = line && (await ask('chat', { citizen: state.citizen, line }))
  if (!answer || line !== state.line) return
  const chat = chatOf(line)
  at('name').textContent = chat?.name ?? ''
  at('name').lang = tongue(chat?.name)
  at('face').replaceWith(Object.assign(face(chat?.name ?? '', state.chats.indexOf(chat)), { id: 'face' }))
  state.messages = new Map()
  state.ahead = answer.now * 1000 - Date.now()
  state.last = 0
  state.day = ''
  at('log').replaceChildren()
  if (!answer.messages.length) at('log').append(make('p.hint', {}, word('start')))
  // A long history is drawn silently; only what comes later is announced.
  at('log').setAttribute('aria-live', 'off')
  for (const message of answer.messages) append(message)
  at('log').setAttribute('aria-live', 'polite')
  showTyping(answer.typing)
  scrollDown()
  look()
}

/** The emulators' clock may be ahead of this machine's: today is theirs. */
function dayLabel(seconds) {
  state.ahead = Math.max(state.ahead, seconds * 1000 - Date.now())
  const day = new Date(seconds * 1000)
  const distance = Math.round((new Date(Date.now() + state.ahead).setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 86400000)
  if (distance === 0) return word('today')
  if (distance === 1) return word('yesterday')
  return day.toLocaleDateString(language === 'hi' ? 'hi-IN' : 'en-IN',
    { day: 'numeric', month: 'long', year: 'numeric' })
}

function append(message) {
  if (message.sequence <= state.last) return
  state.last = message.sequence
  state.messages.set(message.id, message)
  const log = at('log')
  log.querySelector('.hint')?.remove()
  const content = message.message ?? {}
  if (content.type === 'reaction') return react(content.reaction)
  const day = new Date(message.timestamp * 1000).toDateString()
  if (day !== state.day) log.append(make('p.day', {}, make('span', {}, dayLabel(message.timestamp))))
  state.day = day
  const node = bubble(message, hooks)
  const side = message.direction === 'in' ? 'mine' : 'theirs'
  if (log.lastElementChild?.classList.contains(side)) node.classList.add('follows')
  log.append(node)
  growth.observe(node)
}

function react(reaction) {
  const target = state.messages.get(reaction?.message_id)
  const node = target && at(`m-${target.sequence}`)
  if (!node) return
  node.querySelector('.reaction')?.remove()
  if (reaction.emoji) node.append(make('span.reaction', {}, reaction.emoji))
}

/** Pictures, files and templates fill in later: a reader at the end stays at the end. */
const growth = new ResizeObserver(() => { if (state.pinned) scrollDown() })

function isAtEnd() {
  const log = at('log')
  return log.scrollHeight - log.scrollTop - log.clientHeight < 120
}

function scrollDown(behavior = 'instant') {
  state.pinned = true
  at('log').scrollTo({ top: at('log').scrollHeight, behavior })
}

function showTyping(isTyping) {
  at('log').querySelector('.typing')?.remove()
  clearTimeout(state.typing)
  at('under').textContent = isTyping ? word('typing') : word('account')
  if (!isTyping) return
  at('log').append(make('div.bubble.theirs.typing', { 'aria-hidden': 'true' }, make('i'), make('i'), make('i')))
  if (state.pinned) scrollDown()
  state.typing = setTimeout(() => showTyping(false), 25000)
}

/** Tells the cloud that these eyes see the chat: messages become read. */
function look() {
  if (state.line && document.visibilityState === 'visible') {
    tell('open', { open: true })
    const chat = chatOf(state.line)
    if (chat) chat.unread = 0
    drawList()
  }
}

function setTick(message, status) {
  if (!message || message.direction !== 'in') return
  message.status = status
  at(`m-${message.sequence}`)?.querySelector('.ticks')?.replaceWith(ticks(status))
}

// MARK: Live events

function receive(event) {
  const chat = chatOf(event.line ?? event.message?.line)
  const isOpen = chat && chat.line === state.line
  switch (event.kind) {
    case 'hello':
      at('offline').hidden = true
      return loadList().then(loadChat)
    case 'message': {
      if (chat) {
        chat.last = event.message
        chat.typing = false
        if (event.message.direction === 'out' && !(isOpen && document.visibilityState === 'visible')) chat.unread += 1
      }
      if (isOpen) {
        const follows = state.pinned || event.message.direction === 'in'
        if (event.message.direction === 'out') showTyping(false)
        append(event.message)
        if (follows) scrollDown()
      }
      return drawList()
    }
    case 'typing':
      if (chat) chat.typing = true
      if (isOpen) showTyping(true)
      return drawList()
    case 'taken':
      if (isOpen && state.messages.get(event.id)?.status !== 'read') setTick(state.messages.get(event.id), 'delivered')
      if (chat?.last?.id === event.id && chat.last.status !== 'read') chat.last.status = 'delivered'
      return drawList()
    case 'seen': {
      const seen = state.messages.get(event.id)
      const earlier = isOpen && seen ? [...state.messages.values()].filter((m) => m.sequence <= seen.sequence) : []
      for (const message of earlier) setTick(message, 'read')
      if (chat?.last?.direction === 'in') chat.last.status = 'read'
      return drawList()
    }
    case 'payment':
      for (const card of document.querySelectorAll('.order'))
        if (card.dataset.reference === event.reference_id) showOrder(card, event.status)
  }
}

let source
function listen() {
  source?.close()
  source = new EventSource(`/phone/events?citizen=${encodeURIComponent(state.citizen)}`)
  source.onmessage = (event) => receive(JSON.parse(event.data))
  source.onerror = () => {
    at('offline').hidden = false
    // A browser gives up after some errors; we do not.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1500)
  }
}

// MARK: Writing and attaching

const field = at('words')
function grow() {
  field.style.height = 'auto'
  field.style.height = `${Math.min(field.scrollHeight, 140)}px`
  field.lang = tongue(field.value)
}

async function submit(event) {
  event?.preventDefault()
  const body = field.value.trim()
  if (!body) return field.focus()
  field.value = ''
  grow()
  if (!(await say({ type: 'text', text: { body } }))) field.value = body
  grow()
  field.focus()
}

/** WhatsApp itself turns other pictures, and large ones, into JPEG of at most 1600 pixels. */
async function asJPEG(file) {
  if (['image/jpeg', 'image/png'].includes(file.type) && file.size < 4 << 20) return file
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height))
  const canvas = new OffscreenCanvas(picture.width * scale, picture.height * scale)
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 })
}

async function sendFile(file, type, name = file.name) {
  try {
    const blob = type === 'image' ? await asJPEG(file) : file
    const answer = await fetch(`/phone/files?name=${encodeURIComponent(name)}`, {
      method: 'POST', headers: { 'Content-Type': blob.type || file.type || 'text/plain' }, body: blob })
    const json = await answer.json()
    if (!answer.ok) return toast(json.error ?? word('failed'))
    await say({ type, id: json.id, filename: type === 'document' ? name : undefined })
  } catch { toast(word('failed')) }
}

async function sendSample(name) {
  const blob = await (await fetch(`/pages/samples/${name}`)).blob()
  await sendFile(blob, name.endsWith('.pdf') ? 'document' : 'image', name)
}

at('photo').onchange = (event) => { [...event.target.files].forEach((file) => sendFile(file,
  'image')); event.target.value = '' }
at('paper').onchange = (event) => { [...event.target.files].forEach((file) => sendFile(file,
  'document')); event.target.value = '' }
at('attach').onclick = () => sheets.attach({
  photo: () => at('photo').click(), paper: () => at('paper').click(), sample: sendSample,
  location: () => sheets.location((place) => say({ type: 'location', location: place })),
    voice: () => say({ type: 'unsupported' }),
}, state.samples)
at('composer').onsubmit = submit
field.oninput = grow
field.onkeydown = (event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event) }
at('back').onclick = leave
at('latest').onclick = () => scrollDown('smooth')
/** Only a hand that moves up leaves the end: a picture that fills in, or a new bubble, does not. */
at('log').onscroll = () => {
  const { scrollTop } = at('log')
  if (isAtEnd()) state.pinned = true
  else if (scrollTop < state.top) state.pinned = false
  state.top = scrollTop
  at('latest').hidden = state.pinned
}
at('me').onclick = () => sheets.number(state.citizen, (number) => {
  localStorage.setItem('citizen', number)
  location.search = `?citizen=${number}`
})
at('language').onclick = () => { setLanguage(language === 'hi' ? 'en' : 'hi'); loadList().then(loadChat) }
document.addEventListener('visibilitychange', look)
// A page that is left would go on holding one of the browser's six connections.
window.addEventListener('pagehide', () => source?.close())
window.addEventListener('pageshow', (event) => event.persisted && listen())
document.addEventListener('keydown',
  (event) => { if (event.key === 'Escape' && !at('sheet').open && state.line) leave() })
window.addEventListener('message',
  (event) => { if (event.origin === location.origin && event.data === 'pay:done') sheets.close() })

speak()
state.samples = (await ask('samples')) ?? []
await loadList()
if (state.line && chatOf(state.line)) await open(state.line)
else state.line = null
listen()
