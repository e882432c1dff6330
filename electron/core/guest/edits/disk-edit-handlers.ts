import { randomBytes, randomUUID } from 'node:crypto'
import { normalizePartitionType } from '#shared/images/partition-types'
import { AppError } from '#shared/errors/app-error'
import { kernelName, spelledUuid } from '../draft-partitions.js'
import { checkOperation } from '../engine.js'
import { ukiWith } from './boot-arg-handlers.js'
import type { EditContext, EditHandlers } from './edit-handler.js'

const TEXT_MAX_BYTES = 1024 * 1024
/** File systems whose UUID an engine can change. */
const RENAMED: ReadonlySet<string> = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'vfat', 'btrfs'])

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
    const where = `partition ${edit.partition}`
    if (!RENAMED.has(name)) throw new AppError('edit-conflict', { details: { path: where, reason: `no tool gives ${name} another UUID` } })
    const uuid = edit.uuid === 'new' ? newUuid(name) : edit.uuid.replace(name === 'vfat' ? '-' : '', '')
    const spelled = name === 'vfat' ? uuid.toUpperCase() : uuid.toLowerCase()
    const operation = { kind: 'set-filesystem-uuid', partition: edit.partition, filesystem: name, uuid: spelled } as const
    checkOperation(operation)
    if (filesystem.uuid) await followUuid(context, filesystem.uuid, spelledUuid(operation))
    context.draft.disk(operation)
  },
  async 'move-backup-gpt'({ draft, backupGpt, note }) {
    if (draft.steps().some(({ operation }) => operation.kind === 'move-backup-gpt')) {
      note('It is moved to the end of the disk already, because the disk gets another size.')
      return
    }
    if (backupGpt === 'none') throw new AppError('edit-conflict', { details: { path: 'the disk', reason: 'it has no GPT' } })
    if (backupGpt === 'in-place') {
      note('The backup GPT is at the end of the disk already.')
      return
    }
    draft.disk({ kind: 'move-backup-gpt' })
  },
}

function newUuid(filesystem: string): string {
  return filesystem === 'vfat' ? randomBytes(4).toString('hex').toUpperCase() : randomUUID()
}

/**
 * The old UUID stands in boot entries, grub.cfg and fstab: there the new one has to stand, or the image does not find its root.
 * Throws `edit-conflict` where one of them cannot be changed.
 */
async function followUuid(context: EditContext, from: string, to: string): Promise<void> {
  // The id of a FAT has the form of a part of other ids.
  const old = new RegExp(`(?<![0-9a-f-])${from}(?![0-9a-f-])`, 'gi')
  const { files } = await context.boot()
  const named = files.filter((file) => file.text.search(old) >= 0 && (file.problem === null || file.kind === 'uki'))
  const texts = await Promise.all(
    named.map(async (file) => {
      const text = file.text.replace(old, to)
      return { file, bytes: file.kind === 'uki' ? await ukiWith(context, files, file.id, text) : Buffer.from(text, file.encoding) }
    }),
  )
  const changed: string[] = []
  for (const { file, bytes } of texts) {
    await context.draft.write(file.partition, file.realPath, bytes, bytes.length)
    changed.push(file.path)
  }
  const fstab = await context.locate({ path: '/etc/fstab' }).catch(() => null)
  const text = fstab && (await context.draft.readIfPresent(fstab.partition, fstab.path, TEXT_MAX_BYTES))?.toString('latin1')
  if (fstab && text && text.search(old) >= 0) {
    const bytes = Buffer.from(text.replace(old, to), 'latin1')
    await context.draft.write(fstab.partition, fstab.path, bytes, bytes.length)
    changed.push('/etc/fstab')
  }
  if (changed.length > 0) context.note(`The new UUID was put in ${changed.join(', ')}.`)
}
