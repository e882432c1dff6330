import type { BootEntry } from '../boot/boot-entry.js'
import type { PlatformArch } from './platform.js'

/** Names of architectures in kernel releases and in names of EFI programs: `uname -m`, Debian's, and the UEFI specification 3.5.1.1. */
const NAMES: readonly (readonly [RegExp, PlatformArch])[] = [
  [/(^|[^a-z0-9])(x86[_-]64|amd64|x64)([^a-z0-9]|$)/i, 'x86_64'],
  [/(^|[^a-z0-9])(aarch64|arm64|aa64)([^a-z0-9]|$)/i, 'aarch64'],
  [/(^|[^a-z0-9])(ppc64le|ppc64el|powerpc64le)([^a-z0-9]|$)/i, 'ppc64le'],
  [/(^|[^a-z0-9])s390x([^a-z0-9]|$)/i, 's390x'],
]

/** Architecture in the name of a boot entry's kernel, or in its version: `vmlinuz-5.15.0-206.el8uek.x86_64`. Null where they do not say. */
export function archOfEntry(entry: Pick<BootEntry, 'linux' | 'efi' | 'version'>): PlatformArch | null {
  const texts = [entry.linux, entry.version, entry.efi].filter((text) => text !== null)
  return NAMES.find(([name]) => texts.some((text) => name.test(text)))?.[1] ?? null
}

/** Architecture of an EFI program by its name: BOOTX64.EFI, grubaa64.efi. */
export function archOfEfiName(name: string): PlatformArch | null {
  if (/x64\.efi$/i.test(name)) return 'x86_64'
  return /aa64\.efi$/i.test(name) ? 'aarch64' : null
}

/** As many bytes as `archOfKernel` wants to see. */
export const KERNEL_HEAD_BYTES = 4096

/**
 * Architecture of a kernel by its first bytes: PE machine (PE format, "Machine Types"), ARM64 image magic
 * (Documentation/arch/arm64/booting.rst), x86 boot protocol (Documentation/arch/x86/boot.rst), ELF (elf(5)).
 */
export function archOfKernel(head: Uint8Array): PlatformArch | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const u16 = (at: number): number => (at >= 0 && at + 2 <= head.length ? view.getUint16(at, true) : -1)
  const u32 = (at: number): number => (at >= 0 && at + 4 <= head.length ? view.getUint32(at, true) : -1)
  if (u32(0) === 0x464c457f) return ELF_MACHINES.get(head[5] === 2 ? ((u16(18) & 0xff) << 8) | (u16(18) >> 8) : u16(18)) ?? null
  if (u16(0) === 0x5a4d && u32(u32(0x3c)) === 0x4550) {
    const machine = PE_MACHINES.get(u16(u32(0x3c) + 4))
    if (machine !== undefined) return machine
  }
  if (u32(0x38) === 0x644d5241) return 'aarch64'
  return u32(0x202) === 0x53726448 ? 'x86_64' : null
}

const PE_MACHINES: ReadonlyMap<number, PlatformArch> = new Map([
  [0x8664, 'x86_64'],
  [0xaa64, 'aarch64'],
])
const ELF_MACHINES: ReadonlyMap<number, PlatformArch> = new Map([
  [62, 'x86_64'],
  [183, 'aarch64'],
  [21, 'ppc64le'],
  [22, 's390x'],
])
