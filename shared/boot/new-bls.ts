import { AppError } from '../errors/app-error.js'
import { parseBls, printBls, readBlsEntry, setBlsArgs, setBlsKey } from './bls.js'
import { insertKeyLine } from './key-lines.js'

export interface NewBls {
  readonly title: string
  readonly linux?: string | undefined
  readonly initrds?: readonly string[] | undefined
  readonly args?: readonly string[] | undefined
}

/**
 * The text of a new BLS entry: that of another one with what is given, or an empty one.
 * @throws AppError `edit-conflict` where it would start no kernel; as `setBlsArgs`
 */
export function newBlsEntry(like: string | null, entry: NewBls): string {
  let text = setBlsKey(like ?? '', 'title', entry.title)
  if (entry.linux !== undefined) {
    text = setBlsKey(text, 'linux', entry.linux)
    const version = /\/(?:vmlinuz|vmlinux|kernel|linux)-([^/]*\d[^/]*)$/.exec(entry.linux)?.[1]
    if (version !== undefined && readBlsEntry(text).version !== null) text = setBlsKey(text, 'version', version)
  }
  if (readBlsEntry(text).linux === null && readBlsEntry(text).efi === null) {
    throw new AppError('edit-conflict', { details: { reason: 'a new entry needs a kernel' } })
  }
  if (entry.initrds !== undefined) text = withInitrds(text, entry.initrds)
  return entry.args === undefined ? text : setBlsArgs(text, entry.args)
}

/** One line each: systemd-boot takes a whole line for one path. */
function withInitrds(text: string, initrds: readonly string[]): string {
  return initrds.reduceRight(
    (rest, path) => {
      const lines = parseBls(rest)
      const at = lines.findIndex((line) => line.key === 'linux' || line.key === 'efi')
      return printBls(insertKeyLine(lines, at + 1, 'initrd', path, lines[at] ?? null))
    },
    setBlsKey(text, 'initrd', null),
  )
}
