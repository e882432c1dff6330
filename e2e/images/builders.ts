import type { Host } from '#core/process/host'
import { buildArm64Bootable } from './arm64-bootable.js'
import { buildBiosBootable } from './bios-bootable.js'
import { buildBootable } from './bootable.js'
import { buildDebianShaped } from './debian-shaped.js'
import { buildExtlinuxShaped } from './extlinux-shaped.js'
import { buildGrubBootable } from './grub-bootable.js'
import { buildMbrExt4 } from './mbr-ext4.js'
import { buildNoTable } from './no-table.js'
import { buildOckShaped } from './ock-shaped.js'
import { buildRhel8Shaped } from './rhel8-shaped.js'
import { buildServed } from './served.js'
import { buildSparse1Gb, buildSparse1Tb } from './sparse-1tb.js'
import { buildSystemdBootShaped } from './systemd-boot-shaped.js'

/** Images that tests share. Each is a qcow2 file; nothing may write to it. */
export const BUILDERS = {
  bootable: buildBootable,
  'arm64-bootable': buildArm64Bootable,
  'bios-bootable': buildBiosBootable,
  'grub-bootable': buildGrubBootable,
  served: buildServed,
  ock: buildOckShaped,
  mbr: buildMbrExt4,
  rhel8: buildRhel8Shaped,
  debian: buildDebianShaped,
  'systemd-boot': buildSystemdBootShaped,
  extlinux: buildExtlinuxShaped,
  'no-table': buildNoTable,
  'sparse-1gb': buildSparse1Gb,
  'sparse-1tb': buildSparse1Tb,
} as const satisfies Readonly<Record<string, (host: Host, output: string) => Promise<void>>>

export type ImageName = keyof typeof BUILDERS
