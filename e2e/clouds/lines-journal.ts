import fs from 'node:fs'
import { remoteSchema, type Remote } from '#shared/clouds/upload-plan'
import type { UploadJournal } from '#core/clouds/upload-journal'

type Line = { readonly put: string; readonly value: unknown } | { readonly made: Remote } | { readonly gone: readonly [string, string] }

/** The journal of an upload in a test: lines of JSON in a file, that another process can go on with. */
export function openLinesJournal(file: string): UploadJournal {
  const values = new Map<string, unknown>()
  const remotes = new Map<string, Remote>()
  const take = (line: Line): void => {
    if ('put' in line) values.set(line.put, line.value)
    else if ('made' in line) remotes.set(`${line.made.kind} ${line.made.id}`, line.made)
    else remotes.delete(line.gone.join(' '))
  }
  const known = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
  // A line that a kill cut off in its middle never counted.
  for (const text of known.slice(0, -1)) take(JSON.parse(text) as Line)
  const write = (line: Line): void => {
    fs.appendFileSync(file, `${JSON.stringify(line)}\n`)
    take(line)
  }
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    put: async (key, value) => write({ put: key, value }),
    note: (key, value) => write({ put: key, value }),
    sync: async () => {},
    created: async (draft) => write({ made: remoteSchema.parse(draft) }),
    forget: async (kind, id) => write({ gone: [kind, id] }),
    remotes: () => [...remotes.values()],
  }
}
