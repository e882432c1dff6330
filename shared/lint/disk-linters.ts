import type { DiskFormat } from '../images/formats.js'
import type { DiskLinter } from './disk-facts.js'
import { lintQcow2 } from './lint-qcow2.js'
import { lintRaw } from './lint-raw.js'
import { lintVdi } from './lint-vdi.js'
import { lintVhd } from './lint-vhd.js'
import { lintVhdx } from './lint-vhdx.js'
import { lintVmdk } from './lint-vmdk.js'

/** The rules of each format. */
export const DISK_LINTERS: Readonly<Record<DiskFormat, DiskLinter>> = {
  raw: lintRaw,
  qcow2: lintQcow2,
  vmdk: lintVmdk,
  vdi: lintVdi,
  vhd: lintVhd,
  vhdx: lintVhdx,
}
