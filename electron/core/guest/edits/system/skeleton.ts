import type { NewAttributes } from '../../draft-nodes.js'
import { type GuestSystem, TEXT_MAX_BYTES } from './guest-system.js'

const SKELETON = '/etc/skel'
/** Skeletons hold a handful; an image can hold as many as it likes. */
const MAX_ENTRIES = 200

/** Copies /etc/skel into a new home as useradd(8) does. Links whose target cannot be told are left out. */
export async function copySkeleton(system: GuestSystem, home: string, owner: Omit<NewAttributes, 'mode'>): Promise<void> {
  let left = MAX_ENTRIES
  const copy = async (folder: string): Promise<void> => {
    for (const { name, kind, sizeBytes } of await system.list(SKELETON + folder)) {
      left -= 1
      if (left < 0) return
      const place = `${folder}/${name}`
      if (kind === 'folder') {
        await system.makeFolder(home + place, { mode: 0o755, ...owner })
        await copy(place)
      }
      if (kind === 'link') {
        const target = await system.link(SKELETON + place)
        if (target !== undefined) await system.makeLink(home + place, target)
      }
      if (kind === 'file' && (sizeBytes ?? 0) <= TEXT_MAX_BYTES) {
        const text = await system.text(SKELETON + place)
        if (text !== undefined) await system.write(home + place, text, { mode: 0o644, ...owner })
      }
    }
  }
  await copy('')
}
