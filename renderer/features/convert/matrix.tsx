import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef, useState } from 'react'
import { splitPlace, step, type MatrixPlace } from './matrix-moves.js'
import styles from './matrix.module.css'

export interface MatrixRow {
  readonly key: string
  readonly head: ReactNode
  /** One for each column. */
  readonly cells: readonly MatrixCell[]
}

export interface MatrixColumn {
  readonly key: string
  readonly name: string
  readonly hint: string
}

export interface MatrixCell {
  /** What a screen reader says: row, column, state. */
  readonly name: string
  readonly content: ReactNode
  readonly faded?: boolean
}

interface MatrixProps {
  readonly label: string
  readonly rows: readonly MatrixRow[]
  readonly columns: readonly MatrixColumn[]
  readonly selected: MatrixPlace | null
  readonly onSelect: (place: MatrixPlace) => void
  /** Space, or the box in a cell. */
  readonly onToggle?: (place: MatrixPlace) => void
  /** Stands where the columns would, while there are none. */
  readonly empty?: ReactNode
}

const HEAD_WIDTH = 264
const CELL_WIDTH = 154

/** Images down, targets across. One cell takes the focus; arrows go on from it, Enter selects, Space is `onToggle`. */
export function Matrix({ label, rows, columns, selected, onSelect, onToggle, empty }: MatrixProps) {
  const [at, setAt] = useState<MatrixPlace>({ row: 0, column: 0 })
  const table = useRef<HTMLDivElement>(null)
  const focus = { row: Math.min(at.row, rows.length - 1), column: Math.min(at.column, columns.length - 1) }

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const place = event.target instanceof HTMLElement ? splitPlace(event.target.dataset.place) : null
    if (place === null) return
    if (event.key === 'Enter') onSelect(place)
    else if (event.key === ' ') onToggle?.(place)
    else {
      const next = step(place, event.key, event.ctrlKey, rows.length, columns.length)
      if (next === null) return
      setAt(next)
      table.current?.querySelector<HTMLElement>(`[data-place="${next.row} ${next.column}"]`)?.focus()
    }
    event.preventDefault()
  }

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-place]') : null
    const place = splitPlace(cell?.dataset.place)
    if (place !== null) onSelect(place)
  }

  return (
    <div className={styles.scroll}>
      <div
        ref={table}
        role="grid"
        tabIndex={-1}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        className={styles.table}
        style={{
          gridTemplateColumns: `${HEAD_WIDTH}px repeat(${Math.max(1, columns.length)}, minmax(${CELL_WIDTH}px, 1fr))`,
          minWidth: HEAD_WIDTH + columns.length * CELL_WIDTH,
        }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div role="row" className={styles.row}>
          <span role="columnheader" className={`${styles.column} ${styles.first}`}>
            Image
          </span>
          {columns.map(({ key, name, hint }) => (
            <span key={key} role="columnheader" className={styles.column} title={hint}>
              {name}
            </span>
          ))}
          {columns.length === 0 && (
            <span role="columnheader" className={styles.column}>
              Targets
            </span>
          )}
        </div>
        {rows.map(({ key, head, cells }, row) => (
          <div key={key} role="row" className={styles.row}>
            <div role="rowheader" className={`${styles.cell} ${styles.first}`}>
              {head}
            </div>
            {cells.map(({ name, content, faded }, index) => (
              <div
                key={columns[index]?.key}
                role="gridcell"
                className={styles.cell}
                data-place={`${row} ${index}`}
                data-faded={faded || undefined}
                aria-label={name}
                aria-selected={selected?.row === row && selected.column === index}
                tabIndex={focus.row === row && focus.column === index ? 0 : -1}
                onFocus={() => setAt({ row, column: index })}
              >
                {content}
              </div>
            ))}
            {columns.length === 0 && row === 0 && (
              <div role="gridcell" className={`${styles.cell} ${styles.none}`} style={{ gridArea: `2 / 2 / span ${rows.length}` }}>
                {empty}
              </div>
            )}
          </div>
        ))}
      </div>
    </div>
  )
}
