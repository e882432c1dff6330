import { type ByteView, safeBytes } from '../byte-view.js'
import type { Filesystem } from '../image-info.js'

/** ISO 9660 (ECMA-119, 8.4 "Primary Volume Descriptor"); the UUID is its date as blkid(8) writes it. */
export function readIso9660(head: ByteView): Filesystem | null {
  const at = 0x8000
  if (head.u8(at) !== 1 || !head.startsWith('CD001', at + 1)) return null
  const dates = [head.latin1(at + 830, 16), head.latin1(at + 813, 16)].filter((date) => /^\d{16}$/.test(date) && !/^0+$/.test(date))
  const date = dates[0]?.match(/\d\d/g)
  return {
    kind: 'iso9660',
    type: 'iso9660',
    label: head.label(at + 40, 32) || null,
    uuid: date === undefined || date === null ? null : [(date[0] ?? '') + (date[1] ?? ''), ...date.slice(2)].join('-'),
    usedBytes: head.u32le(at + 80) * head.u16le(at + 128),
  }
}

/** NTFS boot sector. Its label lies in the file table and is not looked for. */
export function readNtfs(head: ByteView): Filesystem | null {
  if (!head.startsWith('NTFS    ', 3)) return null
  return { kind: 'ntfs', type: 'ntfs', label: null, uuid: head.u64le(72).toString(16).toUpperCase().padStart(16, '0'), usedBytes: null }
}

/** File systems and containers that are only named. */
export function readOtherFilesystem(head: ByteView): Filesystem | null {
  if (head.startsWith('EXFAT   ', 3)) {
    const serial = head.u32le(100).toString(16).toUpperCase().padStart(8, '0')
    const clusters = head.u32le(92)
    const clusterBytes = 2n ** BigInt((head.u8(108) + head.u8(109)) % 64)
    const percent = head.u8(112)
    const usedBytes = percent <= 100 ? safeBytes((BigInt(clusters) * clusterBytes * BigInt(percent)) / 100n) : null
    return { kind: 'other', type: 'exfat', label: null, uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`, usedBytes }
  }
  const named = (type: string): Filesystem => ({ kind: 'other', type, label: null, uuid: null, usedBytes: null })
  if (head.startsWith('-FVE-FS-', 3)) return named('BitLocker')
  if (head.u32le(1024) === 0xf2f52010) return named('f2fs')
  if (head.u32le(1024) === 0xe0f5e1e2) return named('erofs')
  if (head.u32le(4096) === 0xa92b4efc || head.u32le(0) === 0xa92b4efc) return named('linux_raid_member')
  return null
}
