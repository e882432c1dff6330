import type { AppErrorData } from '#shared/errors/app-error'
import { parseReference } from '#shared/containers/reference'
import type { Command } from './command.js'

type Options = Command['options']

/** Which options of the command mend an error: people at a terminal have no button to press. */
export function errorHints({ code, details }: Pick<AppErrorData, 'code' | 'details'>, options: Options): string[] {
  const first = (...names: readonly string[]): string | undefined => names.find((name) => options[name] !== undefined)
  const hint = (what: string, name: string | undefined, value = ''): string[] => (name === undefined ? [] : [`${what}: --${name}${value}`])
  switch (code) {
    case 'output-exists':
      // A folder is never replaced.
      if (details.reason !== undefined) return []
      return hint('To replace it', isFlag(options, 'replace-output') ?? isFlag(options, 'replace'))
    case 'registry-plain-http':
      if (options['src-tls-verify'] !== undefined) return ['To speak it all the same: --src-tls-verify false, or --dest-tls-verify false']
      return hint('To speak it all the same', first('tls-verify'), ' false')
    case 'sign-in-needed':
      return [
        ...(typeof details.registry === 'string' ? [`To sign in: diskwright containers login ${details.registry} -u USER`] : []),
        ...uploadHint(details),
      ]
    case 'container-not-found':
      // To `containers tags` itself it would be no help.
      return typeof details.reference === 'string' && options.filter === undefined ? tagsHint(details.reference) : []
    case 'guest-file-not-found':
      // Images of disks have no sign-ins.
      return [
        options.authfile === undefined
          ? 'To look for it: diskwright files find IMAGE NAME'
          : 'To see what there is: diskwright containers ls REF',
        ...uploadHint(details),
      ]
    case 'several-disks':
      return hint('To take one of them', first('path'), ' PATH')
    case 'platform-not-found':
      return hint('To take one of them', first('arch'), ' ARCH')
    case 'engine-failed':
    case 'engine-unavailable':
    case 'edit-not-written':
      return [...hint('To take another one', first('engine'), ' E'), 'To see which can be used, and why: diskwright doctor']
    case 'no-space':
      return [...hint('To see what is needed before it runs', first('dry-run')), ...uploadHint(details)]
    case 'job-not-found':
      return [
        options.resume === undefined ? 'To see which there are: diskwright jobs list' : 'To see which there are: diskwright upload --open',
      ]
    case 'bad-input':
      return [
        ...(options.set === undefined ? [] : ['To see what can be filled in: diskwright upload --fields PROVIDER IMAGE']),
        ...uploadHint(details),
      ]
    default:
      return [LOOK_UP[code] ?? [], uploadHint(details)].flat()
  }
}

/** The command that tells what there is, where an error says that something is not. */
const LOOK_UP: Partial<Readonly<Record<AppErrorData['code'], string>>> = {
  'tool-missing': 'To see what is missing, and how it is installed: diskwright doctor',
  'partition-not-found': 'To see which there are: diskwright inspect IMAGE',
  'boot-entry-not-found': 'To see which there are: diskwright boot list IMAGE',
  'argument-not-found': 'To see which there are: diskwright boot list IMAGE --sources',
  'recipe-invalid': 'To see the schema: diskwright recipe schema',
  interrupted: 'To see what was left, and to remove it: diskwright jobs recover --dry-run, diskwright jobs recover',
}

/** What was sent of an upload that broke off is kept. */
function uploadHint({ upload }: AppErrorData['details']): string[] {
  if (typeof upload !== 'string') return []
  return [`To go on: diskwright upload --resume ${upload}`, `To delete what was sent: diskwright upload --clean ${upload}`]
}

/** Only a registry lists tags. */
function tagsHint(text: string): string[] {
  try {
    const { transport, registry, repository } = parseReference(text)
    return transport === 'docker' && registry !== null
      ? [`To list what there is: diskwright containers tags ${registry}/${repository}`]
      : []
  } catch {
    return []
  }
}

function isFlag(options: Options, name: string): string | undefined {
  return options[name]?.type === 'boolean' ? name : undefined
}
