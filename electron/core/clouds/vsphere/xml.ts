import { SaxesParser } from 'saxes'
import { AppError } from '#shared/errors/app-error'

/** An element of an answer. Names keep their prefix; `name` is without it. */
export interface XmlElement {
  readonly qualified: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Text directly in it. */
  readonly text: string
}

interface Building extends XmlElement {
  readonly children: Building[]
  text: string
}

/** Reads a document. Throws `cloud-failed` for what is not XML. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser()
  const root: Building = { qualified: '', name: '', attributes: {}, children: [], text: '' }
  const open: Building[] = [root]
  parser.on('error', (error) => {
    throw new AppError('cloud-failed', { details: { service: 'vSphere', reason: `Its answer is not XML (${error.message})` } })
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element: Building = { qualified: name, name: name.replace(/^.*:/, ''), attributes, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', (piece) => {
    const element = open.at(-1)
    if (element) element.text += piece
  })
  parser.write(text).close()
  return root
}

/** The first element of a name below, at any depth. */
export function findElement(element: XmlElement, name: string): XmlElement | null {
  for (const child of element.children) {
    if (child.name === name) return child
    const found = findElement(child, name)
    if (found) return found
  }
  return null
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

export function childText(element: XmlElement, name: string): string {
  return childrenOf(element, name)[0]?.text ?? ''
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}

/** The element as text again, under another name: what the service described is given back to it as it was. */
export function printElement(element: XmlElement, qualified = element.qualified): string {
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('')
  const inner = element.children.length > 0 ? element.children.map((child) => printElement(child)).join('') : escapeXml(element.text)
  return `<${qualified}${attributes}>${inner}</${qualified}>`
}
