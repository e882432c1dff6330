import { explainQemuError } from '#shared/errors/explain-qemu'
import type { Access, Host } from '../../process/host.js'
import { parseProgress } from './progress.js'

/**
 * Runs a prepared `qemu-img convert` command line (`shared/images/conversion.ts`).
 *
 * @param onProgress fraction 0..1, qemu-img's own percentage
 * @throws AppError `no-space`, `file-too-large`, `image-damaged` … as qemu-img said
 */
export async function convertImage(
  host: Host,
  work: { args: readonly string[]; access: Access; path: string },
  onProgress: (fraction: number) => void,
): Promise<void> {
  try {
    await host.run('qemu-img', work.args, {
      access: work.access,
      onRecord: (record) => {
        const fraction = parseProgress(record)
        if (fraction !== null) onProgress(fraction)
      },
    })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.path })
  }
}
