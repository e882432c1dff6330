import type { Access, Host, ToolProcess } from '../../process/host.js'

export interface ExportRequest {
  /** `blockdev` object of the node to export, QEMU QAPI `BlockdevOptions`. */
  readonly node: Readonly<Record<string, unknown>>
  /** An existing empty file that the export covers; inside the sandbox it is made there. */
  readonly mountpoint: string
  readonly access: Access
  readonly memoryBytes: number
}

/** Command line of a read-only FUSE export, qemu-storage-daemon(1). The monitor's greeting on stdout comes once the export is up. */
export function exportArgs(node: ExportRequest['node'], mountpoint: string): string[] {
  return [
    '--blockdev',
    JSON.stringify({ ...node, 'node-name': 'disk' }),
    '--export',
    `type=fuse,id=export,node-name=disk,mountpoint=${mountpoint},writable=off,allow-other=off`,
    '--chardev',
    'stdio,id=monitor',
    '--monitor',
    'monitor',
  ]
}

/**
 * Shows an image as a raw file for as long as the returned process lives. In the sandbox the mount exists in the sandbox alone,
 * so that nothing can be left behind on the host.
 */
export async function exportImage(host: Host, request: ExportRequest): Promise<ToolProcess> {
  const args = exportArgs(request.node, request.mountpoint)
  const options = { access: request.access, mayMount: true, limits: { memoryBytes: request.memoryBytes } }
  if (!host.sandbox.usable) return host.start('qemu-storage-daemon', args, options)
  const daemon = host.find('qemu-storage-daemon')
  return host.start('sh', ['-c', ': > "$1" && shift && exec "$@"', 'sh', request.mountpoint, daemon, ...args], {
    ...options,
    shown: ['qemu-storage-daemon', ...args],
  })
}
