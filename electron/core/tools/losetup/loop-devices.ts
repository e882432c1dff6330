import type { Host } from '../../process/host.js'

/** Loop devices whose file this is, by device and inode, whatever name it was attached under (losetup(8)). Throws `tool-missing`, `tool-failed`. */
export async function loopDevicesOf(host: Host, file: string): Promise<string[]> {
  const { stdout } = await host.run('losetup', ['--associated', file, '--noheadings', '--output', 'NAME'], { timeoutMs: 30_000 })
  return parseLoopDevices(stdout.toString('utf8'))
}

/** One name a line; anything else is left out. */
export function parseLoopDevices(stdout: string): string[] {
  return stdout.split('\n').flatMap((line) => (/^\/dev\/loop\d+$/.test(line.trim()) ? [line.trim()] : []))
}

/** Lets go of a loop device; one that is still mounted goes when it no longer is. Throws `tool-missing`, `tool-failed`. */
export async function detachLoop(host: Host, device: string): Promise<void> {
  await host.run('losetup', ['--detach', device], { timeoutMs: 30_000 })
}
