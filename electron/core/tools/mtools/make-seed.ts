import type { Host } from '../../process/host.js'

/** mformat(1) `-f`: a floppy disk of 2.88 MB, far more than what cloud-init takes. */
const SIZE_KIB = 2880

/**
 * Makes the disk that cloud-init's NoCloud looks for: a FAT with the label CIDATA and plain files (cloud-init doc/rtd/reference/datasources/
 * nocloud.rst). The disk lies in `folder`. Throws AppError `tool-missing` without mtools.
 */
export async function makeSeedDisk(host: Host, disk: string, files: Readonly<Record<string, string>>, folder: string): Promise<void> {
  await host.run('mformat', ['-C', '-i', disk, '-f', String(SIZE_KIB), '-v', 'CIDATA', '::'], { access: { write: [folder] } })
  for (const [name, text] of Object.entries(files)) {
    await host.run('mcopy', ['-i', disk, '-', `::${name}`], { access: { write: [folder] }, stdin: text })
  }
}
