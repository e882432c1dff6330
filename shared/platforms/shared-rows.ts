import type { PerArch, PlatformImage } from './platform.js'

/** What several rows have in common. */

export const MIB = 1024 ** 2
export const GIB = 1024 ** 3
/** Every disk is a whole number of sectors. */
export const SECTOR = 512

export const COREOS_TABLE = 'coreos/fedora-coreos-config platforms.yaml'
export const IGNITION_PLATFORMS = 'coreos/ignition docs/supported-platforms.md'
export const COSA_VARIANTS = 'coreos/coreos-assembler src/cosalib/qemuvariants.py, src/osbuild-manifests/platform.*.yaml'
export const COSA_OVA = 'coreos/coreos-assembler src/cosalib/ova.py'

export const NOT_LISTED: PerArch<null> = { x86_64: null, aarch64: null, ppc64le: null, s390x: null }
export const KERNEL_DEFAULT: PerArch<readonly string[]> = { x86_64: [], aarch64: [], ppc64le: [], s390x: [] }

export const SERIAL_0 = 'ttyS0,115200n8'

/** GRUB on the screen and on the first serial port. */
export const GRUB_SERIAL_AND_SCREEN = ['serial --speed=115200', 'terminal_input serial console', 'terminal_output serial console'] as const

export const VIRTIO_DRIVERS = [['virtio_blk', 'virtio_scsi'], ['virtio_pci'], ['virtio_net']] as const
export const HYPERV_DRIVERS = [['hv_vmbus'], ['hv_storvsc'], ['hv_netvsc']] as const

/** No rule about the size but that of every disk. */
export const ANY_SIZE = { alignmentBytes: SECTOR, wholeGib: false, maxBytes: null, sizeNote: null } as const
/** No argument is recommended besides the consoles. */
export const CONSOLES_ONLY = { extraArgs: [], removeArgs: [] } as const

/** The VMDK that VMware's importers and AWS take, as coreos-assembler makes it. */
export const STREAM_OPTIMIZED = {
  format: 'vmdk',
  subformat: 'streamOptimized',
  options: ['adapter_type=lsilogic', 'compat6=on'],
} as const satisfies Partial<PlatformImage>
