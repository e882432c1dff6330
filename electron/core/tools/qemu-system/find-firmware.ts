import fs from 'node:fs/promises'
import path from 'node:path'
import type { FirmwareKind, MACHINES } from '#shared/boot-test/boot-test-request'
import {
  archOf,
  type FirmwareDescriptor,
  firmwareDescriptorSchema,
  firmwareOffers,
  KNOWN_FIRMWARE,
  type UefiFirmware,
} from '#shared/boot-test/firmware-descriptor'
import type { MachineArch } from '#shared/boot-test/machine-arch'
import { AppError } from '#shared/errors/app-error'

/** A file of a lower folder counts only where none of the same name stands in a higher one. QEMU docs/interop/firmware.json. */
const FOLDERS = ['/etc/qemu/firmware', '/usr/share/qemu/firmware']
const MAX_DESCRIPTOR_BYTES = 64 * 1024
/** What it is called, and Debian's package of it. */
export const UEFI_NAMES: Readonly<Record<MachineArch, { readonly id: string; readonly package: string }>> = {
  x86_64: { id: 'OVMF', package: 'ovmf' },
  aarch64: { id: 'AAVMF', package: 'qemu-efi-aarch64' },
}

/** UEFI firmware of this machine, as its descriptors name it. Throws AppError `tool-missing`. */
export async function findUefi(
  kind: Exclude<FirmwareKind, 'bios'>,
  machine: (typeof MACHINES)[number],
  folders: readonly string[] = FOLDERS,
): Promise<UefiFirmware> {
  const arch = archOf(machine)
  for (const offer of firmwareOffers(await readDescriptors(folders), kind, machine)) {
    if (await areThere([offer.code.path, offer.vars.path])) return offer
  }
  for (const [code, vars] of folders === FOLDERS ? KNOWN_FIRMWARE[arch][kind] : []) {
    if (!(await areThere([code, vars]))) continue
    const needsSmm = kind === 'uefi-secure' && arch === 'x86_64'
    return { code: { path: code, format: 'raw' }, vars: { path: vars, format: 'raw' }, needsSmm }
  }
  const { id, package: name } = UEFI_NAMES[arch]
  const what = kind === 'uefi-secure' ? `UEFI firmware with secure boot (${id})` : `UEFI firmware (${id})`
  throw new AppError('tool-missing', { details: { tool: what, package: name }, actions: [{ kind: 'install-tool', tool: id }] })
}

async function readDescriptors(folders: readonly string[]): Promise<FirmwareDescriptor[]> {
  const files = new Map<string, string>()
  for (const folder of folders) {
    const names = (await fs.readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
    for (const name of names) if (!files.has(name)) files.set(name, path.join(folder, name))
  }
  // The names begin with numbers: the lower one is preferred.
  const sorted = [...files].toSorted(([left], [right]) => (left < right ? -1 : 1))
  const found = await Promise.all(sorted.map(([, file]) => readDescriptor(file)))
  return found.flatMap((descriptor) => descriptor ?? [])
}

async function readDescriptor(file: string): Promise<FirmwareDescriptor | undefined> {
  try {
    if ((await fs.stat(file)).size > MAX_DESCRIPTOR_BYTES) return undefined
    return firmwareDescriptorSchema.safeParse(JSON.parse(await fs.readFile(file, 'utf8'))).data
  } catch {
    return undefined
  }
}

async function areThere(files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    files.map((file) =>
      fs.access(file, fs.constants.R_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.every(Boolean)
}
