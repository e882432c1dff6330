import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type ContainerOrigin, containerOriginSchema } from '#shared/containers/container-report'
import { readJson, writeJsonDurably } from '../../files/durable-json.js'

const MAX_KEPT = 1000

const recordSchema = z.object({ origin: containerOriginSchema, identity: z.string() })
const fileSchema = z.object({ version: z.literal(1), files: z.array(recordSchema) })

/** Where files on this machine were taken from. A file that was changed or replaced since has no origin any more. */
export class Origins {
  private readonly file: string

  constructor(stateDir: string) {
    this.file = path.join(stateDir, 'containers', 'origins.json')
  }

  /** The file has to be there under its final name. */
  async record(origin: ContainerOrigin): Promise<void> {
    const file = await realpath(origin.file)
    const identity = await identityOf(file)
    const others = this.read().filter((one) => one.origin.file !== file)
    const files = [{ origin: { ...origin, file }, identity }, ...others].slice(0, MAX_KEPT)
    writeJsonDurably(this.file, { version: 1, files })
  }

  async find(file: string): Promise<ContainerOrigin | null> {
    const real = await realpath(file).catch(() => null)
    if (real === null) return null
    const known = this.read().find(({ origin }) => origin.file === real)
    if (known === undefined) return null
    const identity = await identityOf(real).catch(() => null)
    return identity === known.identity ? known.origin : null
  }

  private read(): z.infer<typeof recordSchema>[] {
    const read = readJson(this.file)
    if (read.state !== 'ok') return []
    const parsed = fileSchema.safeParse(read.value)
    return parsed.success ? parsed.data.files : []
  }
}

/** Not the time of its last change of name or mode: these leave its content as it is. */
async function identityOf(file: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true })
  return [dev, ino, size, mtimeNs].join('-')
}
