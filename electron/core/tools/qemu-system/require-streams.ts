import { AppError } from '#shared/errors/app-error'
import type { ArchTraits } from '#shared/boot-test/machine-arch'
import type { Host } from '../../process/host.js'

/** Frames over a socket of ours came with qemu 7.2: ChangeLog/7.2, "Network". Throws AppError `tool-failed` for older ones. */
export async function requireStreams(host: Pick<Host, 'run'>, tool: ArchTraits['tool'] = 'qemu-system-x86_64'): Promise<void> {
  const { stdout } = await host.run(tool, ['-netdev', 'help'], { access: {} })
  if (/^stream$/m.test(stdout.toString('utf8'))) return
  throw new AppError('tool-failed', { details: { tool, problem: 'metadata needs qemu 7.2 or newer, for its "-netdev stream"' } })
}
