import { AppError } from '#shared/errors/app-error'
import type { EditOf } from '#shared/edits/edit'
import { enableLinks, type InstallSection, isStatic, readInstall, splitUnitName } from '#shared/system/unit-files'
import { closest } from '#shared/text/closest'
import type { EditContext, EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'
import type { GuestSystem } from './guest-system.js'
import { notePresets } from './presets.js'

const NOWHERE = '/dev/null'
/** `Also=` can go in circles and name others without end. */
const MAX_UNITS = 64

interface Scope {
  /** Where links of the administrator stand. */
  readonly own: string
  readonly shipped: readonly string[]
}

const SCOPES: Readonly<Record<EditOf<'systemd-unit'>['scope'], Scope>> = {
  system: { own: '/etc/systemd/system', shipped: ['/usr/local/lib/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'] },
  user: { own: '/etc/systemd/user', shipped: ['/usr/local/lib/systemd/user', '/usr/lib/systemd/user', '/lib/systemd/user'] },
}

/** Units of one system, as systemctl(1) `--root` finds them. */
interface Units {
  readonly context: EditContext
  readonly system: GuestSystem
  readonly scope: Scope
}

interface UnitFile {
  readonly path: string
  readonly install: InstallSection
}

export const systemdUnitHandler: EditHandlers<'systemd-unit'> = {
  async 'systemd-unit'(context, { unit, state, scope, root }) {
    const units: Units = { context, system: await openSystem(context, root), scope: SCOPES[scope] }
    const change = { enabled: enable, disabled: disable, masked: mask, unmasked: unmask }[state]
    await change(units, unit)
    if (state === 'enabled' || state === 'disabled') await notePresets(context, units.system, { unit, state, scope })
  },
}

async function enable(units: Units, unit: string): Promise<void> {
  if (await isMasked(units, unit)) throw conflict(unit, 'it is masked: unmask it first')
  const file = await requireUnit(units, unit)
  const { template, instance } = splitUnitName(unit)
  if (isStatic(file.install))
    throw conflict(unit, 'it has no [Install] section to enable it by: other units start it, or it is started by hand')
  if (template !== null && instance === '' && file.install.defaultInstance === null)
    throw conflict(unit, `it is a template: name an instance, such as ${unit.replace('@.', '@NAME.')}`)
  const all = await withAlso(units, unit)
  let made = 0
  for (const [name, found] of all) {
    for (const link of enableLinks(name, found.install)) {
      const place = `${units.scope.own}/${link.path}`
      if (place === found.path || (await units.system.has(place))) continue
      await units.system.makeLink(place, found.path)
      made += 1
    }
  }
  if (made === 0) units.context.note(`${unit} is enabled already.`)
}

async function disable(units: Units, unit: string): Promise<void> {
  await requireUnit(units, unit)
  let removed = 0
  for (const [name, found] of await withAlso(units, unit)) {
    for (const link of await linksOf(units, name, found)) {
      await units.system.remove(link)
      removed += 1
    }
  }
  if (removed === 0) units.context.note(`${unit} is not enabled.`)
  const pulledIn = await shippedLinks(units, unit)
  if (pulledIn.length > 0) units.context.note(`${unit} is still started by ${pulledIn.join(', ')}: mask it to keep it from starting.`)
}

async function mask({ system, scope, context }: Units, unit: string): Promise<void> {
  const place = `${scope.own}/${unit}`
  const there = await system.find(place)
  if (there?.kind === 'file') throw conflict(unit, `${place} is a file of its own, which the link of a mask cannot replace`)
  if (there && (await system.link(place)) === NOWHERE) {
    context.note(`${unit} is masked already.`)
    return
  }
  if (there) await system.remove(place)
  await system.makeLink(place, NOWHERE)
}

async function unmask(units: Units, unit: string): Promise<void> {
  if (await isMasked(units, unit)) await units.system.remove(`${units.scope.own}/${unit}`)
  else units.context.note(`${unit} is not masked.`)
}

/** An empty file masks too. A link whose target cannot be told is taken for a mask where nothing can be read through it. */
async function isMasked({ system, scope }: Units, unit: string): Promise<boolean> {
  const place = `${scope.own}/${unit}`
  const entry = await system.find(place)
  if (entry?.kind === 'file') return entry.sizeBytes === 0
  if (entry?.kind !== 'link') return false
  const target = await system.link(place)
  return target === undefined ? (await system.text(place)) === undefined : target === NOWHERE
}

async function requireUnit(units: Units, unit: string): Promise<UnitFile> {
  const found = await findUnit(units, unit)
  if (found) return found
  const names = (await Promise.all(units.scope.shipped.map((folder) => units.system.list(folder)))).flat().map((entry) => entry.name)
  const meant = closest(unit, names)
  throw conflict(unit, `the image has no such unit${meant === undefined ? '' : `; did you mean ${meant}?`}`)
}

/** The administrator's file comes before the shipped one; an instance is of its template. */
async function findUnit({ system, scope }: Units, unit: string): Promise<UnitFile | undefined> {
  const { template } = splitUnitName(unit)
  for (const name of template === null ? [unit] : [unit, template]) {
    for (const folder of [scope.own, ...scope.shipped]) {
      const path = `${folder}/${name}`
      const isOwnLink = folder === scope.own && (await system.find(path))?.kind === 'link'
      const text = isOwnLink ? undefined : await system.text(path)
      if (text !== undefined) return { path, install: readInstall(text) }
    }
  }
  return undefined
}

/** The unit, and those that are enabled and disabled with it. */
async function withAlso(units: Units, unit: string): Promise<Map<string, UnitFile>> {
  const found = new Map<string, UnitFile>()
  const waiting = [unit]
  for (let name = waiting.pop(); name !== undefined && found.size < MAX_UNITS; name = waiting.pop()) {
    const file = found.has(name) ? undefined : await findUnit(units, name)
    if (!file) continue
    found.set(name, file)
    waiting.push(...file.install.also)
  }
  return found
}

/** Every link below /etc/systemd that enables a unit: those of its [Install] section, and others of its name or to its file. */
async function linksOf({ system, scope }: Units, unit: string, file: UnitFile): Promise<string[]> {
  const { template, instance } = splitUnitName(unit)
  const isMine = (name: string): boolean =>
    name === unit || (template !== null && instance === '' && splitUnitName(name).template === template)
  const links: string[] = []
  for (const { name: top, kind } of await system.list(scope.own)) {
    const place = `${scope.own}/${top}`
    if (kind === 'folder' && /\.(wants|requires|upholds)$/.test(top)) {
      const inside = await system.list(place)
      links.push(...inside.filter((entry) => entry.kind === 'link' && isMine(entry.name)).map((entry) => `${place}/${entry.name}`))
    }
    if (kind !== 'link' || top === unit) continue
    const target = await system.link(place)
    const isAlias = target === undefined ? file.install.alias.includes(top) : target.endsWith(`/${template ?? unit}`) || target === unit
    if (isAlias && (template === null || isMine(top) || file.install.alias.includes(top))) links.push(place)
  }
  return links
}

/** Units that pull this one in by links of the distribution, which disabling leaves alone. */
async function shippedLinks({ system, scope }: Units, unit: string): Promise<string[]> {
  const found = new Set<string>()
  for (const folder of scope.shipped) {
    for (const { name } of (await system.list(folder)).filter((entry) => /\.(wants|requires|upholds)$/.test(entry.name))) {
      if (await system.has(`${folder}/${name}/${unit}`)) found.add(name.replace(/\.[a-z]+$/, ''))
    }
  }
  return [...found]
}

function conflict(unit: string, reason: string): AppError {
  return new AppError('edit-conflict', { details: { path: unit, reason } })
}
