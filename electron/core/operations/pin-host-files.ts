import type { Edit } from '#shared/edits/edit'
import { hashOfHostFile } from '../files/host-file-hash.js'

/**
 * The edits with the SHA-256 of every file of this machine that they bring in: what is written is compared with it, and not with what
 * the file is by then. One that cannot be read stays as it is, for its edit to tell.
 */
export function pinHostFiles(edits: readonly Edit[]): Promise<Edit[]> {
  return Promise.all(
    edits.map(async (edit): Promise<Edit> => {
      if (edit.kind !== 'write-file' || !('hostFile' in edit.content) || edit.content.sha256 !== undefined) return edit
      const sha256 = await hashOfHostFile(edit.content.hostFile).catch(() => undefined)
      return sha256 === undefined ? edit : { ...edit, content: { ...edit.content, sha256 } }
    }),
  )
}
