import type { Host } from '../../process/host.js'

/** A kernel device that something is attached to, as `diskwright-nbd list` tells it. */
export interface NbdDevice {
  /** `/dev/nbd0` … */
  readonly device: string
  /**
   * `running`: a run of Diskwright uses it. `orphan`: the run of Diskwright that attached it is gone. `ownerless`: another program attached
   * it and is gone, which may be on purpose. `foreign`: another program's.
   */
  readonly state: 'running' | 'orphan' | 'ownerless' | 'foreign'
  /** Who had Diskwright attach it; null for devices that it did not attach. */
  readonly uid: number | null
  readonly pid: number | null
  readonly bytes: number
  /** Work folder of the run; null for devices that Diskwright did not attach. */
  readonly folder: string | null
}

const DEVICE = /^device (\/dev\/nbd\d+) (running|orphan|ownerless|foreign) (-|\d+) (-|\d+) (\d+) (.+)$/

export function parseDevices(stdout: string): NbdDevice[] {
  return stdout.split('\n').flatMap((line) => {
    const match = DEVICE.exec(line)
    if (!match) return []
    const [, device = '', state, uid, pid, sectors, folder = '-'] = match
    const number = (text: string | undefined): number | null => (text === undefined || text === '-' ? null : Number(text))
    return [
      {
        device,
        state: state as NbdDevice['state'],
        uid: number(uid),
        pid: number(pid),
        // sysfs counts in sectors of 512 bytes whatever the device's own are.
        bytes: Number(sectors) * 512,
        folder: folder === '-' ? null : folder,
      },
    ]
  })
}

/** Devices that are attached; none where the kernel has no nbd. Needs no rights and asks for none. */
export async function listDevices(host: Host, helper: string): Promise<NbdDevice[]> {
  const result = await host.run('sh', [helper, 'list'], { timeoutMs: 10_000, shown: [helper, 'list'] })
  return parseDevices(result.stdout.toString('utf8'))
}
