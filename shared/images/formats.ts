/**
 * Disk image formats, as rows: what Diskwright calls them, what qemu's block driver is called, and what each can hold.
 * Names and subformats: qemu-img(1) "NOTES" and `qemu-img create -f FORMAT -o help` (QEMU 7.2).
 */
export const DISK_FORMATS = ['raw', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx'] as const
export type DiskFormat = (typeof DISK_FORMATS)[number]

export interface Subformat {
  readonly id: string
  readonly label: string
  readonly hint: string
  /** `qemu-img -o` options that select it, as `name=value`. */
  readonly options: readonly string[]
}

export interface FormatRow {
  readonly id: DiskFormat
  readonly label: string
  /** Name of the block driver in qemu. */
  readonly driver: string
  /** Usual file name endings, the preferred one first. Never used to decide what a file is. */
  readonly extensions: readonly string[]
  /** The first one is the default. */
  readonly subformats: readonly Subformat[]
  /** Whether `qemu-img check` knows the format. */
  readonly checkable: boolean
}

export const FORMATS: Readonly<Record<DiskFormat, FormatRow>> = {
  raw: {
    id: 'raw',
    label: 'Raw',
    driver: 'raw',
    extensions: ['raw', 'img'],
    subformats: [{ id: 'sparse', label: 'Sparse', hint: 'Holes stay holes where the file system can keep them', options: [] }],
    checkable: false,
  },
  qcow2: {
    id: 'qcow2',
    label: 'qcow2',
    driver: 'qcow2',
    extensions: ['qcow2'],
    subformats: [
      { id: 'v3', label: 'Version 3', hint: 'QEMU, libvirt, OpenStack, Proxmox', options: ['compat=1.1'] },
      {
        id: 'compressed',
        label: 'Version 3, compressed',
        hint: 'Small file; zlib clusters, which every reader knows',
        options: ['compat=1.1'],
      },
      {
        id: 'compressed-zstd',
        label: 'Version 3, compressed with zstd',
        hint: 'Smallest and quickest to make; QEMU 5.1 and later',
        options: ['compat=1.1', 'compression_type=zstd'],
      },
      { id: 'v2', label: 'Version 2 (compat 0.10)', hint: 'Readers older than QEMU 1.1', options: ['compat=0.10'] },
    ],
    checkable: true,
  },
  vmdk: {
    id: 'vmdk',
    label: 'VMDK',
    driver: 'vmdk',
    extensions: ['vmdk'],
    subformats: [
      {
        id: 'monolithicSparse',
        label: 'Monolithic sparse',
        hint: 'VMware Workstation and Fusion',
        options: ['subformat=monolithicSparse'],
      },
      { id: 'streamOptimized', label: 'Stream-optimized', hint: 'Compressed, for transport', options: ['subformat=streamOptimized'] },
      {
        id: 'monolithicFlat',
        label: 'Monolithic flat',
        hint: 'A descriptor and one flat extent beside it',
        options: ['subformat=monolithicFlat'],
      },
      {
        id: 'twoGbMaxExtentSparse',
        label: 'Split sparse, 2 GB',
        hint: 'A descriptor and sparse extents beside it',
        options: ['subformat=twoGbMaxExtentSparse'],
      },
      {
        id: 'twoGbMaxExtentFlat',
        label: 'Split flat, 2 GB',
        hint: 'A descriptor and flat extents beside it',
        options: ['subformat=twoGbMaxExtentFlat'],
      },
    ],
    checkable: true,
  },
  vdi: {
    id: 'vdi',
    label: 'VDI',
    driver: 'vdi',
    extensions: ['vdi'],
    subformats: [
      { id: 'dynamic', label: 'Dynamic', hint: 'VirtualBox', options: [] },
      { id: 'static', label: 'Static', hint: 'VirtualBox, all blocks allocated', options: ['static=on'] },
    ],
    checkable: true,
  },
  vhd: {
    id: 'vhd',
    label: 'VHD',
    driver: 'vpc',
    extensions: ['vhd', 'vpc'],
    // force_size keeps the exact virtual size; without it qemu rounds up to a CHS geometry (measured: 64 MiB became 67,125,760 bytes).
    subformats: [
      { id: 'dynamic', label: 'Dynamic', hint: 'Hyper-V generation 1', options: ['subformat=dynamic', 'force_size=on'] },
      {
        id: 'fixed',
        label: 'Fixed',
        hint: 'Azure: file is the virtual size plus a 512-byte footer',
        options: ['subformat=fixed', 'force_size=on'],
      },
    ],
    checkable: false,
  },
  vhdx: {
    id: 'vhdx',
    label: 'VHDX',
    driver: 'vhdx',
    extensions: ['vhdx'],
    subformats: [
      { id: 'dynamic', label: 'Dynamic', hint: 'Hyper-V generation 2', options: ['subformat=dynamic'] },
      { id: 'fixed', label: 'Fixed', hint: 'Hyper-V, all blocks allocated', options: ['subformat=fixed'] },
    ],
    checkable: true,
  },
}

/** Formats that are read and never made: what they hold is saved in another one. */
export const SOURCE_FORMATS = ['qcow', 'qed', 'parallels', 'dmg', 'cloop', 'bochs'] as const
export type SourceFormat = (typeof SOURCE_FORMATS)[number]

/** Every format that an image can have. */
export const IMAGE_FORMATS = [...DISK_FORMATS, ...SOURCE_FORMATS] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

export interface ImageFormatRow extends Pick<FormatRow, 'label' | 'driver' | 'extensions' | 'checkable'> {
  readonly id: ImageFormat
  /** Whether an image may name another one whose content shows where it has none of its own. */
  readonly holdsBacking: boolean
}

/** `qemu-img check` knows QED and Parallels (qemu-img(1)). */
const SOURCE_ROWS: Readonly<Record<SourceFormat, Omit<ImageFormatRow, 'id'>>> = {
  qcow: { label: 'qcow', driver: 'qcow', extensions: ['qcow'], checkable: false, holdsBacking: true },
  qed: { label: 'QED', driver: 'qed', extensions: ['qed'], checkable: true, holdsBacking: true },
  parallels: { label: 'Parallels', driver: 'parallels', extensions: ['hdd', 'hds'], checkable: true, holdsBacking: false },
  dmg: { label: 'dmg', driver: 'dmg', extensions: ['dmg'], checkable: false, holdsBacking: false },
  cloop: { label: 'cloop', driver: 'cloop', extensions: ['cloop'], checkable: false, holdsBacking: false },
  bochs: { label: 'Bochs', driver: 'bochs', extensions: ['bochs'], checkable: false, holdsBacking: false },
}

export function isDiskFormat(format: string): format is DiskFormat {
  return Object.hasOwn(FORMATS, format)
}

/** A name that another version wrote down may be of a format that this one does not know. */
export function isImageFormat(format: string): format is ImageFormat {
  return isDiskFormat(format) || Object.hasOwn(SOURCE_ROWS, format)
}

/** What is known of a format, be it written or only read. */
export function imageFormat(format: ImageFormat): ImageFormatRow {
  if (isDiskFormat(format)) return { ...FORMATS[format], holdsBacking: format === 'qcow2' }
  return { ...SOURCE_ROWS[format], id: format }
}

/** The format in which an image is saved again: its own where it can be written, else qcow2. */
export function savedFormat(format: ImageFormat): DiskFormat {
  return isDiskFormat(format) ? format : 'qcow2'
}

/** Finds a subformat of `format`; the default one when `id` is not given. Undefined when there is none of that name. */
export function findSubformat(format: ImageFormat, id?: string): Subformat | undefined {
  const subformats = isDiskFormat(format) ? FORMATS[format].subformats : []
  return id === undefined ? subformats[0] : subformats.find((row) => row.id === id)
}
