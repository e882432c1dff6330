import { Button, Modal, Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { describeEdit } from '#shared/edits/describe-edit'
import type { Edit } from '#shared/edits/edit'
import { leastDiskBytes, planResize, type ResizePlan } from '#shared/edits/plan-resize'
import { isResize } from '#shared/edits/staged-layout'
import { endOf, layoutOf } from '#shared/images/disk-layout'
import type { ImageInfo, Partition } from '#shared/images/image-info'
import { growthProblem } from '#shared/images/resize-rules'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { parseDiskSize, wholeSectors } from '#shared/text/parse-size'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, DialogFooter } from '../../components/form-row.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { contentName, partitionName } from '../images/partition-layout.js'
import styles from './resize-dialog.module.css'

const GIB = 1024 ** 3
/** Nobody gets the space. */
const FREE = 'free'

interface ResizeDialogProps {
  readonly info: ImageInfo
  /** All that is staged for the image. */
  readonly edits: readonly Edit[]
  /** Throws why the edits do not fit the image. */
  readonly onStage: (edits: readonly Edit[]) => Promise<unknown>
  readonly onClose: () => void
}

/** Another size for the disk, and which partition gets the space. What is staged takes the place of sizes that were staged before. */
export function ResizeDialog({ info, edits, onStage, onClose }: ResizeDialogProps) {
  const before = edits.filter(isResize)
  const staged = before.findLast((edit) => edit.kind === 'resize-disk')?.bytes
  const grown = before.find((edit) => edit.kind === 'grow-partition')?.partition
  const choices = growable(info)
  const [text, setText] = useState(sizeText(staged ?? info.virtualBytes))
  const [partition, setPartition] = useState(String(grown ?? choices.at(-1)?.number ?? FREE))
  const stage = useMutation({ mutationFn: onStage, onSuccess: onClose })

  const bytes = readSize(text)
  const least = leastDiskBytes(info)
  const isLarger = bytes === undefined || bytes >= info.virtualBytes
  const plan = planOf(info, bytes, isLarger ? partition : null)
  const ready = plan.ok && (plan.edits.length > 0 || before.length > 0)

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (ready && !stage.isPending) stage.mutate([...edits.filter((edit) => !isResize(edit)), ...plan.edits])
  }

  return (
    <Modal opened onClose={onClose} title="Resize the disk" size={560} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={onSubmit}>
        <DialogBody>
          <div className={styles.fields}>
            <TextInput
              label="Size of the disk"
              description={`It is ${formatBytes(info.virtualBytes)} (${formatExactBytes(info.virtualBytes)}), and can be ${formatBytes(least)} at least.`}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              error={plan.ok ? undefined : plan.reason}
              spellCheck={false}
              data-autofocus
            />
            <div className={styles.quick}>
              <Button size="compact-xs" onClick={() => setText(sizeText((bytes ?? info.virtualBytes) + GIB))}>
                1 GiB more
              </Button>
              <Button size="compact-xs" onClick={() => setText(sizeText(2 * (bytes ?? info.virtualBytes)))}>
                Double
              </Button>
              <Button size="compact-xs" disabled={least >= info.virtualBytes} onClick={() => setText(sizeText(least))}>
                As small as possible
              </Button>
              <Button size="compact-xs" onClick={() => setText(sizeText(info.virtualBytes))}>
                As it is
              </Button>
            </div>
            <Select
              label="Free space behind it goes to"
              value={partition}
              onChange={(value) => setPartition(value ?? FREE)}
              data={[...choices.map(choice), { value: FREE, label: 'Nobody: it stays free' }]}
              allowDeselect={false}
              disabled={!isLarger}
            />
          </div>
          <PlanNote plan={plan} isLarger={isLarger} />
          {stage.isError && <ErrorNotice error={stage.error} />}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={!ready || stage.isPending}>
            Stage the new size
          </Button>
        </DialogFooter>
      </form>
    </Modal>
  )
}

/** `partition` null: the disk becomes smaller, and which partition with it is no choice. */
function planOf(info: ImageInfo, bytes: number | undefined, partition: string | null): ResizePlan {
  if (bytes === undefined) return { ok: false, reason: 'Write a size with its unit, such as 20 GiB' }
  const chosen = partition === null ? 'last' : partition === FREE ? null : Number(partition)
  const plan = planResize(info, { size: bytes, partition: chosen })
  // Nothing was asked for yet.
  return plan.ok || bytes !== info.virtualBytes ? plan : { ok: true, edits: [], notes: [plan.reason] }
}

function PlanNote({ plan, isLarger }: { readonly plan: ResizePlan; readonly isLarger: boolean }) {
  if (!plan.ok) return null
  return (
    <Note tone="neutral" title={plan.edits.length === 0 ? 'Every size stays as it is' : 'What is going to be done'}>
      <ol className={styles.plan}>
        {plan.edits.map((edit) => (
          <li key={edit.kind}>{describeEdit(edit, [])}</li>
        ))}
      </ol>
      {plan.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {plan.edits.length > 0 && (
        <p>
          {isLarger
            ? 'File systems grow with their partition; their files stay where they are. FAT keeps its size.'
            : 'Only ext and btrfs can become smaller, and only the partition that ends last. XFS cannot.'}{' '}
          The image itself is not changed before it is saved.
        </p>
      )}
    </Note>
  )
}

/** In the order of the disk. */
function growable(info: ImageInfo): Partition[] {
  const layout = layoutOf(info)
  return info.partitions.filter((one) => growthProblem(layout, one) === null).toSorted((one, other) => endOf(one) - endOf(other))
}

function choice(partition: Partition): { value: string; label: string } {
  const number = partition.number === 0 ? '' : `${partition.number} · `
  return {
    value: String(partition.number),
    label: `${number}${visibleText(partitionName(partition))} · ${visibleText(contentName(partition))} · ${formatBytes(partition.sizeBytes)}`,
  }
}

function readSize(text: string): number | undefined {
  const bytes = parseDiskSize(text)
  return bytes === undefined || bytes < 1024 ** 2 ? undefined : wholeSectors(bytes)
}

/** A size that reads back as the same number of bytes, in the largest unit that takes no more than quarters of it. */
export function sizeText(bytes: number): string {
  for (const [unit, name] of [
    [1024 ** 4, 'TiB'],
    [GIB, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
  ] as const) {
    const amount = bytes / unit
    if (amount >= 1 && Number.isInteger(amount * 4)) return `${amount} ${name}`
  }
  return String(bytes)
}
