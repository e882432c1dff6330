import { Button } from '@mantine/core'
import { ChevronRight, Undo2 } from 'lucide-react'
import { memo } from 'react'
import type { BootEntry } from '#shared/boot/boot-entry'
import { Badge } from '../../components/badge.js'
import { count, splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { PathText } from '../../components/path-text.js'
import { visibleText } from '../../components/visible-text.js'
import { countArgChanges } from './arg-rows.js'
import { EntryBody } from './entry-body.js'
import styles from './entry-card.module.css'
import { EntryMenu } from './entry-menu.js'
import type { EntryRow } from './entry-rows.js'
import type { BootView } from './use-boot.js'
import { type Scope, useEntryLine } from './use-entry-line.js'

const LOADERS: Readonly<Record<BootEntry['loader'], { readonly name: string; readonly title: string }>> = {
  bls: { name: 'BLS', title: 'Boot loader specification, type 1' },
  grub: { name: 'GRUB menu', title: 'An entry of grub.cfg itself' },
  extlinux: { name: 'extlinux', title: 'A label of extlinux.conf' },
  isolinux: { name: 'ISOLINUX', title: 'A label of isolinux.cfg' },
  uki: { name: 'UKI', title: 'Unified kernel image: kernel, initial RAM disk and command line in one EFI program' },
}

interface EntryCardProps {
  readonly view: BootView
  readonly row: EntryRow
  readonly rows: readonly EntryRow[]
  readonly scope: Scope
  readonly partitionLabel: string
  /** The only one there is: nothing to fold. */
  readonly single: boolean
  readonly onToggle: () => void
}

/** One boot entry, open: what it is, where it stands, its kernel arguments. */
export function OpenEntry({ view, row, rows, scope, partitionLabel, single, onToggle }: EntryCardProps) {
  const { entry, before } = row
  const line = useEntryLine(view, entry, scope)
  const changes = countArgChanges(before?.args ?? [], line.args)
  const notes = [...new Set(view.outcomes.flatMap((outcome, at) => (isAbout(view.edits[at], entry) ? outcome.notes : [])))]
  return (
    <article className={`card ${styles.card}`} aria-label={`Boot entry ${visibleText(titleOf(entry))}`}>
      <EntryHead
        row={row}
        open
        single={single}
        partitionLabel={partitionLabel}
        onToggle={onToggle}
        menu={<EntryMenu view={view} row={row} rows={rows} />}
      />
      <div className={styles.facts}>
        <span className="dim">
          {argumentWords(entry, line.args.length)}
          {changes > 0 && (row.state === 'new' ? ', new' : `, ${count(changes, 'staged change')}`)}
        </span>
        <Kernel entry={entry} />
        {line.own.length > 0 && (
          <Button
            size="xs"
            variant="subtle"
            className={styles.undo ?? ''}
            leftSection={<Undo2 size={14} aria-hidden />}
            onClick={line.undoAll}
          >
            Undo all here
          </Button>
        )}
      </div>
      {notes.map((note) => (
        <p key={note} className={styles.note}>
          {visibleText(note)}.
        </p>
      ))}
      <EntryBody view={view} entry={entry} before={before} line={line} scope={scope} />
    </article>
  )
}

function isAbout(edit: BootView['edits'][number] | undefined, entry: BootEntry): boolean {
  if (edit?.kind === 'boot-default') return entry.isDefault || edit.entry === entry.id
  return edit !== undefined && 'entry' in edit && edit.entry === entry.id
}

interface FoldedEntryProps {
  readonly row: EntryRow
  readonly partitionLabel: string
  readonly open: (id: string) => void
  readonly onPutBack: (entry: BootEntry) => void
}

/** One boot entry in two lines. Hundreds of them are drawn only as far as they are in view. */
export const FoldedEntry = memo(
  function FoldedEntry({ row, partitionLabel, open, onPutBack }: FoldedEntryProps) {
    const { entry, before, state } = row
    const changes = state === 'kept' ? countArgChanges(before?.args ?? [], entry.args) : 0
    return (
      <article
        className={`card ${styles.card} ${styles.folded}`}
        data-state={state}
        aria-label={`Boot entry ${visibleText(titleOf(entry))}${state === 'removed' ? ', removed' : ''}`}
      >
        <EntryHead row={row} open={false} single={state === 'removed'} partitionLabel={partitionLabel} onToggle={() => open(entry.id)} />
        <div className={styles.facts}>
          <span className="dim">
            {argumentWords(entry, entry.args.length)}
            {changes > 0 && `, ${count(changes, 'staged change')}`}
          </span>
          <Kernel entry={entry} />
          {state === 'removed' && (
            <Button
              size="xs"
              variant="subtle"
              className={styles.undo ?? ''}
              leftSection={<Undo2 size={14} aria-hidden />}
              onClick={() => onPutBack(entry)}
            >
              Put back
            </Button>
          )}
        </div>
      </article>
    )
  },
  (left, right) => left.partitionLabel === right.partitionLabel && left.onPutBack === right.onPutBack && sameRow(left.row, right.row),
)

/** Every list that is staged brings a new report with equal entries in it. */
function sameRow(left: EntryRow, right: EntryRow): boolean {
  return left.state === right.state && same(left.entry, right.entry) && same(left.before, right.before)
}

function same(left: BootEntry | null, right: BootEntry | null): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

function argumentWords(entry: BootEntry, amount: number): string {
  return amount === 0 && entry.linux === null && entry.efi === null ? 'Starts no kernel' : count(amount, 'argument')
}

function titleOf(entry: BootEntry): string {
  return entry.title || entry.path
}

interface EntryHeadProps {
  readonly row: EntryRow
  readonly open: boolean
  readonly single: boolean
  readonly partitionLabel: string
  readonly onToggle: () => void
  readonly menu?: React.ReactNode
}

function EntryHead({ row, open, single, partitionLabel, onToggle, menu }: EntryHeadProps) {
  const { entry, before, state } = row
  const title = titleOf(entry)
  const renamed = before !== null && titleOf(before) !== title ? titleOf(before) : null
  const loader = LOADERS[entry.loader]
  return (
    <header className={styles.header}>
      <div className={styles.titleRow}>
        <h2 className={styles.title}>
          {single ? (
            state === 'removed' ? (
              <del className={styles.removed}>
                <GuestText text={title} />
              </del>
            ) : (
              <GuestText text={title} />
            )
          ) : (
            <button type="button" className={styles.toggle} aria-expanded={open} onClick={onToggle}>
              <ChevronRight size={15} className={styles.chevron} aria-hidden />
              <GuestText text={title} />
            </button>
          )}
        </h2>
        {entry.isDefault && state !== 'removed' && (
          <Badge tone="accent" title={entry.defaultReason === null ? undefined : `Because of: ${visibleText(entry.defaultReason)}`}>
            {entry.defaultReason === null || entry.defaultReason === '' ? 'default' : `default: ${visibleText(entry.defaultReason)}`}
          </Badge>
        )}
        <Badge title={loader.title}>{loader.name}</Badge>
        {state === 'new' && <Badge tone="green">new</Badge>}
        {state === 'removed' && <Badge tone="red">removed</Badge>}
        {!entry.enabled && <Badge tone="amber">disabled</Badge>}
        {entry.counter !== null && (
          <Badge
            tone={entry.counter.left === 0 ? 'red' : 'amber'}
            title="Boot counting: tries left before the entry counts as bad, and tries made"
          >
            {count(entry.counter.left, 'try', 'tries')} left, {entry.counter.done} made
          </Badge>
        )}
      </div>
      <span className={styles.place} title={entry.realPath === entry.path ? undefined : `Written as ${visibleText(entry.realPath)}`}>
        <span className="faint">{visibleText(partitionLabel)}:&nbsp;</span>
        <PathText path={entry.path} />
      </span>
      {menu !== undefined && <div className={styles.menu}>{menu}</div>}
      {(renamed !== null || entry.submenu.length > 0) && (
        <p className={styles.under}>
          {entry.submenu.length > 0 && `In the submenu ${entry.submenu.map(visibleText).join(' › ')}. `}
          {renamed !== null && (
            <>
              Was called <del>{visibleText(renamed)}</del>
            </>
          )}
        </p>
      )}
    </header>
  )
}

function Kernel({ entry }: { readonly entry: BootEntry }) {
  const program = entry.linux ?? entry.efi
  if (program === null) return null
  return (
    <span className={`mono selectable ${styles.kernel}`} title={visibleText(program)}>
      <GuestText text={splitPath(program).name} limit={56} />
    </span>
  )
}
