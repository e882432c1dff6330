import type { BootReport } from '#shared/boot/boot-entry'
import { findBootEntries } from '../guest/boot-entries.js'
import { openGuestFiles } from '../guest/guest-files.js'
import { readPartitions } from '../guest/partitions.js'
import { withReader } from '../guest/reader.js'
import { openSource } from '../guest/source.js'
import type { Host } from '../process/host.js'

/** The boot entries of an image with their ordered kernel arguments; an empty list where there are none. */
export async function listBootEntries(host: Host, imagePath: string): Promise<BootReport> {
  const started = performance.now()
  const source = await openSource(imagePath)
  return withReader(host, source, async (reader) => {
    const files = openGuestFiles(host, reader)
    const found = await findBootEntries(files, await readPartitions(reader, files))
    return { ...found, elapsedMs: performance.now() - started }
  })
}
