import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Core } from '#core/core-api'
import type { Edit } from '#shared/edits/edit'
import { manyEdits } from '../core/many-edits.js'
import { testImage } from '../images/cache.js'
import { finished, repeat, timed } from './measure.js'
import type { Ratio } from './report.js'

const run = promisify(execFile)
const ROUNDS = 5
const ENV = { ...process.env, LIBGUESTFS_BACKEND: 'direct', LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }

/** Twenty-five edits and one, saved by Diskwright side by side; and the same twenty-five by a script of guestfish. */
export async function recipeBench(core: Core, folder: string): Promise<{ ratio: Ratio; scriptMs: number }> {
  const image = await testImage('ock')
  const many = manyEdits()
  const [one] = many
  if (one === undefined) throw new Error('there are no edits')
  let count = 0
  const save = (edits: readonly Edit[]) =>
    timed(async () => {
      count += 1
      const output = path.join(folder, `recipe-${count}.qcow2`)
      const target = { mode: 'new-file' as const, output, replace: false }
      await finished(core, { kind: 'save-image', input: { source: image, edits: [...edits], target, engine: 'uml' } })
      await fs.rm(output)
    })
  await save([one])
  const single = await repeat(ROUNDS, () => save([one]))
  const all = await repeat(ROUNDS, () => save(many))
  const script = path.join(folder, 'recipe.sh')
  await fs.writeFile(script, await core.shellScript(image, many))
  const scriptMs = await timed(() => run('sh', [script, image, path.join(folder, 'by-script.qcow2')], { env: ENV }))
  return {
    scriptMs,
    ratio: {
      what: `a recipe of ${many.length} edits against one edit`,
      ours: { label: `${many.length} edits in one engine run, saved and verified`, ms: all },
      theirs: { label: '1 edit, saved and verified', ms: single },
      kind: 'at-most',
      bound: 1.5,
    },
  }
}
