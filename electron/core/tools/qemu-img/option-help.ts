import { type DiskFormat, FORMATS } from '#shared/images/formats'
import { parseOptionHelp } from '#shared/images/format-options'
import type { Host } from '../../process/host.js'

/** A file name brings the options of the `file` protocol along; nothing is made under it. */
const NO_FILE = '/nonexistent/diskwright'

/** Names of the `-o` options that the installed qemu-img has, by target format. Throws `tool-missing`, `tool-failed`. */
export async function readFormatOptions(host: Host): Promise<Record<DiskFormat, string[]>> {
  const read = async (format: DiskFormat): Promise<string[]> => {
    const args = ['create', '-f', FORMATS[format].driver, '-o', 'help', NO_FILE]
    const { stdout } = await host.run('qemu-img', args, { access: {}, timeoutMs: 10_000 })
    return parseOptionHelp(stdout.toString('utf8'))
  }
  const [raw, qcow2, vmdk, vdi, vhd, vhdx] = await Promise.all([
    read('raw'),
    read('qcow2'),
    read('vmdk'),
    read('vdi'),
    read('vhd'),
    read('vhdx'),
  ])
  return { raw, qcow2, vmdk, vdi, vhd, vhdx }
}
