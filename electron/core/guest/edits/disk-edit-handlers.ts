import { randomBytes, randomUUID } from 'node:crypto'
import { normalizePartitionType } from '#shared/images/partition-types'
import { AppError } from '#shared/errors/app-error'
import { kernelName } from '../draft.js'
import type { EditContext, EditHandlers } from './edit-handler.js'

const TEXT_MAX_BYTES = 1024 * 1024

export const diskEditHandlers: EditHandlers<'set-partition-type' | 'set-fs-uuid' | 'move-backup-gpt'> = {
  async 'set-partition-type'({ draft }, edit) {
    const partition = draft.partitions.find(({ number }) => number === edit.partition)
    if (!partition || partition.type === null)
      throw new AppError('partition-not-found', { details: { partition: edit.partition, known: draft.partitions.length } })
    const type = normalizePartitionType(edit.type)
    if (type.includes('-') !== partition.type.includes('-'))
      throw new AppError('edit-conflict', {
        details: { path: `partition ${edit.partition}`, reason: 'its table has types of another kind' },
      })
    draft.disk({ kind: 'set-partition-type', partition: edit.partition, type })
  },
  async 'set-fs-uuid'(context, edit) {
    const { filesystem } = context.draft.partition(edit.partition)
    const name = kernelName(filesystem)
    const uuid = edit.uuid === 'new' ? newUuid(name) : edit.uuid.replace(name === 'vfat' ? '-' : '', '')
    const spelled = name === 'vfat' ? uuid.toUpperCase() : uuid.toLowerCase()
    context.draft.disk({ kind: 'set-filesystem-uuid', partition: edit.partition, filesystem: name, uuid: spelled })
    if (filesystem.uuid)
      await followUuid(context, filesystem.uuid, name === 'vfat' ? `${spelled.slice(0, 4)}-${spelled.slice(4)}` : spelled)
  },
  async 'move-backup-gpt'({ draft }) {
    draft.disk({ kind: 'move-backup-gpt' })
  },
}

function newUuid(filesystem: string): string {
  return filesystem === 'vfat' ? randomBytes(4).toString('hex').toUpperCase() : randomUUID()
}

/** The old UUID stands in boot entries, grub.cfg and fstab: there the new one has to stand, or the image does not find its root. */
async function followUuid(context: EditContext, from: string, to: string): Promise<void> {
  const { files } = await context.boot()
  const texts = files.filter((file) => file.problem === null && file.kind !== 'uki' && file.text.includes(from))
  const changed: string[] = []
  for (const file of texts) {
    const bytes = Buffer.from(file.text.replaceAll(from, to), file.encoding)
    await context.draft.write(file.partition, file.realPath, bytes, bytes.length)
    changed.push(file.path)
  }
  const fstab = await context.locate({ path: '/etc/fstab' }).catch(() => null)
  const text = fstab && (await context.draft.readIfPresent(fstab.partition, fstab.path, TEXT_MAX_BYTES))?.toString('latin1')
  if (fstab && text?.includes(from)) {
    const bytes = Buffer.from(text.replaceAll(from, to), 'latin1')
    await context.draft.write(fstab.partition, fstab.path, bytes, bytes.length)
    changed.push('/etc/fstab')
  }
  if (changed.length > 0) context.note(`The new UUID was put in ${changed.join(', ')}.`)
}
