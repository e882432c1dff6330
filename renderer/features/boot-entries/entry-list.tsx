import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import type { BootEntry } from '#shared/boot/boot-entry'
import { useEditStore } from '../edits/edit-store.js'
import { FoldedEntry, OpenEntry } from './entry-card.js'
import styles from './entry-list.module.css'
import { entryKey, entryRows, matchingRows } from './entry-rows.js'
import type { BootView } from './use-boot.js'
import type { Scope } from './use-entry-line.js'

/** From here on one looks for an entry rather than seeing it. */
const MANY = 8

interface EntryListProps {
  readonly view: BootView
  readonly partitionLabel: (partition: number) => string
}

/** The boot menu: the entry that is looked at open, all others in two lines each. */
export function EntryList({ view, partitionLabel }: EntryListProps) {
  const { path } = view
  // The entry that is open stays open when another one becomes the default
  const [selected, setSelected] = useState(() => view.after.entries.find(({ isDefault }) => isDefault)?.id ?? null)
  const [folded, setFolded] = useState(false)
  const [scope, setScope] = useState<Scope>('one')
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search)
  const before = view.before.entries
  const after = view.after.entries
  const rows = useMemo(() => entryRows(before, after), [before, after])
  const matching = useMemo(() => new Set(matchingRows(rows, wanted)), [rows, wanted])
  const there = rows.filter((row) => row.state !== 'removed')
  const current =
    there.find((row) => selected !== null && entryKey(row.entry.id) === entryKey(selected)) ??
    there.find((row) => row.entry.isDefault) ??
    there[0]
  const editable = there.filter((row) => row.entry.problem === null).length
  const open = useCallback((id: string) => {
    setSelected(id)
    setFolded(false)
  }, [])
  const putBack = useCallback((entry: BootEntry) => takeRemoveOut(path, entry), [path])

  return (
    <>
      {(rows.length > MANY || editable > 1) && (
        <div className={styles.tools}>
          {rows.length > MANY && (
            <TextInput
              className={styles.search ?? ''}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              leftSection={<Search size={15} aria-hidden />}
              placeholder={`Search ${rows.length} entries`}
              aria-label="Search boot entries"
              onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
            />
          )}
          {editable > 1 && <ScopeSwitch amount={editable} scope={scope} onScope={setScope} />}
        </div>
      )}
      {matching.size === 0 && (
        <div className={`card ${styles.none}`}>
          <p>No entry holds all of these words.</p>
          <Button size="xs" onClick={() => setSearch('')}>
            Show all entries
          </Button>
        </div>
      )}
      {rows.map((row) =>
        !matching.has(row) ? null : row === current && !folded ? (
          <OpenEntry
            key={entryKey(row.entry.id)}
            view={view}
            row={row}
            rows={rows}
            scope={editable > 1 ? scope : 'one'}
            partitionLabel={partitionLabel(row.entry.partition)}
            single={rows.length === 1}
            onToggle={() => setFolded(true)}
          />
        ) : (
          <FoldedEntry
            key={`${row.state === 'removed' ? 'removed ' : ''}${entryKey(row.entry.id)}`}
            row={row}
            partitionLabel={partitionLabel(row.entry.partition)}
            open={open}
            onPutBack={putBack}
          />
        ),
      )}
    </>
  )
}

/** An entry is back when the edit that removes it is out of the list; the last one, if several ever named it so. */
function takeRemoveOut(path: string, entry: BootEntry): void {
  const { byPath, remove } = useEditStore.getState()
  const edits = byPath[path]?.present ?? []
  const named = edits.findLastIndex((edit) => edit.kind === 'entry-remove' && entryKey(edit.entry) === entryKey(entry.id))
  const at = named < 0 ? edits.findLastIndex((edit) => edit.kind === 'entry-remove') : named
  if (at >= 0) remove(path, at)
}

interface ScopeSwitchProps {
  readonly amount: number
  readonly scope: Scope
  readonly onScope: (scope: Scope) => void
}

function ScopeSwitch({ amount, scope, onScope }: ScopeSwitchProps) {
  return (
    <div className={styles.scope}>
      <span className="dim">Changes apply to</span>
      <SegmentedControl
        size="xs"
        aria-label="Changes apply to"
        value={scope}
        onChange={(value) => onScope(value === 'all' ? 'all' : 'one')}
        data={[
          { value: 'one', label: 'This entry' },
          { value: 'all', label: amount === 2 ? 'Both entries' : `All ${amount} entries` },
        ]}
      />
    </div>
  )
}
