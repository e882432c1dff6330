import { type ObjectRef, refOf, refXml, type VimSession } from './soap.js'
import { childrenOf, childText, escapeXml, findElement, type XmlElement } from './xml.js'

/** An object of the inventory, with the properties that were asked for. */
export interface InventoryObject {
  readonly ref: ObjectRef
  readonly name: string
  readonly properties: Readonly<Record<string, XmlElement>>
}

function filterXml(set: string, objects: string): string {
  return `<specSet>${set}${objects}</specSet><options></options>`
}

function propSet(type: string, properties: readonly string[]): string {
  return `<propSet><type>${type}</type>${properties.map((name) => `<pathSet>${name}</pathSet>`).join('')}</propSet>`
}

/** All objects of a type below another one (`ContainerView` and `RetrievePropertiesEx` of the vSphere Web Services API), by name. */
export async function listObjects(
  vim: VimSession,
  type: string,
  properties: readonly string[] = [],
  below: ObjectRef = vim.rootFolder,
): Promise<InventoryObject[]> {
  const made = await vim.call(
    'CreateContainerView',
    vim.viewManager,
    `${refXml('container', below)}<type>${type}</type><recursive>true</recursive>`,
  )
  const value = findElement(made, 'returnval')
  if (value === null) return []
  const view = refOf(value)
  try {
    const walk = '<selectSet xsi:type="TraversalSpec"><type>ContainerView</type><path>view</path><skip>false</skip></selectSet>'
    const spec = filterXml(propSet(type, ['name', ...properties]), `<objectSet>${refXml('obj', view)}<skip>true</skip>${walk}</objectSet>`)
    const found = await retrieveAll(vim, spec)
    return found.toSorted((one, other) => one.name.localeCompare(other.name))
  } finally {
    await vim.call('DestroyView', view).catch(() => {})
  }
}

/** Properties of one object. Throws `cloud-not-found` when it is not there any more. */
export async function readObject(
  vim: VimSession,
  ref: ObjectRef,
  properties: readonly string[],
): Promise<Readonly<Record<string, XmlElement>>> {
  const spec = filterXml(propSet(ref.type, properties), `<objectSet>${refXml('obj', ref)}<skip>false</skip></objectSet>`)
  return (await retrieveAll(vim, spec))[0]?.properties ?? {}
}

/** Long answers come in pages that a token leads on to. */
async function retrieveAll(vim: VimSession, spec: string): Promise<InventoryObject[]> {
  const found: InventoryObject[] = []
  let answer = await vim.call('RetrievePropertiesEx', vim.propertyCollector, spec)
  for (;;) {
    const value = findElement(answer, 'returnval')
    if (value === null) return found
    found.push(...childrenOf(value, 'objects').map(inventoryObject))
    const token = childText(value, 'token')
    if (token === '') return found
    answer = await vim.call('ContinueRetrievePropertiesEx', vim.propertyCollector, `<token>${escapeXml(token)}</token>`)
  }
}

function inventoryObject(element: XmlElement): InventoryObject {
  const [object] = childrenOf(element, 'obj')
  const properties: Record<string, XmlElement> = {}
  for (const set of childrenOf(element, 'propSet')) {
    const [value] = childrenOf(set, 'val')
    if (value) properties[childText(set, 'name')] = value
  }
  return {
    ref: object === undefined ? { type: '', id: '' } : refOf(object),
    // vSphere keeps /, \ and % of names as URLs do.
    name: unescapeName(properties.name?.text ?? ''),
    properties,
  }
}

function unescapeName(name: string): string {
  return name.replace(/%2f/gi, '/').replace(/%5c/gi, '\\').replace(/%25/g, '%')
}
