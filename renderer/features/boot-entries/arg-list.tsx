import { useEffect, useRef, useState } from 'react'
import { ArgChip } from '../../components/arg-chip.js'
import { ArgEditor } from './arg-editor.js'
import { type ArgRow, groupedRows } from './arg-rows.js'
import styles from './arg-list.module.css'
import { explainArg } from './explain-arg.js'

interface ArgListProps {
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly readOnly: boolean
  /** Replaces what stands at `at` of the list as it will be; none removes it. */
  readonly onReplace: (at: number, by: string[]) => void
  readonly onRestore: (at: number, arg: string) => void
}

/** Kernel arguments by purpose, as chips that can be edited in their place. */
export function ArgList({ before, after, readOnly, onReplace, onRestore }: ArgListProps) {
  const [editing, setEditing] = useState<number | null>(null)
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

  const chip = (row: ArgRow) => {
    if (row.state === 'removed') {
      return (
        <ArgChip
          arg={row.arg}
          state="removed"
          explanation={explainArg(row.arg)}
          onRestore={readOnly ? undefined : () => restore(row.at, row.arg)}
        />
      )
    }
    if (row.at === editing) {
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
    return (
      <ArgChip
        arg={row.arg}
        state={row.state}
        explanation={explainArg(row.arg)}
        onEdit={readOnly ? undefined : () => setEditing(row.at)}
        onRemove={readOnly ? undefined : () => remove(row.at)}
      />
    )
  }

  return (
    <div ref={list} className={styles.groups}>
      {groupedRows(before, after).map(({ group, rows }) => (
        <section key={group} className={styles.group} aria-label={`${group} arguments`}>
          <p className={styles.name}>{group}</p>
          <ul className={styles.chips}>
            {rows.map((row) => (
              <li
                key={`${row.state}${row.at}${row.arg}`}
                data-at={row.at}
                data-removed={row.state === 'removed' || undefined}
                className={styles.item}
              >
                {chip(row)}
                {row.isPrimaryConsole && <span className={styles.console}>becomes /dev/console</span>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
