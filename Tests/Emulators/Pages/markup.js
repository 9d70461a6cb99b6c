// Small makers of elements, and WhatsApp's own markup: *bold* _italic_ ~struck~ `code`, lists, quotes, links.
import { tongue } from '/pages/words.js'

/** make('p.class', {title: 'x', onclick: f}, 'text', node, …) */
export function make(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.')
  const node = document.createElement(name)
  if (classes.length) node.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value)
    else node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== undefined && child !== null && child !== false && child !== ''))
  return node
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `/pages/icons.svg#${name}`)
  svg.setAttribute('aria-hidden', 'true')
  svg.append(use)
  return svg
}

const marks = [
  [/```([\s\S]+?)```/, (text) => make('code', {}, text)],
  [/`([^`\n]+)`/, (text) => make('code', {}, text)],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*\S)\*(?![\p{L}\p{N}*])/u, (text) => make('strong', {}, ...inline(text))],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*\S)_(?![\p{L}\p{N}_])/u, (text) => make('em', {}, ...inline(text))],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*\S)~(?![\p{L}\p{N}~])/u, (text) => make('s', {}, ...inline(text))],
  [/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)।])/, (text) => make('a',
    { href: text, target: '_blank', rel: 'noopener noreferrer' }, text)],
]

/** The earliest mark first; text between the marks stays text, so that nothing sent can become HTML. */
function inline(text) {
  let first
  for (const [pattern, build] of marks) {
    const found = pattern.exec(text)
    if (found && (!first || found.index < first.found.index)) first = { found, build }
  }
  if (!first) return text ? [text] : []
  const { found, build } = first
  const after = text.slice(found.index + found[0].length)
  return [...(found.index ? [text.slice(0, found.index)] : []), build(found[1]), ...inline(after)]
}

/** A block of text with lists and quotes, in the language that its letters show. */
export function marked(text, tag = 'div.text') {
  const block = make(tag, { lang: tongue(text) })
  let list
  const lines = String(text ?? '').split('\n')
  lines.forEach((line, index) => {
    const item = /^\s*[-*•]\s+(.*)$/.exec(line)
    const quote = /^>\s+(.*)$/.exec(line)
    if (item) {
      if (!list) block.append((list = make('ul')))
      list.append(make('li', {}, ...inline(item[1])))
      return
    }
    list = undefined
    if (quote) return block.append(make('blockquote', {}, ...inline(quote[1])))
    block.append(...inline(line))
    if (index < lines.length - 1) block.append('\n')
  })
  return block
}

/** Without marks, for one line of the chat list. */
export const plain = (text) => String(text ?? '').replace(/```|[*_~`]/g, '').replace(/\s+/g, ' ')

export const rupees = (amount) =>
  `₹ ${((amount?.value ?? 0) / (amount?.offset ?? 100)).toLocaleString('en-IN', { minimumFractionDigits: 2 })}`

export const size = (bytes) =>
  bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`
