// What slides up from below: the list's rows, attaching, location, address, a form, the payment; one dialog for all.
import { icon, make } from '/pages/markup.js'
import { tongue, word } from '/pages/words.js'

const dialog = document.getElementById('sheet')
let opener

export function close() {
  if (dialog.open) dialog.close()
}

dialog.addEventListener('close', () => {
  // The event comes a moment later: by then a quick hand may have opened the next sheet.
  if (dialog.open) return
  dialog.replaceChildren()
  opener?.focus()
})
dialog.addEventListener('click', (event) => event.target === dialog && close())

/** Shows the parts under a title. Esc and the cross close; focus returns to what opened it. */
function show(title, ...parts) {
  opener = document.activeElement
  dialog.className = ''
  dialog.replaceChildren(
    make('header', {}, make('h2', { id: 'sheet-title', lang: tongue(title) }, title),
      make('button.round', { type: 'button', 'aria-label': word('close'), onclick: close }, icon('close'))), ...parts)
  dialog.setAttribute('aria-labelledby', 'sheet-title')
  dialog.showModal()
}

const submitButton = (label = word('send')) => make('button.solid.wide', {}, label)

/** Rows are radio buttons: the arrows move, Enter or the button sends, as does a double tap. */
export function list(message, onPick) {
  const action = message.message.interactive.action
  const form = make('form.rows', { onsubmit: (event) => {
    event.preventDefault()
    const picked = new FormData(form).get('row')
    if (!picked) return
    close()
    onPick(picked)
  } })
  let number = 0
  for (const section of action.sections ?? []) {
    const group = make('fieldset', {}, section.title && make('legend', { lang: tongue(section.title) }, section.title))
    for (const row of section.rows ?? []) {
      const id = `row-${number++}`
      group.append(make('label.row', { for: id, ondblclick: () => form.requestSubmit() },
        make('span', {}, make('b', { lang: tongue(row.title) }, row.title),
          row.description && make('small', { lang: tongue(row.description) }, row.description)),
        make('input', { type: 'radio', name: 'row', id, value: row.id, required: true })))
    }
    form.append(group)
  }
  const button = submitButton()
  button.disabled = true
  form.addEventListener('change', () => { button.disabled = false })
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.type !== 'radio') return
    event.preventDefault()
    event.target.checked = true
    form.requestSubmit()
  })
  form.append(make('div.end', {}, button))
  show(action.button, form)
  form.querySelector('input')?.focus()
}

const sampleNames = {
  'photo': ['फ़ोटो', 'Photo'], 'identity-proof': ['पहचान', 'Identity'], 'address-proof': ['पता', 'Address'],
    'dob-proof': ['जन्म', 'Birth date'],
  'caste-certificate-sc': ['जाति (SC)', 'SC certificate'], 'income-proof': ['आय', 'Income'],
    'bank-passbook': ['पासबुक', 'Passbook'],
  'self-declaration': ['स्व-घोषणा', 'Self-declaration'], 'death-certificate': ['मृत्यु', 'Death certificate'],
    'blurred': ['धुँधला', 'Blurred'],
  'too-small': ['बहुत छोटा', 'Too small'], 'too-dark': ['बहुत अँधेरा', 'Too dark'],
}

/** hooks: photo, paper, sample(name), location, voice */
export async function attach(hooks, samples) {
  const tile = (name, label, onclick) =>
    make('button.tile', { type: 'button', onclick: () => { close(); onclick() } }, make('span.disc', {}, icon(name)),
      label)
  const grid = make('div.papers')
  for (const name of samples) {
    const stem = name.replace(/\.\w+$/, '')
    const label = sampleNames[stem]?.[document.documentElement.lang === 'hi' ? 0 : 1] ?? stem
    const face = name.endsWith('.pdf') ? make('span.pdf', {}, 'PDF') : make('img',
      { src: `/pages/samples/${name}`, alt: '', loading: 'lazy' })
    grid.append(make('button.paper', { type: 'button', onclick: () => { close(); hooks.sample(name) } }, face, label))
  }
  show(word('attach'),
    make('div.tiles', {}, tile('image', word('photo'), hooks.photo), tile('file', word('document'), hooks.paper),
      tile('pin', word('location'), hooks.location), tile('mic', word('voice'), hooks.voice)),
    make('h3', {}, word('samples')), grid)
  dialog.querySelector('.tile').focus()
}

/** Places of Delhi, so that nobody's real position is asked for. */
const places = [
  ['Karol Bagh, New Delhi', 28.6519, 77.1909], ['Connaught Place, New Delhi', 28.6315, 77.2167],
    ['Dwarka Sector 10, New Delhi', 28.5815, 77.0583],
  ['Shahdara, Delhi', 28.6735, 77.2890], ['Rohini Sector 7, Delhi', 28.7074, 77.1139],
]

export function location(onPick) {
  const grid = make('div.rows')
  for (const [name, latitude, longitude] of places)
    grid.append(make('button.row', { type: 'button', onclick: () => { close(); onPick({ latitude, longitude,
      name }) } },
      make('span', {}, make('b', {}, name), make('small', {}, `${latitude}, ${longitude}`)), icon('pin')))
  show(word('location'), grid)
}

const addressFields = ['name', 'phone_number', 'in_pin_code', 'house_number', 'building_name', 'address',
  'landmark_area', 'city', 'state']

export function address(message, onDone) {
  const parameters = message.message.interactive.action.parameters ?? {}
  const form = make('form.fields', { onsubmit: (event) => {
    event.preventDefault()
    close()
    onDone({ values: Object.fromEntries([...new FormData(form)].filter(([, value]) => value)) })
  } })
  for (const field of addressFields) {
    const wrong = parameters.validation_errors?.[field]
    form.append(make('label', {}, word(field), make('input',
      { name: field, value: parameters.values?.[field] ?? '' }), wrong && make('em', {}, wrong)))
  }
  form.append(make('div.end', {}, submitButton()))
  show(word('giveAddress'), form)
}

/** A WhatsApp Flow is answered as JSON here: what its screens would have sent. */
export function flow(message, onDone) {
  const parameters = message.message.interactive.action.parameters ?? {}
  const answer = { flow_token: parameters.flow_token ?? 'unused', ...(parameters.flow_action_payload?.data ?? {}) }
  const area = make('textarea', { rows: 10, spellcheck: 'false' })
  area.value = JSON.stringify(answer, null, 2)
  const form = make('form.fields', { onsubmit: (event) => {
    event.preventDefault()
    try {
      const given = JSON.parse(area.value)
      close()
      onDone(given)
    } catch { area.setCustomValidity('JSON'); area.reportValidity() }
  } }, make('label', {}, word('formAnswer'), area), make('div.end', {}, submitButton()))
  area.addEventListener('input', () => area.setCustomValidity(''))
  show(parameters.flow_cta ?? word('fillForm'), form)
}

export function pay(reference, title) {
  show(title, make('iframe.pay', { src: `/payments/pay?reference=${encodeURIComponent(reference)}`, title }))
  dialog.className = 'tall'
}

export function number(current, onDone) {
  const input = make('input', { name: 'number', value: current, inputmode: 'numeric', pattern: '[0-9]{10,15}',
    required: true, autocomplete: 'off' })
  const form = make('form.fields', { onsubmit: (event) => { event.preventDefault(); close(); onDone(input.value) } },
    make('label', {}, word('newNumber'), input), make('div.end', {}, submitButton(word('save'))))
  show(word('me'), form)
  input.select()
}
