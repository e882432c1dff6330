import { parseDocument } from 'yaml'

/** Beginnings of user data that cloud-init knows besides `#cloud-config` (its documentation, "User-data formats"). */
const OTHER_FORMATS = ['#!', '#include', '#include-once', '#cloud-boothook', '#cloud-config-archive', '#part-handler', '## template: jinja']

export interface CheckedText {
  /** What keeps it from being used, in words. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** Checks user data: its first line says what it is, and `#cloud-config` has to be a YAML mapping. */
export function checkUserData(text: string): CheckedText {
  const first = (text.split('\n', 1)[0] ?? '').trim()
  if (first === '#cloud-config') return checkMapping(text, 'the user data')
  if (OTHER_FORMATS.some((start) => first.startsWith(start)) || /^(Content-Type|MIME-Version|From )/i.test(first))
    return { problems: [], warnings: [] }
  if (text.trim() === '') return { problems: [], warnings: ['The user data is empty: cloud-init does nothing but its defaults.'] }
  const spaced = /^#\s*cloud-config/.test(first)
  return {
    problems: [
      spaced
        ? `the first line has to be #cloud-config and nothing else, not ${first}`
        : 'the user data does not say what it is: its first line is #cloud-config, or #! for a script',
    ],
    warnings: [],
  }
}

/** Checks meta data: a YAML mapping with an instance id. */
export function checkMetaData(text: string): CheckedText {
  const { problems, warnings } = checkMapping(text, 'the meta data')
  if (problems.length > 0 || readMapping(text)?.['instance-id'] !== undefined) return { problems, warnings }
  return { problems: ['the meta data has no instance-id'], warnings }
}

/** Checks a network configuration: a YAML mapping of version 1 or 2, with or without `network:` around it. */
export function checkNetworkConfig(text: string): CheckedText {
  const { problems, warnings } = checkMapping(text, 'the network configuration')
  if (problems.length > 0) return { problems, warnings }
  const whole = readMapping(text)
  const inner = whole?.network
  const { version } = isMapping(inner) ? inner : (whole ?? {})
  return version === 1 || version === 2
    ? { problems, warnings }
    : { problems: ['the network configuration has no version: 1 or version: 2'], warnings }
}

/** Meta data for a seed without its own. The id has to differ where the user data does, or cloud-init takes it for the instance that it knows. */
export function defaultMetaData(id: string, hostname: string | null): string {
  return `instance-id: iid-${id}\n${hostname === null ? '' : `local-hostname: ${hostname}\n`}`
}

/** What lets cloud-init look at seeds in the image only. */
export const ONLY_NO_CLOUD = '# Only the seed in the image counts\ndatasource_list: [ NoCloud, None ]\n'

function checkMapping(text: string, what: string): CheckedText {
  const document = parseDocument(text, { uniqueKeys: true })
  const [error] = document.errors
  if (error) return { problems: [`${what} is no YAML: ${(error.message.split('\n')[0] ?? '').replace(/:$/, '')}`], warnings: [] }
  const value: unknown = toPlain(text)
  if (value === TOO_MANY_ALIASES) return { problems: [`${what} has more aliases than it could need`], warnings: [] }
  if (value === null || value === undefined) return { problems: [], warnings: [`There is nothing in ${what}.`] }
  if (!isMapping(value)) return { problems: [`${what} is no YAML mapping of names to values`], warnings: [] }
  return { problems: [], warnings: document.warnings.map((warning) => warning.message.split('\n')[0] ?? '') }
}

function readMapping(text: string): Readonly<Record<string, unknown>> | null {
  const value = toPlain(text)
  return isMapping(value) ? value : null
}

const TOO_MANY_ALIASES = Symbol('too many aliases')

/** Aliases of aliases grow a short text without end. */
function toPlain(text: string): unknown {
  try {
    return parseDocument(text).toJS({ maxAliasCount: 100 })
  } catch {
    return TOO_MANY_ALIASES
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
