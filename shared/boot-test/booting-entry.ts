import type { BootEntry, BootReport } from '../boot/boot-entry.js'
import { ARCH_TRAITS, type MachineArch } from './machine-arch.js'

/** The entry that boots when nobody chooses one; undefined where that cannot be told. */
export function bootingEntry({ entries }: Pick<BootReport, 'entries'>): BootEntry | undefined {
  const enabled = entries.filter(({ enabled: isEnabled }) => isEnabled)
  return enabled.find(({ isDefault }) => isDefault) ?? (enabled.length === 1 ? enabled[0] : undefined)
}

/** Whether the kernel of the entry that boots writes to the first serial port; null where no entry is known. */
export function usesSerialConsole(after: Pick<BootReport, 'entries'>, entry?: string, arch: MachineArch = 'x86_64'): boolean | null {
  const booting = after.entries.find(({ id }) => id === entry) ?? bootingEntry(after)
  if (booting === undefined) return null
  const { serialConsole, findsSerial } = ARCH_TRAITS[arch]
  const consoles = booting.args.filter((arg) => arg.startsWith('console='))
  return consoles.some((arg) => serialConsole.test(arg)) || (findsSerial && consoles.length === 0)
}
