import { useState } from 'react'
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

  const chip = (row: ArgRow) => {
    if (row.state === 'removed') {
      return <ArgChip arg={row.arg} state="removed" explanation={explainArg(row.arg)} onRestore={readOnly ? undefined : () => onRestore(row.at, row.arg)} />
    }
    if (row.at === editing) {
      const apply = (by: string[]) => {
        setEditing(null)
        onReplace(row.at, by)
      }
      return <ArgEditor arg={row.arg} onApply={apply} onCancel={() => setEditing(null)} />
    }
    return (
      <ArgChip
        arg={row.arg}
        state={row.state}
        explanation={explainArg(row.arg)}
        onEdit={readOnly ? undefined : () => setEditing(row.at)}
        onRemove={readOnly ? undefined : () => onReplace(row.at, [])}
      />
    )
  }

  return (
    <div className={styles.groups}>
      {groupedRows(before, after).map(({ group, rows }) => (
        <section key={group} className={styles.group} aria-label={`${group} arguments`}>
          <p className={styles.name}>{group}</p>
          <ul className={styles.chips}>
            {rows.map((row) => (
              <li key={`${row.state}${row.at}${row.arg}`} className={styles.item}>
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
