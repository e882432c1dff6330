import { useVirtualizer } from '@tanstack/react-virtual'
import { type DragEvent, type KeyboardEvent, type MouseEvent, useEffect, useId, useRef } from 'react'
import type { GuestRow, RowFacts } from '#shared/images/guest-listing'
import { visibleText } from '../../components/visible-text.js'
import styles from './file-grid.module.css'
import { FileRow } from './file-row.js'
import { findTyped } from './guest-folder.js'
import type { Selection } from './use-selection.js'

const ROW_HEIGHT = 30
const TYPING_MS = 800

export interface GridActions {
  open(row: GuestRow): void
  up(): void
  rename(row: GuestRow): void
  remove(rows: readonly GuestRow[]): void
  menu(at: { readonly x: number; readonly y: number }): void
  drag(rows: readonly GuestRow[]): void
  search(): void
}

interface FileGridProps {
  readonly folder: string
  readonly rows: readonly GuestRow[]
  readonly factsOf: (name: string) => RowFacts | undefined
  readonly selection: Selection
  readonly actions: GridActions
  /** It was entered from a list before, whose row had the focus. */
  readonly takesFocus: boolean
  /** False where nobody tells when files were changed. */
  readonly hasTimes?: boolean
  /** Called with the rows that are on the screen. */
  readonly onVisible: (first: number, last: number) => void
}

/**
 * The names of a folder, however many. Arrows, Home, End and the page keys walk, with Shift they select; Enter opens, Backspace goes
 * up, F2 renames, Delete removes, typing goes to a name.
 */
export function FileGrid({ folder, rows, factsOf, selection, actions, takesFocus, hasTimes = true, onVisible }: FileGridProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const typed = useRef({ text: '', at: 0 })
  // oxlint-disable-next-line react/incompatible-library -- the compiler leaves this component as it is, which is what the library needs
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    getItemKey: (index) => rows[index]?.name ?? index,
  })
  const activeIndex = rows.findIndex((row) => row.name === selection.active)
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]

  useEffect(() => onVisible(first, last), [first, last, onVisible])
  useEffect(() => {
    if (takesFocus) scroller.current?.focus({ preventScroll: true })
  }, [takesFocus])
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: 'auto' })
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only when another row becomes the active one: scrolling by hand stays where it is
  }, [activeIndex])

  const go = (index: number, extend: boolean) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (row === undefined) return
    if (extend) selection.extend(row.name)
    else selection.only(row.name)
  }
  const chosen = (): GuestRow[] => rows.filter((row) => selection.selected.has(row.name))
  const active = rows[activeIndex]
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2)

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
      Home: 0,
      End: rows.length - 1,
    }
    const step = steps[event.key]
    if (step !== undefined && !event.altKey && !event.ctrlKey) go(step, event.shiftKey)
    else if ((event.key === 'Backspace' && !event.ctrlKey) || (event.key === 'ArrowUp' && event.altKey)) actions.up()
    else if (event.key === 'Enter' && active !== undefined) actions.open(active)
    else if (event.key === 'F2' && active !== undefined) actions.rename(active)
    else if (event.key === 'Delete') actions.remove(chosen())
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenu()
    else if (event.key.toLowerCase() === 'a' && event.ctrlKey) selection.all()
    else if (event.key.toLowerCase() === 'f' && event.ctrlKey) actions.search()
    else if (!typeAhead(event)) return
    event.preventDefault()
  }

  /** True when the key was for the list. */
  const typeAhead = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return false
    const now = performance.now()
    const goesOn = now - typed.current.at < TYPING_MS && typed.current.text !== ''
    if (event.key === ' ' && !goesOn) {
      if (active !== undefined) selection.toggle(active.name)
      return true
    }
    const text = goesOn ? typed.current.text + event.key : event.key
    typed.current = { text, at: now }
    const found = findTyped(rows, text, goesOn ? Math.max(0, activeIndex) : activeIndex + 1)
    if (found >= 0) go(found, false)
    return true
  }

  /** Not before the key is done with: a menu that is open by then takes it for one that closes it. */
  const openMenu = () => {
    const place = menuPlace()
    requestAnimationFrame(() => actions.menu(place))
  }
  const menuPlace = () => {
    const element = document.querySelector(`[id="${id}${activeIndex}"]`) ?? scroller.current
    const box = element?.getBoundingClientRect()
    return { x: (box?.left ?? 0) + 40, y: (box?.bottom ?? 0) - 4 }
  }

  /** The row below the pointer; one listener serves all rows, so that scrolling draws only those that are new. */
  const rowOf = (event: MouseEvent): GuestRow | undefined => {
    const index = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index
    return index === undefined ? undefined : rows[Number(index)]
  }
  const onClick = (event: MouseEvent) => {
    const row = rowOf(event)
    if (row === undefined) return
    if (event.shiftKey) selection.extend(row.name)
    else if (event.ctrlKey || event.metaKey) selection.toggle(row.name)
    else selection.only(row.name)
  }
  const onDoubleClick = (event: MouseEvent) => {
    const row = rowOf(event)
    if (row !== undefined) actions.open(row)
  }
  const onContextMenu = (event: MouseEvent) => {
    const row = rowOf(event)
    event.preventDefault()
    if (row !== undefined && !selection.selected.has(row.name)) selection.only(row.name)
    actions.menu({ x: event.clientX, y: event.clientY })
  }
  const onDragStart = (event: DragEvent) => {
    const row = rowOf(event)
    // The drag goes on as one of files, which only the main process can begin
    event.preventDefault()
    if (row !== undefined) actions.drag(selection.selected.has(row.name) ? chosen() : [row])
  }

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={`Content of ${visibleText(folder)}`}
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      aria-activedescendant={activeIndex >= 0 ? `${id}${activeIndex}` : undefined}
      tabIndex={0}
      data-file-list
      data-no-times={!hasTimes || undefined}
      className={styles.grid}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onContextMenu={onContextMenu}
      onDragStart={onDragStart}
    >
      <div role="row" aria-rowindex={1} className={styles.head}>
        <span role="columnheader">Name</span>
        <span role="columnheader" className={styles.number}>
          Size
        </span>
        <span role="columnheader" className={styles.mode}>
          Mode
        </span>
        <span role="columnheader" className={styles.owner}>
          Owner
        </span>
        <span role="columnheader" className={styles.time}>
          Modified
        </span>
      </div>
      <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const row = rows[index]
          return (
            row !== undefined && (
              <FileRow
                key={key}
                id={`${id}${index}`}
                row={row}
                facts={factsOf(row.name)}
                index={index}
                top={start}
                isActive={index === activeIndex}
                isSelected={selection.selected.has(row.name)}
              />
            )
          )
        })}
      </div>
    </div>
  )
}
