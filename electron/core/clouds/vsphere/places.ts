import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import { type InventoryObject, listObjects, readObject } from './inventory.js'
import { type ObjectRef, refOf, type VimSession } from './soap.js'
import { childrenOf } from './xml.js'

/** Where a virtual machine is put. */
export interface Place {
  readonly datastore: InventoryObject
  readonly pool: InventoryObject
  /** Null on a host alone. */
  readonly folder: ObjectRef | null
  readonly network: InventoryObject | null
}

/** Kinds of objects that fields name. */
export const FIELD_TYPES: Readonly<Record<string, string>> = {
  datacenter: 'Datacenter',
  datastore: 'Datastore',
  pool: 'ResourcePool',
  folder: 'Folder',
  network: 'Network',
}

/** The datacenter that is named, or the only one. Throws `bad-input` where it is not clear. */
export async function datacenterOf(vim: VimSession, values: FieldValues): Promise<InventoryObject> {
  const all = await listObjects(vim, 'Datacenter', ['vmFolder'])
  const name = textOf(values, 'datacenter')
  const found = name === '' ? (all.length === 1 ? all[0] : undefined) : all.find((one) => isMeant(one, name))
  if (found) return found
  const reason = name === '' ? `there are ${all.length} datacenters; say which one` : `there is no datacenter ${name}`
  throw new AppError('bad-input', { details: { field: 'datacenter', reason } })
}

/** Objects of a field, below the datacenter that is chosen where it is known. */
export async function listFor(vim: VimSession, field: string, values: FieldValues): Promise<InventoryObject[]> {
  const type = FIELD_TYPES[field]
  if (type === undefined) return []
  if (field === 'datacenter') return listObjects(vim, type)
  const below = await datacenterOf(vim, values).then(
    ({ ref }) => ref,
    () => vim.rootFolder,
  )
  const found = await listObjects(vim, type, field === 'folder' ? ['childType'] : [], below)
  switch (field) {
    case 'folder':
      return found.filter(({ properties }) => properties.childType?.children.some(({ text }) => text === 'VirtualMachine') === true)
    case 'pool':
      return nameByOwner(vim, found, below)
    case 'network':
      // They lead out of a distributed switch; no machine is attached to them.
      return found.filter(({ name }) => !name.includes('-DVUplinks-'))
    default:
      return found
  }
}

/** The first pool of every cluster and host is called `Resources`: it goes by the name of the cluster or host. */
async function nameByOwner(vim: VimSession, pools: readonly InventoryObject[], below: ObjectRef): Promise<InventoryObject[]> {
  const owners = await listObjects(vim, 'ComputeResource', ['resourcePool'], below)
  const named = pools.map((pool) => {
    const owner = owners.find(({ properties }) => properties.resourcePool?.text === pool.ref.id)
    return owner === undefined ? pool : { ...pool, name: owner.name }
  })
  return named.toSorted((one, other) => one.name.localeCompare(other.name))
}

/** An object by its name or by its id, as choices and scripts give it. */
export function isMeant({ ref, name }: InventoryObject, text: string): boolean {
  return name === text || ref.id === text
}

async function oneOf(vim: VimSession, field: string, values: FieldValues): Promise<InventoryObject> {
  const wanted = textOf(values, field)
  const found = (await listFor(vim, field, values)).filter((one) => isMeant(one, wanted))
  const [first, second] = found
  if (first === undefined)
    throw new AppError('cloud-not-found', { details: { service: 'vSphere', field, what: `${FIELD_TYPES[field] ?? field} ${wanted}` } })
  if (second !== undefined && first.ref.id !== wanted) {
    const ids = found.map(({ ref }) => ref.id).join(', ')
    throw new AppError('bad-input', { details: { field, reason: `several are called ${wanted}; give the id of one: ${ids}` } })
  }
  return first
}

export async function findPlace(vim: VimSession, values: FieldValues): Promise<Place> {
  const datacenter = await datacenterOf(vim, values)
  const [datastore, pool] = await Promise.all([oneOf(vim, 'datastore', values), oneOf(vim, 'pool', values)])
  const network = textOf(values, 'network') === '' ? (await listFor(vim, 'network', values))[0] : await oneOf(vim, 'network', values)
  const top = datacenter.properties.vmFolder
  const folder = textOf(values, 'folder') === '' ? (top === undefined ? null : refOf(top)) : (await oneOf(vim, 'folder', values)).ref
  return { datastore, pool, folder, network: network ?? null }
}

export async function datastoreOf(vim: VimSession, values: FieldValues): Promise<InventoryObject> {
  return oneOf(vim, 'datastore', values)
}

/** Whether a virtual machine of that name is in the folder of a place. */
export async function isNameTaken(vim: VimSession, { folder }: Place, name: string): Promise<boolean> {
  if (folder === null) return (await listObjects(vim, 'VirtualMachine')).some((machine) => machine.name === name)
  const { childEntity } = await readObject(vim, folder, ['childEntity'])
  const inFolder = new Set((childEntity === undefined ? [] : childrenOf(childEntity, 'ManagedObjectReference')).map(({ text }) => text))
  return (await listObjects(vim, 'VirtualMachine', [], folder)).some((machine) => machine.name === name && inFolder.has(machine.ref.id))
}

/** Free bytes of a datastore. */
export async function freeBytes(vim: VimSession, datastore: ObjectRef): Promise<number> {
  const { 'summary.freeSpace': free } = await readObject(vim, datastore, ['summary.freeSpace'])
  return Number(free?.text ?? Number.NaN)
}
