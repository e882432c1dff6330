import { AppError } from '#shared/errors/app-error'
import { explainQemuError } from '#shared/errors/explain-qemu'
import type { Access, Host } from '../../process/host.js'
import { parseProgress } from './progress.js'

/**
 * Runs a prepared `qemu-img convert` command line (`shared/images/conversion.ts`).
 *
 * @param onProgress fraction 0..1, qemu-img's own percentage
 * @throws AppError `no-space`, `file-too-large`, `image-damaged` … as qemu-img said; `bad-input` for an option that the format does not have
 */
export async function convertImage(
  host: Host,
  work: { args: readonly string[]; access: Access; path: string },
  onProgress: (fraction: number) => void,
): Promise<void> {
  try {
    await host.run('qemu-img', work.args, {
      access: work.access,
      // It reports at every step, and a large disk has millions of them.
      tailOnly: true,
      onRecord: (record) => {
        const fraction = parseProgress(record)
        if (fraction !== null) onProgress(fraction)
      },
    })
  } catch (thrown) {
    throw unknownOption(thrown) ?? explainQemuError(thrown, { path: work.path })
  }
}

/** The image is not to blame for an option that was given. */
function unknownOption(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof AppError) || thrown.code !== 'tool-failed') return undefined
  const { toolOutput, command } = thrown.data
  const [, name] = /Invalid parameter '([^']*)'/.exec(toolOutput ?? '') ?? []
  if (name === undefined) return undefined
  return new AppError('bad-input', {
    details: { reason: `the installed qemu-img has no option ${name} for this format` },
    toolOutput,
    command,
    cause: thrown,
  })
}
