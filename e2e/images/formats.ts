import fs from 'node:fs/promises'
import path from 'node:path'
import { FORMATS, type DiskFormat } from '#shared/images/formats'
import type { Host } from '#core/process/host'

export interface FormatVariant {
  readonly format: DiskFormat
  readonly subformat: string
  /** File name within the folder. */
  readonly file: string
}

export const ALL_VARIANTS: readonly FormatVariant[] = Object.values(FORMATS).flatMap((row) =>
  row.subformats.map((subformat) => ({ format: row.id, subformat: subformat.id, file: `${row.id}-${subformat.id}.${row.extensions[0]}` })),
)

/** The same qcow2 disk in every format and subformat that Diskwright writes, in `folder`. */
export async function convertToAll(host: Host, qcow2: string, folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true })
  for (const variant of ALL_VARIANTS) {
    const row = FORMATS[variant.format]
    const options = row.subformats.find((subformat) => subformat.id === variant.subformat)?.options ?? []
    const compressed = variant.subformat === 'compressed' ? ['-c'] : []
    const target = path.join(folder, variant.file)
    await host.run('qemu-img', [
      'convert',
      ...compressed,
      '-f',
      'qcow2',
      '-O',
      row.driver,
      ...options.flatMap((option) => ['-o', option]),
      qcow2,
      target,
    ])
  }
}
