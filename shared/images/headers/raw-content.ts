import type { ByteView } from '../byte-view.js'

/**
 * What the beginning of a raw disk holds, in words; null when nothing is recognised. Order matters: a GPT has a
 * protective MBR, and a hybrid ISO has all three.
 */
export function readRawContent(head: ByteView): string | null {
  if (isIso(head)) return 'ISO 9660'
  if (hasGpt(head)) return 'GPT'
  if (isLinuxKernel(head)) return null
  const boot = head.u16le(510) === 0xaa55
  if (boot && isFatBootSector(head)) return 'FAT'
  if (boot && head.startsWith('NTFS    ', 3)) return 'NTFS'
  if (boot && head.startsWith('EXFAT   ', 3)) return 'exFAT'
  if (boot) return hasMbrEntries(head) ? 'MBR' : 'boot sector'
  if (head.startsWith('XFSB')) return 'XFS'
  if (head.u16le(1080) === 0xef53) return 'ext'
  if (head.startsWith('hsqs')) return 'squashfs'
  if (head.startsWith('SWAPSPACE2', 4086) || head.startsWith('SWAP-SPACE', 4086)) return 'swap'
  if ([0, 512, 1024, 1536].some((at) => head.startsWith('LABELONE', at))) return 'LVM'
  return null
}

export function isIso(head: ByteView): boolean {
  return head.startsWith('CD001', 0x8001)
}

/** With 512-byte or 4096-byte sectors. */
export function hasGpt(head: ByteView): boolean {
  return head.startsWith('EFI PART', 512) || head.startsWith('EFI PART', 4096)
}

/** At least one used entry, and each with a status byte of 00 or 80. */
export function hasMbrEntries(head: ByteView): boolean {
  if (head.u16le(510) !== 0xaa55) return false
  const entries = [446, 462, 478, 494]
  return entries.every((at) => (head.u8(at) & 0x7f) === 0) && entries.some((at) => head.u8(at + 4) !== 0 && head.u32le(at + 12) !== 0)
}

/** A BIOS parameter block that makes sense (Microsoft, "FAT: General Overview of On-Disk Format"). */
export function isFatBootSector(head: ByteView): boolean {
  const jump = head.u8(0)
  const sectorBytes = head.u16le(11)
  const perCluster = head.u8(13)
  const fats = head.u8(16)
  return (
    (jump === 0xeb || jump === 0xe9) &&
    [512, 1024, 2048, 4096].includes(sectorBytes) &&
    perCluster > 0 &&
    (perCluster & (perCluster - 1)) === 0 &&
    head.u16le(14) > 0 &&
    (fats === 1 || fats === 2) &&
    (head.u8(21) === 0xf0 || head.u8(21) >= 0xf8)
  )
}

/** A bzImage carries a boot sector signature too (Linux Documentation/arch/x86/boot.rst). */
export function isLinuxKernel(head: ByteView): boolean {
  return head.startsWith('HdrS', 0x202)
}
