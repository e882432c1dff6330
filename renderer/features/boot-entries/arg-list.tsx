import { type DragEvent, useEffect, useRef, useState } from 'react'
import type { ArgSource } from '#shared/boot/boot-entry'
import { ArgChip } from '../../components/arg-chip.js'
import { ArgEditor } from './arg-editor.js'
import { ArgHelp } from './arg-help.js'
import { type ArgRow, groupedRows, placeNow } from './arg-rows.js'
import styles from './arg-list.module.css'

interface ArgListProps {
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly readOnly: boolean
  /** Where what stands at `at` comes from; null for the entry's own line. */
  readonly originAt: (at: number) => { readonly source: ArgSource; readonly users: number } | null
  /** Places of arguments that something is odd about. */
  readonly odd: ReadonlySet<number>
  /** Replaces what stands at `at` of the list as it will be; none removes it. */
  readonly onReplace: (at: number, by: string[]) => void
  readonly onRestore: (at: number, arg: string) => void
  readonly onMove: (from: number, to: number) => void
}

/** Kernel arguments by purpose, as chips that can be edited in their place and put in another order. */
export function ArgList({ before, after, readOnly, originAt, odd, onReplace, onRestore, onMove }: ArgListProps) {
  const [editing, setEditing] = useState<{ readonly at: number; readonly arg: string } | null>(null)
  const edited = editing === null ? null : placeNow(after, editing)
  const [dragged, setDragged] = useState<number | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const [said, setSaid] = useState('')
  const list = useRef<HTMLDivElement>(null)
  const focusNext = useRef<number | null>(null)

  // The chip or box that had the focus is gone after a change by key: what stands in its place takes it over.
  useEffect(() => {
    if (focusNext.current === null) return
    const place = `[data-at="${focusNext.current}"]`
    const chips = list.current
    const target =
      chips?.querySelector<HTMLElement>(`${place}:not([data-removed]) button`) ?? chips?.querySelector<HTMLElement>(`${place} button`)
    target?.focus()
    focusNext.current = null
  })

  const remove = (at: number) => {
    focusNext.current = at
    onReplace(at, [])
  }
  const restore = (at: number, arg: string) => {
    focusNext.current = at
    onRestore(at, arg)
  }
  const move = (row: ArgRow, to: number) => {
    focusNext.current = to
    setSaid(`${row.arg}: place ${to + 1} of ${after.length}`)
    onMove(row.at, to)
  }

  const chip = (row: ArgRow, rows: readonly ArgRow[]) => {
    const origin = row.state === 'removed' ? null : originAt(row.at)
    const help = (
      <ArgHelp arg={row.arg} origin={origin?.source ?? null} users={origin?.users ?? 1} isPrimaryConsole={row.isPrimaryConsole} />
    )
    if (row.state === 'removed') {
      return <ArgChip arg={row.arg} state="removed" help={help} onRestore={readOnly ? undefined : () => restore(row.at, row.arg)} />
    }
    if (row.at === edited) {
      const close = (byKey: boolean) => {
        setEditing(null)
        if (byKey) focusNext.current = row.at
      }
      const apply = (by: string[], byKey: boolean) => {
        close(byKey)
        onReplace(row.at, by)
      }
      return <ArgEditor arg={row.arg} onApply={apply} onCancel={close} />
    }
    const neighbours = rows.filter((one) => one.state !== 'removed')
    const step = (by: -1 | 1) => {
      const next = neighbours[neighbours.indexOf(row) + by]
      if (next !== undefined) move(row, next.at)
    }
    return (
      <ArgChip
        arg={row.arg}
        state={row.state}
        help={help}
        mark={odd.has(row.at) ? 'problem' : origin === null ? undefined : 'shared'}
        onEdit={readOnly ? undefined : () => setEditing({ at: row.at, arg: row.arg })}
        onRemove={readOnly ? undefined : () => remove(row.at)}
        onMove={readOnly ? undefined : step}
      />
    )
  }

  const dragOf = (row: ArgRow) => ({
    draggable: !readOnly && row.state !== 'removed' && edited === null,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.setData('text/plain', row.arg)
      event.dataTransfer.effectAllowed = 'move'
      setDragged(row.at)
    },
    onDragOver: (event: DragEvent) => {
      if (dragged === null) return
      // The window's own handler refuses what is no file.
      event.preventDefault()
      event.stopPropagation()
      event.nativeEvent.stopPropagation()
      event.dataTransfer.dropEffect = 'move'
      setOver(row.at)
    },
    onDrop: () => {
      if (dragged !== null && dragged !== row.at) onMove(dragged, row.at)
    },
    onDragEnd: () => {
      setDragged(null)
      setOver(null)
    },
  })

  return (
    <div ref={list} className={styles.groups}>
      {groupedRows(before, after).map(({ group, rows }) => (
        <section key={group} className={styles.group} aria-label={`${group} arguments`}>
          <p className={styles.name}>{group}</p>
          <ul className={styles.chips}>
            {rows.map((row, index) => (
              <li
                // A chip keeps the focus while what stands in its place changes; what is typed stays with its argument
                key={row.state === 'removed' ? `removed ${index} ${row.arg}` : row.at === edited ? 'edited' : row.at}
                data-at={row.at}
                data-removed={row.state === 'removed' || undefined}
                data-dragged={(dragged !== null && dragged === row.at && row.state !== 'removed') || undefined}
                data-over={
                  (dragged !== null && over === row.at && dragged !== row.at && (dragged < row.at ? 'after' : 'before')) || undefined
                }
                className={styles.item}
                {...dragOf(row)}
              >
                {chip(row, rows)}
                {row.isPrimaryConsole && <span className={styles.console}>becomes /dev/console</span>}
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p className={styles.said} role="status">
        {said}
      </p>
    </div>
  )
}
