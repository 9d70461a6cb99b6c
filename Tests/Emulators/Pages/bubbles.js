// Draws one message, of either side, as a bubble; phone.js puts it into the log and answers its taps.
import { icon, make, marked, plain, rupees, size } from '/pages/markup.js'
import { tongue, word } from '/pages/words.js'

const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString('en-IN', { hour: 'numeric', minute: '2-digit', hour12: true })

/** One line about a message: chat list, quotes. */
export function summary(message) {
  const content = message?.message ?? {}
  const part = content[content.type] ?? {}
  switch (content.type) {
    case 'text': return plain(part.body)
    case 'interactive':
      return plain(part.body?.text ?? part.button_reply?.title ?? part.list_reply?.title ?? word('formSent'))
    case 'button': return plain(part.text)
    case 'image': return plain(part.caption) || word('photo')
    case 'document': return part.filename ?? word('document')
    case 'location': return `${word('place')}: ${part.name ?? ''}`
    case 'template': return word('template')
    case 'reaction': return part.emoji ?? ''
    case 'contacts': return content.contacts?.[0]?.name?.formatted_name ?? ''
    case 'audio': return word('audio')
    default: return word('unsupported')
  }
}

const tickPaths = { one: 'M2 8l4 4 7-8', two: 'M1 8l4 4 7-8M7.500 11l1 1 7-8',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 5v4l2.500 1.500' }

export function ticks(status) {
  const node = make(`span.ticks.${status}`, { role: 'img', 'aria-label': word(status) })
  const path = { waiting: tickPaths.clock, sent: tickPaths.one }[status] ?? tickPaths.two
  node.innerHTML = `<svg viewBox="0 0 17 15" aria-hidden="true"><path d="${path}"/></svg>`
  return node
}

const statusOf = (message) => (message.status === 'accepted' ? 'waiting' : message.status)

function fileBox(part, kind, hooks) {
  const name = part.filename ?? (kind === 'audio' ? 'audio' : word('document'))
  const about = make('small', {}, '')
  const href = part.id ? `/phone/files/${part.id}` : part.link
  if (part.id) hooks.facts(part.id).then((facts) => {
    const ending = facts?.mime_type.split('/').pop().toUpperCase().slice(0, 12)
    about.textContent = facts ? `${ending} · ${size(facts.bytes)}` : word('tooOld')
  })
  return make(
    'a.file', { href, download: name, target: '_blank', 'aria-label': `${word('download')}: ${name}` }, icon('file'),
    make('span', {}, make('b', { lang: tongue(name) }, name), about), icon('get'))
}

function media(kind, part, hooks) {
  const href = part.id ? `/phone/files/${part.id}` : part.link
  if (kind === 'image' || kind === 'sticker')
    return make('a.picture', { href, target: '_blank' }, make('img',
      { src: href, alt: part.caption ?? word('photo'), loading: 'lazy' }))
  if (kind === 'video') return make('video', { src: href, controls: true })
  return fileBox(part, kind, hooks)
}

function place(part) {
  const at = `${Number(part.latitude).toFixed(5)}, ${Number(part.longitude).toFixed(5)}`
  return make('div.place', {}, make('div.map', { 'aria-hidden': 'true' }, icon('pin')),
    make('b', {}, part.name ?? word('location')),
    make('small', {}, part.address ?? at))
}

const times = (amount, count) => amount && { ...amount, value: amount.value * (count ?? 1) }

function order(part, message, hooks) {
  const parameters = part.action?.parameters ?? {}
  const details = parameters.order ?? {}
  const line = (label, amount) => amount && make('tr', {}, make('td', {}, label), make('td', {}, rupees(amount)))
  const rows = (details.items ?? []).map((item) =>
    make('tr', {}, make('td', { lang: tongue(item.name) },
      `${item.name}${item.quantity > 1 ? ` × ${item.quantity}` : ''}`),
      make('td', {}, rupees(times(item.sale_amount ?? item.amount, item.quantity)))))
  const card = make('div.order', {}, make('small', {}, `${word('order')} · ${parameters.reference_id ?? ''}`),
    make('table', {}, make('tbody', {}, ...rows, line(word('tax'), details.tax?.value ? details.tax : null),
      line(word('shipping'), details.shipping?.value ? details.shipping : null),
      line(word('discount'), details.discount?.value ? details.discount : null)),
      make('tfoot', {}, make('tr', {}, make('td', {}, word('total')),
        make('td', {}, rupees(parameters.total_amount))))))
  card.dataset.reference = parameters.reference_id ?? ''
  hooks.orderState(parameters.reference_id).then((state) => showOrder(card, state))
  return card
}

/** created, paid, pending or failed, as a line under the order. */
export function showOrder(card, state) {
  card.querySelector('.state')?.remove()
  const text = { paid: word('paid'), captured: word('paid'), pending: word('pending'),
    failed: word('payFailed') }[state]
  if (text) card.append(make(`p.state.${state === 'captured' ? 'paid' : state}`, {}, text))
  const button = card.closest('.bubble')?.querySelector('.action.pay')
  if (button && (state === 'paid' || state === 'captured')) button.disabled = true
}

const action = (name, label, onclick, extra = '') => make(`button.action${extra}`, { type: 'button', onclick },
  icon(name), make('span', { lang: tongue(label) }, label))

/** What stands under a department's bubble: buttons, the list's opener, a link, a form. */
function actions(content, message, hooks) {
  const part = content.interactive
  if (!part) return []
  const parameters = part.action?.parameters ?? {}
  switch (part.type) {
    case 'button':
      return (part.action?.buttons ?? []).map((button) =>
        action('reply', button.reply.title, () => hooks.tap(message, button.reply.id)))
    case 'list': return [action('list', part.action?.button ?? '', () => hooks.list(message))]
    case 'cta_url':
      return [make('a.action', { href: parameters.url, target: '_blank', rel: 'noopener noreferrer' }, icon('link'),
        parameters.display_text ?? '')]
    case 'location_request_message': return [action('pin', word('sendLocation'), () => hooks.location(message))]
    case 'address_message': return [action('form', word('giveAddress'), () => hooks.address(message))]
    case 'flow': return [action('form', parameters.flow_cta ?? word('fillForm'), () => hooks.form(message))]
    case 'order_details': return [action('file', word('pay'), () => hooks.pay(message), '.pay')]
    default: return []
  }
}

function header(part, hooks) {
  const top = part.header
  if (!top) return []
  return top.type === 'text' ? [make('div.head', { lang: tongue(top.text) }, top.text)] : [media(top.type,
    top[top.type] ?? {}, hooks)]
}

function interactive(part, message, hooks) {
  if (part.type === 'button_reply' || part.type === 'list_reply') {
    const reply = part[part.type]
    return [marked(reply.title), ...(reply.description ? [make('small.more', { lang: tongue(reply.description) },
      reply.description)] : [])]
  }
  if (part.type === 'nfm_reply') return [make('div.text', {}, word('formSent'))]
  const inside = [...header(part, hooks)]
  if (part.type === 'order_details') inside.push(order(part, message, hooks))
  if (part.type === 'order_status')
    inside.push(make('div.order', {},
      make('small', {}, `${word('order')} · ${part.action?.parameters?.reference_id ?? ''}`),
      make('p.state', {}, part.action?.parameters?.order?.status ?? '')))
  if (part.body?.text) inside.push(marked(part.body.text))
  if (part.footer?.text) inside.push(marked(part.footer.text, 'div.foot'))
  return inside
}

/** A template is filled here as the cloud would fill it. */
function template(part, message, hooks) {
  const box = make('div')
  hooks.template(part.name, part.language?.code).then((record) => {
    const given = Object.fromEntries((part.components ?? []).map((component) => [component.type,
      component.parameters ?? []]))
    const fill = (text, parameters = []) =>
      String(text ?? '').replace(/\{\{\s*([\w]+)\s*\}\}/g, (_, name) => {
        const found = parameters.find((p) => p.parameter_name === name) ?? parameters[Number(name) - 1]
        return found?.text ?? found?.[found?.type]?.fallback_value ?? ''
      })
    for (const component of record?.components ?? []) {
      const text = component.text && fill(component.text, given[component.type.toLowerCase()])
      if (component.type === 'HEADER' && text) box.append(make('div.head', { lang: tongue(text) }, text))
      if (component.type === 'HEADER' && !text && given.header?.[0])
        box.append(media(given.header[0].type, given.header[0][given.header[0].type] ?? {}, hooks))
      if (component.type === 'BODY') box.append(marked(text))
      if (component.type === 'FOOTER') box.append(marked(text, 'div.foot'))
      for (const [index, button] of (component.buttons ?? []).entries()) {
        const given = (part.components ?? []).find((c) => c.type === 'button' && Number(c.index) === index)
        const filled = given?.parameters?.[0]
        if (button.type === 'URL')
          box.append(make('a.action', { href: fill(button.url, [filled]), target: '_blank',
            rel: 'noopener noreferrer' }, icon('link'), button.text))
        if (button.type === 'QUICK_REPLY')
          box.append(action('reply', button.text, () => hooks.quick(message, filled?.payload ?? button.text,
            button.text)))
      }
    }
  })
  return [box]
}

function inside(message, hooks) {
  const content = message.message ?? {}
  const part = content[content.type] ?? {}
  switch (content.type) {
    case 'text': return [marked(part.body)]
    case 'button': return [marked(part.text)]
    case 'image': case 'video': case 'audio': case 'document': case 'sticker':
      return [media(content.type, part, hooks), ...(part.caption ? [marked(part.caption)] : [])]
    case 'location': return [place(part)]
    case 'interactive': return interactive(part, message, hooks)
    case 'template': return template(part, message, hooks)
    case 'contacts': return [make('div.text', {}, content.contacts?.[0]?.name?.formatted_name ?? '')]
    default: return [make('div.text.dim', {}, message.direction === 'in' ? word('unsupported') : word('deleted'))]
  }
}

export function bubble(message, hooks) {
  const mine = message.direction === 'in'
  const quoted = message.context_id && hooks.find(message.context_id)
  const parts = inside(message, hooks)
  const node = make(`article.bubble${mine ? '.mine' : '.theirs'}`, { id: `m-${message.sequence}` },
    quoted && make('div.quote', {}, make('b', {}, quoted.direction === 'in' ? word('you') : hooks.lineName()),
      make('span', { lang: tongue(summary(quoted)) }, summary(quoted))),
    ...parts,
    make('footer', {}, make('time', { datetime: new Date(message.timestamp * 1000).toISOString() },
      clock(message.timestamp)),
      mine && ticks(statusOf(message))))
  const below = mine ? [] : actions(message.message ?? {}, message, hooks)
  if (below.length) node.append(make('div.actions', {}, ...below))
  return node
}
