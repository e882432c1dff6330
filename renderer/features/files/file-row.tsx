import { File, FileQuestion, FileSymlink, Folder, FolderSymlink } from 'lucide-react'
import { memo } from 'react'
import type { GuestRow, RowFacts, RowState } from '#shared/images/guest-listing'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { Badge, type Tone } from '../../components/badge.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import { modeText, octal, timeText } from './file-mode.js'
import styles from './file-grid.module.css'

const ICONS = { file: File, folder: Folder, link: FileSymlink, other: FileQuestion } as const

export const STATE_WORDS: Readonly<Record<Exclude<RowState, 'same'>, { readonly word: string; readonly tone: Tone }>> = {
  new: { word: 'new', tone: 'green' },
  changed: { word: 'changed', tone: 'accent' },
  renamed: { word: 'renamed', tone: 'accent' },
  attributes: { word: 'mode or owner', tone: 'accent' },
  removed: { word: 'removed', tone: 'red' },
}

const MOUNTED_BY = { fstab: 'by its fstab', guessed: 'by its type or name', ostree: 'by OSTree' } as const

interface FileRowProps {
  readonly id: string
  readonly row: GuestRow
  readonly facts: RowFacts | undefined
  readonly index: number
  /** Pixels from the top of the list. */
  readonly top: number
  readonly isActive: boolean
  readonly isSelected: boolean
}

/** One name of a folder: what it is, what staged edits make of it, and what the file system tells of it. Events are the list's. */
export const FileRow = memo(function FileRow({ id, row, facts, index, top, isActive, isSelected }: FileRowProps) {
  const Icon = facts?.leadsTo === 'folder' ? FolderSymlink : ICONS[row.kind]
  const size = row.kind === 'file' ? (row.sizeBytes ?? facts?.sizeBytes ?? null) : null
  const { mode = null, uid = null, gid = null, mtime = null, linkTarget = null } = facts ?? {}
  const state = row.state === 'same' ? null : STATE_WORDS[row.state]
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      data-active={isActive || undefined}
      data-selected={isSelected || undefined}
      data-state={row.state}
      data-index={index}
      draggable={row.state !== 'removed'}
    >
      <span role="gridcell" className={styles.name}>
        <Icon size={15} className={styles.icon} data-kind={row.kind} aria-label={row.kind === 'other' ? 'special file' : row.kind} />
        <GuestText text={row.name} className={styles.nameText ?? ''} />
        {linkTarget !== null && <span className={styles.target}>→ {visibleText(linkTarget)}</span>}
        {facts?.leadsTo === 'nothing' && <Badge tone="amber">broken link</Badge>}
        {row.mount !== undefined && (
          <Badge title={`The system mounts it here, ${MOUNTED_BY[row.mount.source]}`}>
            {row.mount.partition === 0 ? 'whole disk' : `partition ${row.mount.partition}`}
          </Badge>
        )}
        {state !== null && (
          <Badge tone={state.tone} {...(row.from === undefined ? {} : { title: `It was ${visibleText(row.from)}` })}>
            {state.word}
          </Badge>
        )}
      </span>
      <span role="gridcell" className={styles.number} title={size === null ? undefined : formatExactBytes(size)}>
        {size === null ? '' : formatBytes(size)}
      </span>
      <span role="gridcell" className={styles.mode} title={mode === null ? undefined : octal(mode)}>
        {mode === null ? '' : modeText(mode, row.kind)}
      </span>
      <span role="gridcell" className={styles.owner}>
        {uid === null ? '' : `${uid}:${gid ?? ''}`}
      </span>
      <span role="gridcell" className={styles.time}>
        {mtime === null ? '' : timeText(mtime)}
      </span>
    </div>
  )
})
