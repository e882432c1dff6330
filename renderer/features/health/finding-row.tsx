import { Button } from '@mantine/core'
import { Check, Undo2 } from 'lucide-react'
import { Badge } from '../../components/badge.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './finding-row.module.css'
import type { HealthRow } from './health-rows.js'
import { GROUP_WORDS } from './health-words.js'

export interface FindingRowProps {
  readonly row: HealthRow
  /** False while the report is of before the last change. */
  readonly settled: boolean
  readonly onFix: (row: HealthRow) => void
  readonly onUndo: (row: HealthRow) => void
  readonly onConvert: () => void
}

/** No edit mends it: another file has to be made. */
const MENDED_BY_CONVERTING = 'platform-format'

/** One answer of one check: what it is, what follows, what was seen, and the fix. Titles and texts can hold words of the image. */
export function FindingRow({ row, settled, onFix, onUndo, onConvert }: FindingRowProps) {
  const { finding, state } = row
  const title = visibleText(finding.title)
  return (
    <li>
      <article className={styles.finding} data-severity={finding.severity} data-state={state} aria-label={title}>
        <div className={styles.words}>
          <p className={styles.title}>
            <bdi>{title}</bdi>
            <span className={styles.group}>{GROUP_WORDS[finding.group]}</span>
          </p>
          <p className={styles.text}>{visibleText(finding.text)}</p>
          {finding.evidence.length > 0 && (
            <ul className={styles.evidence} aria-label="Seen">
              {finding.evidence.map((line, index) => (
                // Two facts can read the same
                <li key={index}>
                  <GuestText text={line} />
                </li>
              ))}
            </ul>
          )}
        </div>
        <div className={styles.action}>
          {state === 'open' && finding.fixLabel !== null && (
            <Button size="xs" aria-label={`Stage fix: ${finding.fixLabel}`} onClick={() => onFix(row)}>
              {visibleText(finding.fixLabel)}
            </Button>
          )}
          {finding.check === MENDED_BY_CONVERTING && finding.severity !== 'pass' && (
            <Button size="xs" onClick={onConvert}>
              Convert…
            </Button>
          )}
          {state !== 'open' && (
            <>
              {state === 'staged' && settled ? (
                <Badge tone="amber">Fix staged, still found</Badge>
              ) : (
                <Badge tone="green" icon={<Check size={12} aria-hidden />}>
                  Fix staged
                </Badge>
              )}
              <Button
                size="xs"
                variant="subtle"
                leftSection={<Undo2 size={13} aria-hidden />}
                aria-label={`Undo fix: ${finding.fixLabel ?? title}`}
                onClick={() => onUndo(row)}
              >
                Undo
              </Button>
            </>
          )}
        </div>
      </article>
    </li>
  )
}
