import { AppError } from '../errors/app-error.js'

/** An XML element; attributes and children are written in the order they are given. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[] | string
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlElement[] | string = [],
): XmlElement {
  return { name, attributes, children }
}

/** An element with nothing but text. */
export function textElement(name: string, text: string | number): XmlElement {
  return element(name, {}, String(text))
}

/**
 * An XML 1.0 document, indented by two blanks, ending with a line feed. Text is escaped, whatever it is.
 *
 * @throws AppError `bad-input` for a text with characters that XML cannot hold, or with line breaks
 */
export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root, '')}`
}

function render(node: XmlElement, indent: string): string {
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
  const head = `${indent}<${node.name}${attributes.join('')}`
  if (typeof node.children === 'string') return `${head}>${escapeXml(node.children)}</${node.name}>\n`
  if (node.children.length === 0) return `${head}/>\n`
  return `${head}>\n${node.children.map((child) => render(child, `${indent}  `)).join('')}${indent}</${node.name}>\n`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** XML 1.0 production 2 ("Char"), without tab, line feed and carriage return: attributes lose them, and names have none. */
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]|\p{Surrogate}/u

/** The text without what an OVF cannot hold: for words that come out of an image, which must not keep it from being packed. */
export function withoutRefused(text: string): string {
  return text.replaceAll(new RegExp(REFUSED, 'gu'), '')
}

/** Text for element content and attribute values. Throws `bad-input`. */
export function escapeXml(text: string): string {
  if (REFUSED.test(text)) {
    throw new AppError('bad-input', {
      details: { reason: `${JSON.stringify(text).slice(0, 120)} has a line break or a control character, which an OVF cannot hold` },
    })
  }
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
