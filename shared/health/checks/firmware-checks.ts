import { ESP_GUID, ESP_MBR_TYPE, isEspType } from '../../images/partition-types.js'
import { COREOS_FAMILIES } from '../../platforms/os-family.js'
import type { PlatformArch, PlatformRow } from '../../platforms/platform.js'
import { type HealthCheck, notChecked, pass } from '../check.js'
import { describePartition } from '../words.js'

const BIOS_BOOT = '21686148-6449-6E6F-744E-656564454649'
/** What bootupd and Ignition look the partition up by (coreos/bootupd src/efi.rs; ock-forge make-partitions.sh). */
const COREOS_ESP_LABEL = 'EFI-SYSTEM'

/** What firmware needs to find a boot loader. */
export const FIRMWARE_HEALTH: readonly HealthCheck[] = [
  {
    id: 'esp-type',
    group: 'disk',
    title: 'EFI system partition has its type',
    run: ({ partitions, image }) => {
      const esps = partitions.filter(({ isEsp }) => isEsp)
      const wrong = esps.filter(({ type }) => type !== null && !isEspType(type))
      if (wrong.length === 0) return esps.length === 0 ? [] : pass('Firmware finds it by its type.')
      return wrong.map((partition) => ({
        severity: 'error',
        about: partition.number,
        title: 'The EFI system partition has the wrong type',
        text: `Its type says ${partition.typeName}. Firmware that goes by types does not look for a boot loader there, and bootupd does not update it.`,
        evidence: [describePartition(partition), `type ${partition.type}`],
        fix: [{ kind: 'set-partition-type', partition: partition.number, type: image.table === 'mbr' ? ESP_MBR_TYPE : ESP_GUID }],
        fixLabel: 'Set the type to EFI system',
      }))
    },
  },
  {
    id: 'esp-label',
    group: 'disk',
    title: 'EFI system partition has its label',
    run: ({ partitions, family }) => {
      const esp = partitions.find(({ isEsp }) => isEsp)
      if (!esp || !(family === 'ock' || COREOS_FAMILIES.includes(family))) return []
      const label = esp.filesystem?.label ?? esp.name
      if (label === COREOS_ESP_LABEL || esp.name === COREOS_ESP_LABEL) return pass(`It is called ${COREOS_ESP_LABEL}.`)
      const text = `This system looks it up as ${COREOS_ESP_LABEL}: updates of the boot loader and the mount of /boot/efi depend on it.`
      const evidence = [describePartition(esp), label === null ? 'no label' : `label ${label}`]
      return [{ severity: 'warning', title: 'The EFI system partition has another label', text, evidence }]
    },
  },
  {
    id: 'esp-present',
    group: 'disk',
    title: 'EFI system partition',
    run: ({ partitions, image }, platform) => {
      const esp = partitions.find(({ isEsp }) => isEsp)
      if (esp) return pass('There is one.', { evidence: [describePartition(esp)] })
      if (image.table === 'none') return []
      const text = 'Machines with UEFI firmware do not start this disk.'
      const must = platform !== null && platform.firmware.uefi && !platform.firmware.bios
      if (must || image.firmware === 'unknown')
        return [
          {
            severity: 'error',
            title: 'There is no EFI system partition',
            text: `${text} ${offers(platform)}`.trim(),
            platformSpecific: must,
          },
        ]
      return [{ severity: 'info', title: 'There is no EFI system partition', text: `${text} ${offers(platform)}`.trim() }]
    },
  },
  {
    id: 'efi-fallback',
    group: 'boot',
    title: 'Boot loader where every firmware looks',
    run: ({ esps, arch }) => {
      if (!esps.known) return notChecked(esps.why)
      if (esps.value.length === 0) return []
      const wanted = FALLBACK[arch]
      if (wanted === null) return []
      const path = `/EFI/BOOT/${wanted}`
      if (esps.value.some(({ programs }) => programs.some((program) => program.toLowerCase() === path.toLowerCase())))
        return pass(`${path} is there: a new machine starts it without an entry in its firmware.`)
      const programs = esps.value.flatMap(({ programs: found }) => found)
      return [
        {
          severity: 'error',
          title: `${path} is missing`,
          text: 'The firmware of a new machine has no entry for this disk and starts only that file (UEFI specification, 3.5.1.1).',
          evidence: programs.length === 0 ? ['no EFI programs at all'] : programs.slice(0, 10),
        },
      ]
    },
  },
  {
    id: 'bios-boot',
    group: 'disk',
    title: 'BIOS boot partition',
    run: ({ partitions, image }, platform) => {
      if (image.table !== 'gpt') return []
      const found = partitions.find(({ type }) => type === BIOS_BOOT)
      if (found) return pass('There is one: GRUB can be started by a BIOS.', { evidence: [describePartition(found)] })
      const text = 'From a GPT disk GRUB starts by BIOS only with a partition for its core image.'
      if (platform === null || (platform.firmware.uefi && platform.firmware.usual !== 'bios'))
        return [{ severity: 'info', title: 'There is no BIOS boot partition', text: `${text} Choose UEFI for the machine.` }]
      const must = !platform.firmware.uefi
      return [
        {
          severity: must ? 'error' : 'warning',
          title: 'There is no BIOS boot partition',
          text: `${text} ${offers(platform)}`,
          platformSpecific: true,
        },
      ]
    },
  },
  {
    id: 'mbr-boot-flag',
    group: 'disk',
    title: 'A partition is marked to boot',
    run: ({ partitions, image }) => {
      if (image.table !== 'mbr' || partitions.some(({ isEsp }) => isEsp)) return []
      const active = partitions.filter(({ bootable }) => bootable)
      if (active.length === 1) return pass('Exactly one is.', { evidence: active.map(describePartition) })
      const text =
        active.length === 0
          ? 'Some BIOSes do not start a disk without an active partition, and generic boot code does not know where to go on.'
          : 'Generic boot code gives up when there is more than one.'
      const title = active.length === 0 ? 'No partition is marked to boot' : 'Several partitions are marked to boot'
      return [{ severity: 'warning', title, text, evidence: active.map(describePartition) }]
    },
  },
  {
    id: 'secure-boot',
    group: 'platform',
    title: 'Signed shim for Secure Boot',
    run: ({ esps }, platform) => {
      if (!platform?.secureBoot) return []
      if (!esps.known) return notChecked(esps.why, { platformSpecific: true })
      if (esps.value.length === 0) return []
      const shim = esps.value.flatMap(({ programs }) => programs).find((program) => /\/shim(x64|aa64)?\.efi$/i.test(program))
      if (shim !== undefined) return pass('A shim is there.', { evidence: [shim], platformSpecific: true })
      return [
        {
          // Generation 2 machines of Hyper-V have Secure Boot on unless it is switched off; elsewhere it is asked for.
          severity: platform.id === 'hyperv' ? 'warning' : 'info',
          title: 'There is no shim',
          text: `With Secure Boot this image does not start. ${platform.secureBoot}.`,
          platformSpecific: true,
        },
      ]
    },
  },
]

const FALLBACK: Readonly<Record<PlatformArch, string | null>> = {
  x86_64: 'BOOTX64.EFI',
  aarch64: 'BOOTAA64.EFI',
  ppc64le: null,
  s390x: null,
}

function offers(platform: PlatformRow | null): string {
  if (platform === null) return ''
  const { bios, uefi, usual, note } = platform.firmware
  const what = bios && uefi ? (usual === 'bios' ? 'BIOS unless UEFI is chosen' : 'BIOS and UEFI') : uefi ? 'UEFI only' : 'BIOS only'
  return `${platform.name}: ${what}. ${note}`
}
