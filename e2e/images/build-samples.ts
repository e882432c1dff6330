import fs from 'node:fs/promises'
import path from 'node:path'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { Host } from '#core/process/host'
import { buildBootable } from './bootable.js'
import { builderHost } from './builder-host.js'
import { buildOckShaped } from './ock-shaped.js'

interface Sample {
  readonly file: string
  readonly what: string
  readonly build: (host: Host, output: string) => Promise<void>
}

const SAMPLES: readonly Sample[] = [
  { file: 'sample-bootable.qcow2', what: 'a small UEFI image that boots', build: buildBootable },
  { file: 'sample-ock.qcow2', what: 'an image in the shape of Oracle Container Host for Kubernetes', build: buildOckShaped },
]

/** Makes the images of the first start, once. `--force` makes them again. Exit code 1 when one could not be made. */
async function buildSamples(args: readonly string[]): Promise<number> {
  const host = await builderHost()
  const folder = path.join(host.dirs.cache, 'samples')
  await fs.mkdir(folder, { recursive: true })
  const failures: string[] = []
  for (const sample of SAMPLES) {
    const output = path.join(folder, sample.file)
    const there = await fs.access(output).then(
      () => true,
      () => false,
    )
    if (there && !args.includes('--force')) {
      say(`${sample.file}: already there`)
      continue
    }
    const start = performance.now()
    try {
      await sample.build(host, output)
      say(`${sample.file}: built, ${sample.what} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
    } catch (thrown) {
      failures.push(sample.file)
      const error = toAppError(thrown)
      const words = describeError(error.data)
      say(`${sample.file}: not built. ${error.code === 'internal' ? error.data.details.message : `${words.title}. ${words.next}`}`)
    }
  }
  return failures.length === 0 ? 0 : 1
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await buildSamples(process.argv.slice(2))
