import { z } from 'zod'
import type { FirmwareKind, MACHINES } from './boot-test-request.js'
import type { MachineArch } from './machine-arch.js'

const fileSchema = z.object({ filename: z.string(), format: z.enum(['raw', 'qcow2']).default('raw') })

/** A file of /usr/share/qemu/firmware: QEMU docs/interop/firmware.json, "Firmware". */
export const firmwareDescriptorSchema = z.object({
  'interface-types': z.array(z.string()),
  mapping: z.object({
    device: z.string(),
    mode: z.string().optional(),
    executable: fileSchema.optional(),
    'nvram-template': fileSchema.optional(),
  }),
  targets: z.array(z.object({ architecture: z.string(), machines: z.array(z.string()) })),
  features: z.array(z.string()).default([]),
})
export type FirmwareDescriptor = z.infer<typeof firmwareDescriptorSchema>

export interface FirmwareFile {
  readonly path: string
  readonly format: 'raw' | 'qcow2'
}

/** UEFI firmware in two flash chips: its program, and what its variables begin with. */
export interface UefiFirmware {
  readonly code: FirmwareFile
  readonly vars: FirmwareFile
  /** Secure boot is enforced, so only system management mode may write variables. */
  readonly needsSmm: boolean
}

/**
 * What a descriptor offers for a kind of firmware on a machine; undefined where it does not fit. Without secure boot, firmware
 * whose keys are enrolled is not taken: it would enforce it.
 */
function firmwareFor(
  descriptor: FirmwareDescriptor,
  kind: Exclude<FirmwareKind, 'bios'>,
  machine: (typeof MACHINES)[number],
): UefiFirmware | undefined {
  const { mapping, features, targets } = descriptor
  const { executable, 'nvram-template': template } = mapping
  const isSecure = features.includes('secure-boot') && features.includes('enrolled-keys')
  const fits =
    descriptor['interface-types'].includes('uefi') &&
    mapping.device === 'flash' &&
    (mapping.mode ?? 'split') === 'split' &&
    targets.some((target) => target.architecture === archOf(machine) && target.machines.some((glob) => isMachine(glob, machine)))
  // Firmware for confidential machines alone has no place for variables, or boots nothing else.
  if (!fits || !executable || !template || isSecure !== (kind === 'uefi-secure')) return undefined
  return {
    code: { path: executable.filename, format: executable.format },
    vars: { path: template.filename, format: template.format },
    needsSmm: features.includes('requires-smm'),
  }
}

const GLOBS: Readonly<Record<(typeof MACHINES)[number], string>> = { q35: 'pc-q35', pc: 'pc-i440fx', virt: 'virt-' }

/** `pc-q35-*` is the machine q35, `pc-i440fx-*` the machine pc. */
function isMachine(glob: string, machine: (typeof MACHINES)[number]): boolean {
  return glob === machine || glob.startsWith(GLOBS[machine])
}

export function archOf(machine: (typeof MACHINES)[number]): MachineArch {
  return machine === 'virt' ? 'aarch64' : 'x86_64'
}

/** The ones that ask for the least come first: firmware that needs no system management mode starts faster. */
export function firmwareOffers(
  descriptors: readonly FirmwareDescriptor[],
  kind: Exclude<FirmwareKind, 'bios'>,
  machine: (typeof MACHINES)[number],
): UefiFirmware[] {
  const offers = descriptors.flatMap((descriptor) => firmwareFor(descriptor, kind, machine) ?? [])
  return offers.toSorted((left, right) => Number(left.needsSmm) - Number(right.needsSmm))
}

type Places = Readonly<Record<Exclude<FirmwareKind, 'bios'>, readonly (readonly [code: string, vars: string])[]>>

/** Where distributions put firmware that no descriptor names. */
export const KNOWN_FIRMWARE: Readonly<Record<MachineArch, Places>> = {
  x86_64: {
    uefi: [
      ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
      ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
      ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
      ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
      ['/usr/share/qemu/ovmf-x86_64-code.bin', '/usr/share/qemu/ovmf-x86_64-vars.bin'],
    ],
    'uefi-secure': [
      ['/usr/share/OVMF/OVMF_CODE_4M.ms.fd', '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'],
      ['/usr/share/OVMF/OVMF_CODE.ms.fd', '/usr/share/OVMF/OVMF_VARS.ms.fd'],
      ['/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd', '/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd'],
      ['/usr/share/qemu/ovmf-x86_64-smm-ms-code.bin', '/usr/share/qemu/ovmf-x86_64-smm-ms-vars.bin'],
    ],
  },
  // Debian; Fedora; Arch; openSUSE.
  aarch64: {
    uefi: [
      ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
      ['/usr/share/edk2/aarch64/QEMU_EFI-silent-pflash.raw', '/usr/share/edk2/aarch64/vars-template-pflash.raw'],
      ['/usr/share/edk2/aarch64/QEMU_EFI-pflash.raw', '/usr/share/edk2/aarch64/vars-template-pflash.raw'],
      ['/usr/share/edk2/aarch64/QEMU_CODE.fd', '/usr/share/edk2/aarch64/QEMU_VARS.fd'],
      ['/usr/share/qemu/aavmf-aarch64-code.bin', '/usr/share/qemu/aavmf-aarch64-vars.bin'],
    ],
    'uefi-secure': [
      ['/usr/share/AAVMF/AAVMF_CODE.ms.fd', '/usr/share/AAVMF/AAVMF_VARS.ms.fd'],
      ['/usr/share/qemu/aavmf-aarch64-ms-code.bin', '/usr/share/qemu/aavmf-aarch64-ms-vars.bin'],
    ],
  },
}
