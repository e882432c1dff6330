import { NumberInput, Select, TextInput } from '@mantine/core'
import { type FirmwareChoice, NETWORKS } from '#shared/boot-test/boot-test-request'
import { ARCH_TRAITS, type MachineArch, MACHINE_ARCHES } from '#shared/boot-test/machine-arch'
import { machinePreset } from '#shared/boot-test/machine-presets'
import { type BootTestChoices, type ChoiceProblems, withArch } from '../../features/boot-test/boot-test-choices.js'
import { PlatformSelect } from '../../features/platforms/platform-select.js'
import styles from './boot-test-form.module.css'
import { Fold } from './fold.js'

const FIRMWARE_WORDS: Readonly<Record<FirmwareChoice, string>> = {
  auto: 'Automatic',
  bios: 'BIOS',
  uefi: 'UEFI',
  'uefi-secure': 'UEFI with secure boot',
}
const BUS_WORDS = { virtio: 'virtio', scsi: 'SCSI', nvme: 'NVMe', sata: 'SATA', ide: 'IDE', usb: 'USB' } as const
const NETWORK_WORDS = { none: 'None', user: "This machine's connection" } as const

interface MachineFieldsProps {
  readonly choices: BootTestChoices
  readonly problems: ChoiceProblems
  /** What the image is for; null where nothing in it tells. */
  readonly imageArch: MachineArch | null
  readonly onChange: (part: Partial<BootTestChoices>) => void
}

export function MachineFields({ choices, problems, imageArch, onChange }: MachineFieldsProps) {
  const arch = choices.arch ?? imageArch ?? 'x86_64'
  const { firmware, diskBuses } = ARCH_TRAITS[arch]
  const preset = machinePreset(choices.platform ?? undefined, arch)
  return (
    <>
      <PlatformSelect
        label="Looks to the guest like"
        none="A plain virtual machine of QEMU"
        value={choices.platform}
        onChange={(platform) => onChange({ platform })}
      />
      {preset.note !== null && <p className="caption">{preset.note}.</p>}
      <div className={styles.machine}>
        <Select
          label="Firmware"
          allowDeselect={false}
          value={choices.firmware}
          onChange={(value) => onChange({ firmware: firmware.find((id) => id === value) ?? 'auto' })}
          data={firmware.map((value) => ({ value, label: FIRMWARE_WORDS[value] }))}
        />
        <Select
          label="Disk bus"
          allowDeselect={false}
          value={choices.diskBus ?? ''}
          onChange={(value) => onChange({ diskBus: diskBuses.find((id) => id === value) ?? null })}
          data={[
            { value: '', label: `Usual (${BUS_WORDS[preset.diskBus]})` },
            ...diskBuses.map((value) => ({ value: value as string, label: BUS_WORDS[value] })),
          ]}
        />
        <Select
          label="Network"
          allowDeselect={false}
          value={choices.network}
          onChange={(value) => onChange({ network: NETWORKS.find((id) => id === value) ?? 'none' })}
          data={NETWORKS.map((value) => ({ value, label: NETWORK_WORDS[value] }))}
        />
        <NumberInput
          label="Memory in MiB"
          allowDecimal={false}
          allowNegative={false}
          step={256}
          value={choices.memoryMib}
          onChange={(memoryMib) => onChange({ memoryMib })}
          error={problems.memory}
        />
        <NumberInput
          label="CPUs"
          allowDecimal={false}
          allowNegative={false}
          value={choices.cpus}
          onChange={(cpus) => onChange({ cpus })}
          error={problems.cpus}
        />
        <NumberInput
          label="Time-out in seconds"
          allowDecimal={false}
          allowNegative={false}
          step={60}
          value={choices.timeoutSeconds}
          onChange={(timeoutSeconds) => onChange({ timeoutSeconds })}
          error={problems.timeout}
        />
      </div>
      <MoreOfMachine choices={choices} problems={problems} imageArch={imageArch} onChange={onChange} />
    </>
  )
}

const ACCELERATOR_WORDS = { auto: 'KVM where it works', kvm: 'KVM alone', tcg: 'Emulated (TCG)' } as const
const ACCELERATORS = Object.keys(ACCELERATOR_WORDS) as (keyof typeof ACCELERATOR_WORDS)[]
const TPM_WORDS = { yes: 'TPM 2.0', no: 'None' } as const

function MoreOfMachine({ choices, problems, imageArch, onChange }: MachineFieldsProps) {
  const usualArch = imageArch ?? 'x86_64'
  const arch = choices.arch ?? usualArch
  const { machines } = ARCH_TRAITS[arch]
  const preset = machinePreset(choices.platform ?? undefined, arch)
  const set = [
    ...(arch === 'x86_64' ? [] : [ARCH_TRAITS[arch].title]),
    ...(choices.accelerator === 'auto' ? [] : [ACCELERATOR_WORDS[choices.accelerator]]),
    ...(choices.type === null ? [] : [choices.type]),
    ...(choices.cpu.trim() === '' ? [] : [choices.cpu.trim()]),
    ...(choices.tpm === null ? [] : [choices.tpm ? 'TPM' : 'no TPM']),
  ]
  return (
    <Fold title="Processor, chip set, TPM" set={set.length === 0 ? null : set.join(', ')}>
      <div className={styles.two}>
        <Select
          label="Runs by"
          allowDeselect={false}
          value={choices.accelerator}
          onChange={(value) => onChange({ accelerator: ACCELERATORS.find((id) => id === value) ?? 'auto' })}
          data={ACCELERATORS.map((value) => ({ value, label: ACCELERATOR_WORDS[value] }))}
        />
        <Select
          label="Processor"
          allowDeselect={false}
          value={choices.arch ?? ''}
          onChange={(value) => {
            const chosen = MACHINE_ARCHES.find((id) => id === value) ?? null
            onChange(withArch(choices, chosen, [arch, chosen ?? usualArch]))
          }}
          data={[
            { value: '', label: imageArch === null ? 'Not told by the image (x86-64)' : `As the image (${ARCH_TRAITS[imageArch].title})` },
            ...MACHINE_ARCHES.map((value) => ({ value: value as string, label: ARCH_TRAITS[value].title })),
          ]}
        />
        <TextInput
          label="Processor model"
          placeholder="all that there is"
          classNames={{ input: 'mono' }}
          value={choices.cpu}
          onChange={(event) => onChange({ cpu: event.currentTarget.value })}
          error={problems.cpu}
          spellCheck={false}
        />
        <Select
          label="Chip set"
          allowDeselect={false}
          value={choices.type ?? ''}
          onChange={(value) => onChange({ type: machines.find((id) => id === value) ?? null })}
          data={[{ value: '', label: `Usual (${preset.machine})` }, ...machines.map((value) => ({ value: value as string, label: value }))]}
        />
        <Select
          label="TPM"
          allowDeselect={false}
          value={choices.tpm === null ? '' : choices.tpm ? 'yes' : 'no'}
          onChange={(value) => onChange({ tpm: value === '' ? null : value === 'yes' })}
          data={[
            { value: '', label: `Usual (${preset.tpm ? TPM_WORDS.yes : TPM_WORDS.no})` },
            { value: 'yes', label: TPM_WORDS.yes },
            { value: 'no', label: TPM_WORDS.no },
          ]}
        />
      </div>
    </Fold>
  )
}
