/** Bytes of a file's beginning that `kindOfHead` wants to see. */
export const KIND_HEAD_BYTES = 1024

export type NetbootKind = 'squashfs' | 'kernel' | 'initramfs'

/**
 * What a file that is no disk holds, by its first bytes; null for what may be a disk.
 *
 * Sources: squashfs(4) superblock `hsqs`; Documentation/arch/x86/boot.rst (`HdrS` at 0x202); Documentation/arch/arm64/booting.rst (`ARM\x64` at
 * 56); drivers/firmware/efi/libstub/zboot-header.S (`zimg` at 4); Documentation/driver-api/early-userspace/buffer-format.rst (newc).
 */
export function kindOfHead(head: Uint8Array): NetbootKind | null {
  if (hasText(head, 0, 'hsqs')) return 'squashfs'
  if (hasText(head, 0x202, 'HdrS') || hasText(head, 56, 'ARM\u0064') || (hasText(head, 0, 'MZ') && hasText(head, 4, 'zimg')))
    return 'kernel'
  if (isNewc(head)) return 'initramfs'
  return null
}

function isNewc(head: Uint8Array): boolean {
  return hasText(head, 0, '070701') || hasText(head, 0, '070702')
}

function hasText(head: Uint8Array, at: number, text: string): boolean {
  return Array.from(text).every((char, index) => head[at + index] === char.charCodeAt(0))
}
