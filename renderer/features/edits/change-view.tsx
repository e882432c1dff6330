import { lazy, Suspense } from 'react'
import type { DiskChange, EditPreview, FileChange } from '#shared/edits/edit-preview'
import { formatBytes } from '#shared/text/bytes'
import { Badge } from '../../components/badge.js'
import { count } from '../../components/format.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './change-view.module.css'

const FileDiff = lazy(() => import('./file-diff.js').then(({ FileDiff: component }) => ({ default: component })))

/** Longer lists of files are named, not compared: each comparison is an editor of its own. */
const COMPARED_FILES = 40

const WORDS: Readonly<Record<FileChange['change'], string>> = {
  rewritten: 'changed',
  created: 'new file',
  removed: 'removed',
  renamed: 'renamed',
  'folder-created': 'new folder',
  'link-created': 'new link',
  attributes: 'mode or owner',
}

interface ChangesProps {
  readonly changes: EditPreview['changes']
  readonly partitionLabel: (partition: number) => string
}

/** What the edits make of the image: each file side by side, and changes of the disk before and after. */
export function Changes({ changes, partitionLabel }: ChangesProps) {
  const disk = changes.filter((change) => change.kind === 'disk')
  const files = changes.filter((change) => change.kind === 'file')
  return (
    <>
      {disk.length > 0 && <DiskChanges changes={disk} partitionLabel={partitionLabel} />}
      {files.map((file, index) => (
        // One file can be changed in several steps, before and after it was renamed
        <FileChangeView
          key={`${index}:${file.partition}${file.path}`}
          file={file}
          partitionLabel={partitionLabel}
          compared={index < COMPARED_FILES}
        />
      ))}
    </>
  )
}

function DiskChanges({
  changes,
  partitionLabel,
}: {
  readonly changes: readonly DiskChange[]
  readonly partitionLabel: (partition: number) => string
}) {
  return (
    <section className="card" aria-label="Changes of the disk">
      <header className={styles.header}>
        <h2>Disk</h2>
      </header>
      <table className={styles.disk}>
        <tbody>
          {changes.map((change) => (
            <tr key={`${change.partition}${change.what}`}>
              <th scope="row">
                {change.partition === null ? '' : `${visibleText(partitionLabel(change.partition))}: `}
                {change.what}
              </th>
              <td className={`selectable ${styles.removed}`}>{visibleText(change.before)}</td>
              <td className={`selectable ${styles.added}`}>{visibleText(change.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface FileChangeViewProps {
  readonly file: FileChange
  readonly partitionLabel: (partition: number) => string
  readonly compared: boolean
}

function FileChangeView({ file, partitionLabel, compared }: FileChangeViewProps) {
  const hasText = file.before !== null || file.after !== null
  const facts = [file.detail, hasText ? '' : sizes(file)].filter((fact) => fact !== '')
  return (
    <section className="card" aria-label={`Changes in ${visibleText(file.path)}`}>
      <header className={styles.header}>
        <h2 className={`mono selectable ${styles.path}`}>
          <span className="faint">{visibleText(partitionLabel(file.partition))}: </span>
          {file.from !== null && <span className="dim">{visibleText(file.from)} → </span>}
          {visibleText(file.path)}
        </h2>
        <span className={styles.facts}>
          {file.change !== 'rewritten' && <Badge tone={file.change === 'removed' ? 'red' : 'accent'}>{WORDS[file.change]}</Badge>}
          <span className="dim">{count(file.edits.length, 'edit')}</span>
        </span>
      </header>
      {facts.length > 0 && <p className={`dim selectable ${styles.detail}`}>{facts.map(visibleText).join(', ')}</p>}
      {hasText && compared && (
        <Suspense
          fallback={
            <div className={styles.pending}>
              <SkeletonRows rows={5} height={14} gap={8} />
            </div>
          }
        >
          <FileDiff before={file.before ?? ''} after={file.after ?? ''} />
        </Suspense>
      )}
    </section>
  )
}

/** What can be told of content that is no text, or too much of it. */
function sizes({ beforeBytes, afterBytes }: FileChange): string {
  if (beforeBytes === null && afterBytes === null) return ''
  if (beforeBytes === null) return `${formatBytes(afterBytes ?? 0)}, not shown as text`
  if (afterBytes === null) return `${formatBytes(beforeBytes)}, not shown as text`
  return `${formatBytes(beforeBytes)} before, ${formatBytes(afterBytes)} after, not shown as text`
}
