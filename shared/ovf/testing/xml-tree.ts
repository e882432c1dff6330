import { SaxesParser } from 'saxes'

export interface XmlNode {
  /** `{namespace}local`, with the namespaces of OVF under their usual prefixes. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlNode[]
  text: string
}

const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['http://schemas.dmtf.org/ovf/envelope/1', 'ovf'],
  ['http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData', 'rasd'],
  ['http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData', 'vssd'],
  ['http://www.vmware.com/schema/ovf', 'vmw'],
  ['http://www.virtualbox.org/ovf/machine', 'vbox'],
  ['http://www.w3.org/2000/xmlns/', 'xmlns'],
  ['http://www.w3.org/XML/1998/namespace', 'xml'],
])

/** An XML document as a tree with resolved namespaces; throws where it is not well-formed. */
export function parseXml(text: string): XmlNode {
  const parser = new SaxesParser({ xmlns: true })
  const open: XmlNode[] = [{ name: '', attributes: {}, children: [], text: '' }]
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes).map((attribute) => [qualified(attribute.uri, attribute.local), attribute.value])
    const node = { name: qualified(tag.uri, tag.local), attributes: Object.fromEntries(attributes), children: [], text: '' }
    open.at(-1)?.children.push(node)
    open.push(node)
  })
  parser.on('text', (piece) => {
    const node = open.at(-1)
    if (node) node.text += piece
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(text).close()
  const root = open[0]?.children[0]
  if (root === undefined) throw new Error('an XML document without an element')
  return root
}

function qualified(uri: string, local: string): string {
  if (uri === '') return local
  return `${PREFIXES.get(uri) ?? `{${uri}}`}:${local}`
}

export function childNames(node: XmlNode): string[] {
  return node.children.map((child) => child.name)
}

/** The child of that name; throws where there is none or more than one. */
export function only(node: XmlNode, name: string): XmlNode {
  const found = node.children.filter((child) => child.name === name)
  const first = found[0]
  if (first === undefined || found.length > 1) throw new Error(`${node.name} has ${found.length} of ${name}`)
  return first
}
