import { CornerUpLeft, File, FileQuestion, FileSymlink, Folder } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { GuestEntry } from '#shared/images/image-info'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { GuestText } from '../../components/guest-text.js'
import styles from './files-tab.module.css'
import { joinFolder, parentFolder, sortEntries } from './guest-folder.js'

const ICONS = { file: File, folder: Folder, link: FileSymlink, other: FileQuestion } as const
const KINDS = { file: 'file', folder: 'folder', link: 'link', other: 'special file' } as const

interface FileListProps {
  readonly entries: readonly GuestEntry[]
  readonly folder: string
  readonly onFolder: (folder: string) => void
  /** The list was entered from a list before: the row that had the focus is gone, so this one takes it. */
  readonly takesFocus: boolean
}

/** Arrow keys, Home and End walk; Enter goes into a folder; Backspace goes up. */
export function FileList({ entries, folder, onFolder, takesFocus }: FileListProps) {
  const list = useRef<HTMLUListElement>(null)
  const up = folder === '/' ? null : parentFolder(folder)

  useEffect(() => {
    if (takesFocus) list.current?.querySelector<HTMLElement>('[data-row]')?.focus({ preventScroll: true })
  }, [takesFocus])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Backspace' && up !== null) {
      event.preventDefault()
      onFolder(up)
      return
    }
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const at = rows.indexOf(document.activeElement as HTMLElement)
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
    if (target === undefined) return
    event.preventDefault()
    rows[Math.max(0, Math.min(rows.length - 1, target))]?.focus()
  }

  return (
    // The keys move between the buttons that the list holds
    <ul ref={list} className={styles.list} onKeyDown={onKeyDown} aria-label={`Content of ${folder}`}>
      {up !== null && (
        <li>
          <button type="button" data-row className={styles.row} onClick={() => onFolder(up)}>
            <CornerUpLeft size={15} className={styles.icon} aria-hidden />
            <span>..</span>
            <span className={styles.size}>up</span>
          </button>
        </li>
      )}
      {sortEntries(entries).map((entry) => {
        const Icon = ICONS[entry.kind]
        const content = (
          <>
            <Icon size={15} className={styles.icon} data-kind={entry.kind} aria-hidden />
            <GuestText text={entry.name} className={styles.fileName ?? ''} />
            <span className={styles.size} title={entry.sizeBytes === null ? undefined : formatExactBytes(entry.sizeBytes)}>
              {entry.kind === 'file' && entry.sizeBytes !== null ? formatBytes(entry.sizeBytes) : KINDS[entry.kind]}
            </span>
          </>
        )
        return (
          <li key={entry.name}>
            {entry.kind === 'folder' ? (
              <button type="button" data-row className={styles.row} onClick={() => onFolder(joinFolder(folder, entry.name))}>
                {content}
              </button>
            ) : (
              <div data-row className={styles.row} tabIndex={-1}>
                {content}
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}
