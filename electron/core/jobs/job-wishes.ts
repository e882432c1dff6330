import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const wishSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pause'), paused: z.boolean() }),
  z.object({ kind: z.literal('move'), before: z.string().nullable() }),
])

/** What another process asks of the one that owns a job. */
export type JobWish = z.infer<typeof wishSchema>

const FILES: Readonly<Record<JobWish['kind'], string>> = { pause: 'pause-requested.json', move: 'move-requested.json' }
export const WISH_FILES: readonly string[] = Object.values(FILES)

/** The newest of its kind takes the place of an older one that was not taken yet. */
export function writeWish(folder: string, wish: JobWish): void {
  const file = path.join(folder, FILES[wish.kind])
  const temporary = `${file}.${process.pid}.tmp`
  fs.writeFileSync(temporary, JSON.stringify(wish), { mode: 0o600 })
  fs.renameSync(temporary, file)
}

export function takeWishes(folder: string): JobWish[] {
  return WISH_FILES.flatMap((name) => {
    try {
      const file = path.join(folder, name)
      if (!fs.existsSync(file)) return []
      const text = fs.readFileSync(file, 'utf8')
      fs.rmSync(file, { force: true })
      return wishSchema.safeParse(JSON.parse(text)).data ?? []
    } catch {
      return []
    }
  })
}
