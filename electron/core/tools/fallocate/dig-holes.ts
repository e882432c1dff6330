import type { Host } from '../../process/host.js'

/**
 * Turns blocks of zeros of a file into holes, which read the same and take no space; fallocate(1). On file systems without holes, and
 * where the tool is not there, the file stays as it is.
 */
export async function digHoles(host: Host, file: string): Promise<void> {
  if (!host.has('fallocate')) return
  await host.run('fallocate', ['--dig-holes', '--', file], { okExitCodes: [0, 1] })
}
