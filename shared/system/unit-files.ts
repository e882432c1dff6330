/** Kinds of units that can be enabled, systemd.unit(5). */
const TYPES = 'service|socket|device|mount|automount|swap|target|path|timer|slice|scope'
const UNIT_NAME = new RegExp(`^[A-Za-z0-9:_.\\\\@-]+\\.(${TYPES})$`)
const MAX_NAME = 255

/** What is wrong with the name of a unit; null where nothing is. */
export function unitNameProblem(name: string): string | null {
  if (name.length > MAX_NAME) return `a unit name has at most ${MAX_NAME} characters`
  if (!UNIT_NAME.test(name)) return 'a unit name ends in its kind, such as sshd.service, and holds letters, digits and : - _ . \\ @'
  return name.startsWith('@') || name.startsWith('.') ? 'a unit has a name before its kind' : null
}

export interface UnitName {
  /** `getty@.service` for `getty@tty1.service`; null for units that are no template. */
  readonly template: string | null
  /** `tty1`; empty for the template itself. */
  readonly instance: string
}

/** Parts of `NAME@INSTANCE.KIND`, systemd.unit(5). */
export function splitUnitName(name: string): UnitName {
  const [, prefix, instance, kind] = /^([^@]+)@([^/]*)\.([a-z]+)$/.exec(name) ?? []
  return prefix === undefined ? { template: null, instance: '' } : { template: `${prefix}@.${kind}`, instance: instance ?? '' }
}

/** The [Install] section of a unit file, systemd.unit(5): lists in their order, an empty value empties the list before it. */
export interface InstallSection {
  readonly wantedBy: readonly string[]
  readonly requiredBy: readonly string[]
  readonly upheldBy: readonly string[]
  readonly alias: readonly string[]
  readonly also: readonly string[]
  readonly defaultInstance: string | null
}

const LISTS = { WantedBy: 'wantedBy', RequiredBy: 'requiredBy', UpheldBy: 'upheldBy', Alias: 'alias', Also: 'also' } as const

export function readInstall(text: string): InstallSection {
  const lists: Record<(typeof LISTS)[keyof typeof LISTS], string[]> = { wantedBy: [], requiredBy: [], upheldBy: [], alias: [], also: [] }
  let defaultInstance: string | null = null
  let section = ''
  for (const line of logicalLines(text)) {
    const header = /^\[([^\]]*)\]$/.exec(line)?.[1]
    if (header !== undefined) section = header
    if (section !== 'Install') continue
    const [, key = '', value = ''] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? []
    if (key === 'DefaultInstance') defaultInstance = value === '' ? null : value
    if (!(key in LISTS)) continue
    const list = LISTS[key as keyof typeof LISTS]
    lists[list] = value === '' ? [] : [...lists[list], ...value.split(/\s+/)]
  }
  return { ...lists, defaultInstance }
}

/** True where a unit has nothing that enabling could do; such units are pulled in by others (`static`). */
export function isStatic(install: InstallSection): boolean {
  const { wantedBy, requiredBy, upheldBy, alias, also } = install
  return [wantedBy, requiredBy, upheldBy, alias, also].every((list) => list.length === 0)
}

/** One link that enabling makes below /etc/systemd/system. */
export interface UnitLink {
  /** Relative: `multi-user.target.wants/sshd.service`, `dbus-org.example.service`. */
  readonly path: string
  /** What the link names: the unit file, for instances that of the template. */
  readonly unitFile: string
}

/**
 * Links that `systemctl enable NAME` makes for a unit with this [Install] section: `TARGET.wants/NAME`, `TARGET.requires/NAME`,
 * `TARGET.upholds/NAME` and one for each alias. For a template without instance its `DefaultInstance` counts.
 * `%i`, `%p`, `%n`, `%N` and `%j` are filled in as systemd.unit(5) "Specifiers" says for names.
 */
export function enableLinks(name: string, install: InstallSection): UnitLink[] {
  const { template, instance } = splitUnitName(name)
  const unitFile = template ?? name
  const filled = template !== null && instance === '' && install.defaultInstance !== null
  const linked = filled ? name.replace('@.', `@${install.defaultInstance}.`) : name
  const expand = (text: string): string => fillSpecifiers(text, linked)
  const inFolder = (targets: readonly string[], suffix: string): UnitLink[] =>
    targets.map((target) => ({ path: `${expand(target)}.${suffix}/${linked}`, unitFile }))
  return [
    ...inFolder(install.wantedBy, 'wants'),
    ...inFolder(install.requiredBy, 'requires'),
    ...inFolder(install.upheldBy, 'upholds'),
    ...install.alias.map((alias) => ({ path: expand(alias), unitFile })),
  ].filter(({ path }) => /^[^/]+(\/[^/]+)?$/.test(path) && !path.split('/').some((part) => part === '..' || part === '.'))
}

/** A rule of a preset file, systemd.preset(5). */
export interface PresetRule {
  readonly action: 'enable' | 'disable' | 'ignore'
  readonly pattern: string
}

export function readPreset(text: string): PresetRule[] {
  return text.split('\n').flatMap((line) => {
    const [, action, pattern] = /^\s*(enable|disable|ignore)\s+(\S+)/.exec(line) ?? []
    return pattern === undefined ? [] : [{ action: action as PresetRule['action'], pattern }]
  })
}

/** What presets say of a unit: the first rule that matches counts, and without one a unit is enabled. Rules come in the order of the file names. */
export function presetFor(name: string, rules: readonly PresetRule[]): PresetRule['action'] {
  return rules.find(({ pattern }) => globMatches(pattern, name))?.action ?? 'enable'
}

function globMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\[!/g, '[^')
  try {
    return new RegExp(`^${source}$`).test(name)
  } catch {
    return pattern === name
  }
}

function fillSpecifiers(text: string, name: string): string {
  const stem = name.slice(0, name.lastIndexOf('.'))
  const prefix = stem.split('@')[0] ?? stem
  const values: Readonly<Record<string, string>> = {
    i: stem.includes('@') ? stem.slice(stem.indexOf('@') + 1) : '',
    p: prefix,
    n: name,
    N: stem,
    j: prefix.slice(prefix.lastIndexOf('-') + 1),
    '%': '%',
  }
  return text.replace(/%(.)/g, (whole, letter: string) => values[letter] ?? whole)
}

/** Lines without comments, those that end in a backslash joined with the next, systemd.syntax(7). */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open = ''
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (/^[#;]/.test(line)) continue
    if (line.endsWith('\\')) {
      open += `${line.slice(0, -1)} `
      continue
    }
    lines.push(`${open}${line}`.trim())
    open = ''
  }
  return open === '' ? lines : [...lines, open.trim()]
}
