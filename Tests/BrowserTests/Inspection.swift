// What must be true of every page on every screen, looked at from inside the browser: nothing cut off, nothing unreadable,
// nothing nameless. Called by the tests after each change of the screen.
import Foundation

@testable import EndToEnd

struct Inspection: Sendable {
    /// What is wrong with the page that is shown now; empty when nothing is.
    static func problems(_ browser: Browser, tongue: Window.Tongue) async throws -> [String] {
        let seen = try await browser.run(script, [.string(tongue.rawValue)]).array.compactMap(\.string)
        var nameless: [String] = []
        for role in needsName where try await browser.accessibleNames(role: role).contains("") {
            nameless.append("a \(role) has no name for a screen reader")
        }
        return seen + nameless + (try await browser.complaints())
    }

    /// Roles that are nothing without a name.
    private static let needsName = [
        "button", "link", "textbox", "combobox", "radio", "checkbox", "spinbutton", "dialog", "image", "Date", "table", "heading", "option",
        "Iframe", "DisclosureTriangle",
    ]

    /// Presses Tab through the page: every stop must show that it has the focus, and nothing may be a trap.
    static func focusProblems(_ browser: Browser, stopsMax: Int = 80) async throws -> [String] {
        var problems: [String] = []
        try await browser.run("document.activeElement?.blur(); window.scrollTo(0, 0)")
        var first: String?
        for stop in 0..<stopsMax {
            try await browser.press(.tab)
            let found = try await browser.run(focusScript)
            guard let name = found["name"].string else { return problems }
            if name == first { return problems }
            if stop == 0 { first = name }
            if found["seen"].bool != true { problems.append("the focus can't be seen on \(name)") }
        }
        problems.append("after \(stopsMax) times Tab the focus has not come round")
        return problems
    }

    private static let focusScript = """
        const node = document.activeElement
        if (!node || node === document.body || node === document.documentElement) return {}
        const style = (one) => getComputedStyle(one)
        const outlined = (one) => style(one).outlineStyle !== 'none' && parseFloat(style(one).outlineWidth) >= 2
        // A small control may let its row show the focus.
        let seen = false
        for (let one = node, up = 0; one && up < 3; one = one.parentElement, up++) seen ||= outlined(one)
        const box = node.getBoundingClientRect()
        const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
        window.stops = window.stops ?? new Map()
        if (!window.stops.has(node)) window.stops.set(node, window.stops.size + 1)
        const said = node.getAttribute('aria-label') ?? (node.innerText ?? '').trim().slice(0, 40)
        return { name: `${node.tagName}#${window.stops.get(node)} ${said}`, seen: seen && inside }
        """

    /// Runs in the page: `arguments[0]` is the language that the page should speak.
    private static let script = #"""
        const problems = []
        const styles = new Map()
        const styleOf = (node) => styles.get(node) ?? (styles.set(node, getComputedStyle(node)), styles.get(node))
        const memory = (make) => {
          const known = new Map()
          return (node) => {
            if (!known.has(node)) known.set(node, make(node))
            return known.get(node)
          }
        }
        const tongue = arguments[0]
        const say = (text) => { if (!problems.includes(text) && problems.length < 40) problems.push(text) }
        const root = document.scrollingElement
        if (root.scrollWidth > innerWidth) say(`the page is ${root.scrollWidth} wide on a screen of ${innerWidth}`)
        if (document.documentElement.lang !== tongue) say(`the page says it is in ${document.documentElement.lang}`)
        if (!document.title) say('the page has no title')

        // A dialog hides what is behind it.
        const stage = document.querySelector('dialog[open]') ?? document.body
        const about = (node) => `${node.tagName.toLowerCase()}${node.id ? '#' + node.id : ''}.${node.className} “${
          (node.innerText ?? '').trim().slice(0, 50)}”`
        const isShown = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
          && node.getClientRects().length > 0
        // Kept for screen readers alone: a skip link, the heads of a table that is shown as cards.
        const isTucked = memory((node) => styleOf(node).clipPath !== 'none' || node.matches('.skip')
          || (node.parentElement !== null && isTucked(node.parentElement)))
        const onScreen = (box) => box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth

        // Text that is cut: wider or higher than its box. What ends in an ellipsis on purpose, and what scrolls, is not.
        for (const node of stage.querySelectorAll('*')) {
          if (!isShown(node) || node instanceof SVGElement || node.matches('textarea, input, select, iframe, img')) continue
          const style = styleOf(node)
          if (style.display === 'inline') continue
          if (isTucked(node)) continue
          const scrolls = (way) => ['auto', 'scroll'].includes(style[way])
          const isShort = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
          if (node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0 && !scrolls('overflowX') && !isShort)
            say(`cut off to the side: ${about(node)}`)
          const clips = ['hidden', 'clip'].includes(style.overflowY)
          if (clips && node.scrollHeight > node.clientHeight + 1 && node.clientHeight > 0 && !isShort)
            say(`cut off below: ${about(node)}`)
        }

