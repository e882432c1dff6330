import { Button } from '@mantine/core'
import { ChevronRight, Undo2 } from 'lucide-react'
import type { BootEntry } from '#shared/boot/boot-entry'
import { Badge } from '../../components/badge.js'
import { count, splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { Note } from '../../components/note.js'
import { PathText } from '../../components/path-text.js'
import { visibleText } from '../../components/visible-text.js'
import { AddArgument } from './add-argument.js'
import { ArgList } from './arg-list.js'
import styles from './entry-card.module.css'

interface EntryCardProps {
  readonly entry: BootEntry
  readonly partitionLabel: string
  readonly after: readonly string[]
  readonly changes: number
  readonly open: boolean
  readonly single: boolean
  readonly onOpen: () => void
  readonly onReplace: (at: number, by: string[]) => void
  readonly onRestore: (at: number, arg: string) => void
  readonly onAdd: (args: string[]) => void
  readonly onUndoAll: () => void
}

/** One boot entry: what it is, where it stands, its kernel arguments. */
export function EntryCard({
  entry,
  partitionLabel,
  after,
  changes,
  open,
  single,
  onOpen,
  onReplace,
  onRestore,
  onAdd,
  onUndoAll,
}: EntryCardProps) {
  const readOnly = entry.problem !== null
  const titleText = entry.title || entry.path
  return (
    <article className={`card ${styles.card}`} aria-label={`Boot entry ${visibleText(titleText)}`}>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          {single ? (
            <h2 className={styles.title}>
              <GuestText text={titleText} />
            </h2>
          ) : (
            <h2 className={styles.title}>
              <button type="button" className={styles.toggle} aria-expanded={open} onClick={onOpen}>
                <ChevronRight size={15} className={styles.chevron} aria-hidden />
                <GuestText text={titleText} />
              </button>
            </h2>
          )}
          {entry.isDefault && (
            <Badge tone="accent">{entry.defaultReason === null ? 'default' : `default: ${visibleText(entry.defaultReason)}`}</Badge>
          )}
          <Badge title="Boot loader specification, type 1">BLS</Badge>
        </div>
        <span className={styles.path} title={entry.realPath === entry.path ? undefined : `Written as ${visibleText(entry.realPath)}`}>
          <span className="faint">{visibleText(partitionLabel)}:&nbsp;</span>
          <PathText path={entry.path} />
        </span>
      </header>
      <div className={styles.facts}>
        <span className="dim">
          {count(after.length, 'argument')}
          {changes > 0 && `, ${count(changes, 'staged change')}`}
        </span>
        {entry.linux !== null && (
          <span className={`mono selectable ${styles.kernel}`} title={visibleText(entry.linux)}>
            <GuestText text={splitPath(entry.linux).name} limit={56} />
          </span>
        )}
        {changes > 0 && (
          <Button
            size="xs"
            variant="subtle"
            className={styles.undo ?? ''}
            leftSection={<Undo2 size={14} aria-hidden />}
            onClick={onUndoAll}
          >
            Undo all here
          </Button>
        )}
      </div>
      {open && (
        <div className={styles.body}>
          {entry.problem !== null && (
            <Note tone="amber" title="This entry cannot be edited">
              <p>{visibleText(entry.problem)}</p>
            </Note>
          )}
          <ArgList before={entry.args} after={after} readOnly={readOnly} onReplace={onReplace} onRestore={onRestore} />
          {!readOnly && <AddArgument onAdd={onAdd} />}
        </div>
      )}
    </article>
  )
}
