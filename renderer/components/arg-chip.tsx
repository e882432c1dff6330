import { Tooltip } from '@mantine/core'
import { ArrowLeftRight, CircleAlert, Link2, Plus, RotateCcw, X } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import styles from './arg-chip.module.css'
import { elideMiddle, visibleText } from './visible-text.js'

export type ArgState = 'kept' | 'added' | 'removed' | 'moved'

interface ArgChipProps {
  readonly arg: string
  readonly state: ArgState
  /** What it is, for who points at it or goes to it by keyboard. */
  readonly help?: ReactNode
  /** `shared`: it stands in a place that others use too. `problem`: something is odd about it; the help or the words below say what. */
  readonly mark?: 'shared' | 'problem' | undefined
  readonly onEdit?: (() => void) | undefined
  readonly onRemove?: (() => void) | undefined
  /** Puts it one place to the front (-1) or to the back (1). */
  readonly onMove?: ((step: -1 | 1) => void) | undefined
  /** Puts a removed argument back. */
  readonly onRestore?: (() => void) | undefined
}

const STATE_WORDS: Readonly<Record<ArgState, string>> = { kept: '', added: ', added', removed: ', removed', moved: ', moved' }
const LONGEST = 68

const STEPS: Readonly<Record<string, -1 | 1>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** One kernel argument. What leaves is red and struck, what arrives is green with a plus: the same everywhere. */
export function ArgChip({ arg, state, help, mark, onEdit, onRemove, onMove, onRestore }: ArgChipProps) {
  const visible = visibleText(arg)
  const shown = elideMiddle(visible, LONGEST)
  const name = `${visible}${STATE_WORDS[state]}`

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.altKey ? STEPS[event.key] : undefined
    if (step !== undefined && onMove !== undefined) {
      event.preventDefault()
      onMove(step)
    }
    if ((event.key === 'Delete' || event.key === 'Backspace') && onRemove !== undefined) {
      event.preventDefault()
      onRemove()
    }
  }

  const words = (
    <>
      {state === 'added' && <Plus size={12} aria-hidden />}
      {state === 'moved' && <ArrowLeftRight size={12} aria-hidden />}
      {state === 'removed' ? <del>{shown}</del> : <bdi>{shown}</bdi>}
      {mark === 'shared' && <Link2 size={12} className={styles.mark} aria-hidden />}
      {mark === 'problem' && <CircleAlert size={12} className={styles.problem} aria-hidden />}
    </>
  )
  const label = help ?? (shown === visible ? undefined : visible)

  return (
    <span className={styles.chip} data-state={state}>
      <Tooltip label={label} disabled={label === undefined} position="bottom-start" classNames={{ tooltip: styles.help }}>
        {onEdit === undefined ? (
          <span className={styles.text}>
            {words}
            {state !== 'kept' && <span className={styles.hidden}>{STATE_WORDS[state]}</span>}
          </span>
        ) : (
          <button
            type="button"
            className={styles.text}
            onClick={onEdit}
            onKeyDown={onKeyDown}
            aria-keyshortcuts={onMove === undefined ? undefined : 'Alt+ArrowLeft Alt+ArrowRight Delete'}
          >
            {/* The whole argument for those who listen, what fits for those who look. */}
            <span className={styles.hidden}>{`${name}. Edit`}</span>
            <span className={styles.shown} aria-hidden>
              {words}
            </span>
          </button>
        )}
      </Tooltip>
      {onRemove !== undefined && (
        <button type="button" className={styles.act} aria-label={`Remove ${visible}`} title="Remove" onClick={onRemove}>
          <X size={12} aria-hidden />
        </button>
      )}
      {onRestore !== undefined && (
        <button type="button" className={styles.act} aria-label={`Put ${visible} back`} title="Put back" onClick={onRestore}>
          <RotateCcw size={12} aria-hidden />
        </button>
      )}
    </span>
  )
}
