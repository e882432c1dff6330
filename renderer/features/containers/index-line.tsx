import { CircleCheck, CirclePause, TriangleAlert } from 'lucide-react'
import type { ContainerIndex } from '#shared/containers/container-report'
import { formatBytes } from '#shared/text/bytes'
import { count, formatPercent } from '../../components/format.js'
import { Meter } from '../../components/meter.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './index-line.module.css'

/** How far an image was read, in bytes that really came. */
export function IndexLine({ index }: { readonly index: ContainerIndex }) {
  const { state, readBytes, totalBytes, entries, notes } = index
  const fraction = totalBytes > 0 ? Math.min(1, readBytes / totalBytes) : null
  // Of what podman gives out nobody knows beforehand how much it is.
  const bytes = totalBytes === 0 ? '' : `${formatBytes(readBytes)} of ${formatBytes(totalBytes)} · `
  return (
    <div className={styles.line}>
      <p className={styles.words} role="status">
        {state === 'reading' && (
          <span>
            Looking into it<span aria-hidden>{fraction === null ? '' : `: ${formatPercent(fraction)}`}</span>
          </span>
        )}
        {state === 'done' && (
          <span className={styles.done}>
            <CircleCheck size={14} aria-hidden /> Looked through
          </span>
        )}
        {state === 'stopped' && (
          <span className={styles.stopped}>
            <CirclePause size={14} aria-hidden /> Not read further
          </span>
        )}
        {state === 'failed' && (
          <span className={styles.failed}>
            <TriangleAlert size={14} aria-hidden /> Not read to its end
          </span>
        )}
        <span className="dim" aria-hidden={state === 'reading' || undefined}>
          {bytes}
          {count(entries, 'entry', 'entries')}
        </span>
      </p>
      {state === 'reading' && <Meter value={fraction} label="Read of the container image" />}
      {notes.map((note) => (
        <p key={note} className="dim">
          {visibleText(note)}
        </p>
      ))}
    </div>
  )
}
