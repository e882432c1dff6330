import { Plus, RotateCcw, X } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import styles from './arg-chip.module.css'
import { elideMiddle, visibleText } from './visible-text.js'

export type ArgState = 'kept' | 'added' | 'removed'

interface ArgChipProps {
  readonly arg: string
  readonly state: ArgState
  readonly explanation?: string | undefined
  readonly onEdit?: (() => void) | undefined
  readonly onRemove?: (() => void) | undefined
  /** Puts a removed argument back. */
  readonly onRestore?: (() => void) | undefined
}

const STATE_WORDS: Readonly<Record<ArgState, string>> = { kept: '', added: ', added', removed: ', removed' }
const LONGEST = 68

/** One kernel argument. What leaves is red and struck, what arrives is green with a plus: the same everywhere. */
export function ArgChip({ arg, state, explanation, onEdit, onRemove, onRestore }: ArgChipProps) {
  const visible = visibleText(arg)
  const shown = elideMiddle(visible, LONGEST)
  const title = [shown === visible ? null : visible, explanation ?? null].filter((line) => line !== null).join('\n\n')
  const name = `${visible}${STATE_WORDS[state]}`

  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === 'Delete' || event.key === 'Backspace') && onRemove !== undefined) {
      event.preventDefault()
      onRemove()
    }
  }

  const words = (
    <>
      {state === 'added' && <Plus size={12} aria-hidden />}
      {state === 'removed' ? <del>{shown}</del> : <bdi>{shown}</bdi>}
    </>
  )

  return (
    <span className={styles.chip} data-state={state}>
      {onEdit === undefined ? (
        <span className={styles.text} title={title || undefined}>
          {words}
          {state !== 'kept' && <span className={styles.hidden}>{STATE_WORDS[state]}</span>}
        </span>
      ) : (
        <button type="button" className={styles.text} title={title || undefined} onClick={onEdit} onKeyDown={onKeyDown}>
          {/* The whole argument for those who listen, what fits for those who look. */}
          <span className={styles.hidden}>{`${name}. Edit`}</span>
          <span className={styles.shown} aria-hidden>
            {words}
          </span>
        </button>
      )}
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
