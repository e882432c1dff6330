import type { MachineChoice } from '#shared/jobs/convert-request'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact } from '#shared/platforms/artifacts'

interface Option {
  readonly value: string
  readonly label: string
}

/** Virtual hardware versions and the first ESXi that runs them (Broadcom KB 315655). */
const HARDWARE: readonly Option[] = [
  { value: '10', label: '10: ESXi 5.5' },
  { value: '11', label: '11: ESXi 6.0' },
  { value: '13', label: '13: ESXi 6.5' },
  { value: '14', label: '14: ESXi 6.7' },
  { value: '15', label: '15: ESXi 6.7 U2' },
  { value: '17', label: '17: ESXi 7.0' },
  { value: '18', label: '18: ESXi 7.0 U1' },
  { value: '19', label: '19: ESXi 7.0 U2' },
  { value: '20', label: '20: ESXi 8.0' },
  { value: '21', label: '21: ESXi 8.0 U2' },
]

/** `''` stands for what follows from the image: a select has no value for nothing that it also offers. */
export const MACHINE_OPTIONS = {
  hardwareVersion: HARDWARE,
  firmware: [
    { value: 'bios', label: 'BIOS' },
    { value: 'efi', label: 'UEFI' },
  ],
  secureBoot: [
    { value: 'true', label: 'On' },
    { value: 'false', label: 'Off' },
  ],
  diskController: [
    { value: 'pvscsi', label: 'PVSCSI' },
    { value: 'lsilogic', label: 'LSI Logic SCSI' },
    { value: 'sata', label: 'SATA (AHCI)' },
    { value: 'nvme', label: 'NVMe' },
    { value: 'ide', label: 'IDE' },
  ],
  network: [
    { value: 'vmxnet3', label: 'VMXNET 3' },
    { value: 'e1000e', label: 'Intel e1000e' },
    { value: 'e1000', label: 'Intel e1000' },
    { value: 'none', label: 'None' },
  ],
  properties: [
    { value: 'ignition', label: 'Ignition' },
    { value: 'cloud-init', label: 'cloud-init' },
    { value: 'none', label: 'None' },
  ],
} as const satisfies Partial<Record<keyof MachineChoice, readonly Option[]>>

export type MachineSelect = keyof typeof MACHINE_OPTIONS

/** Whether any of the presets describes a machine. */
export function describesMachine(artifacts: readonly ArtifactId[]): boolean {
  return artifacts.some((id) => artifact(id).container === 'ova')
}

/** The machine with one field chosen, or left to the image with `''`. */
export function withMachine(machine: MachineChoice, field: keyof MachineChoice, value: string): MachineChoice {
  const rest = Object.fromEntries(Object.entries(machine).filter(([name]) => name !== field)) as MachineChoice
  if (value === '') return rest
  switch (field) {
    case 'hardwareVersion':
    case 'cpus':
    case 'memoryMib':
      return { ...rest, [field]: Number(value) }
    case 'secureBoot':
      return { ...rest, secureBoot: value === 'true' }
    default:
      return { ...rest, [field]: value }
  }
}

export function machineSummary(machine: MachineChoice): string {
  const chosen = Object.keys(machine).length
  return chosen === 0
    ? 'as each image needs it'
    : chosen === 1
      ? '1 choice, the rest as each image needs it'
      : `${chosen} choices, the rest as each image needs it`
}