        // What is pressed must be large enough, and nothing else may lie over it.
        for (const node of stage.querySelectorAll('button, a, input:not([type=hidden]), select, textarea, summary')) {
          if (!isShown(node) || node.closest('.text')) continue
          const box = node.getBoundingClientRect()
          if (!onScreen(box) || isTucked(node)) continue
          const label = node.closest('label')?.getBoundingClientRect() ?? box
          if (Math.min(Math.max(box.width, label.width), Math.max(box.height, label.height)) < 24) say(`too small to press: ${about(node)}`)
          if (box.left < -1 || box.right > innerWidth + 1) {
            const frame = node.closest('.scroll')
            if (!frame) say(`partly beside the screen: ${about(node)}`)
          }
        }

        // Letters: each text says its language, and its font has the letters.
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = 40
        const pen = canvas.getContext('2d', { willReadFrequently: true })
        const drawn = (text, font) => {
          pen.clearRect(0, 0, 40, 40)
          pen.font = font
          pen.fillText(text, 4, 30)
          return pen.getImageData(0, 0, 40, 40).data.join()
        }
        const missing = new Map()
        const hasGlyph = (letter, family) => {
          const font = `24px ${family}`
          if (!missing.has(font)) missing.set(font, [drawn('\uFFFF', font), drawn('\u{10FFFD}', font), drawn('\u{E0FFF}', font)])
          return !missing.get(font).includes(drawn(letter, font))
        }
        const colour = (text) => {
          const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number)
          return text.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]
        }
        const over = (top, under) => top.slice(0, 3).map((value, i) => value * top[3] + under[i] * (1 - top[3])).concat(1)
        const paper = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 1] : [255, 255, 255, 1]
        const groundOf = memory((node) => {
          const layer = colour(styleOf(node).backgroundColor)
          return layer[3] === 1 ? layer : over(layer, node.parentElement ? groundOf(node.parentElement) : paper)
        })
        const fadeOf = memory((node) => parseFloat(styleOf(node).opacity) * (node.parentElement ? fadeOf(node.parentElement) : 1))
        const light = (rgb) => {
          const [r, g, b] = rgb.map((value) => value / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
          return 0.2126 * r + 0.7152 * g + 0.0722 * b
        }
        const walker = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT)
        const letters = new Set()
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
          const node = text.parentElement
          const words = text.data.trim()
          if (!words || !isShown(node) || isTucked(node) || node.closest('noscript, script, style, svg')) continue
          const style = styleOf(node)
          const lang = node.closest('[lang]')?.lang
          if (/[\u0900-\u097F]/.test(words) && lang !== 'hi') say(`Hindi under lang=${lang}: “${words.slice(0, 40)}”`)
          if (!/[\u0900-\u097F]/.test(words) && /(\b[A-Za-z]{3,}\b[ ,.]+){3,}/.test(words) && lang !== 'en')
            say(`English under lang=${lang}: “${words.slice(0, 40)}”`)
          for (const letter of words.match(/[\u0905-\u0939\u0958-\u0961\u0966-\u096F]/g) ?? []) {
            const key = letter + style.fontFamily
            if (letters.has(key)) continue
            letters.add(key)
            if (!hasGlyph(letter, style.fontFamily)) say(`no glyph for ${letter} in ${style.fontFamily}`)
          }
          if (parseFloat(style.fontSize) < 11) say(`too small to read: ${style.fontSize} “${words.slice(0, 40)}”`)
          if (node.closest(':disabled')) continue
          const ground = groundOf(node)
          const ink = over(colour(style.color), ground)
          const [x, y] = [light(over([...ink.slice(0, 3), fadeOf(node)], ground)), light(ground)].sort((a, b) => b - a)
          const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700)
          const contrast = (x + 0.05) / (y + 0.05)
          if (contrast < (isLarge ? 3 : 4.5)) say(`contrast ${contrast.toFixed(1)}: “${words.slice(0, 40)}”`)
        }
        // A font that shapes: क्ष is one sign, narrower than its parts.
        if (letters.size) {
          pen.font = `24px ${getComputedStyle(document.body).fontFamily}`
          const width = (text) => pen.measureText(text).width
          if (width('क्ष') >= width('क') + width('ष')) say('the font does not join Devanagari letters')
        }
        return problems
        """#
}
