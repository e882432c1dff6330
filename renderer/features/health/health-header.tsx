import { ActionIcon, Button, Skeleton, Tooltip } from '@mantine/core'
import { CircleAlert, CircleCheck, LoaderCircle, RotateCw, TriangleAlert } from 'lucide-react'
import type { HealthReport } from '#shared/health/finding'
import type { PlatformId } from '#shared/platforms/platform'
import { CopyButton } from '../../components/copy-button.js'
import { count } from '../../components/format.js'
import { PlatformSelect } from '../platforms/platform-select.js'
import styles from './health-header.module.css'
import { reportText, verdict } from './health-words.js'
import type { Health } from './use-health.js'

const ICONS = { red: CircleAlert, amber: TriangleAlert, green: CircleCheck } as const

interface HealthHeaderProps {
  readonly name: string
  readonly platform: PlatformId | null
  readonly onPlatform: (platform: PlatformId | null) => void
  readonly health: Health
  /** How many are staged. */
  readonly edits: number
  /** How many findings can be fixed with one click. */
  readonly fixes: number
  readonly onFixAll: () => void
  readonly onShowEdits: () => void
}

/** The question, and the answer in one line. */
export function HealthHeader({ name, platform, onPlatform, health, edits, fixes, onFixAll, onShowEdits }: HealthHeaderProps) {
  const { report, checking, again } = health
  return (
    <section className={`card ${styles.header}`} aria-label="Verdict">
      <div className={styles.question}>
        <h2>Will it boot on</h2>
        <PlatformSelect label="Platform" width={270} value={platform} onChange={onPlatform} />
        <h2 aria-hidden>?</h2>
        <span className={styles.tools}>
          <Progress health={health} />
          {report !== undefined && <CopyButton text={reportText(name, report, edits)} label="Copy report" word="Copy report" />}
          <Tooltip label="Check again">
            <ActionIcon aria-label="Check again" disabled={checking} onClick={again}>
              <RotateCw size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </span>
      </div>
      {report === undefined ? (
        health.error === null && <Skeleton height={52} radius="md" />
      ) : (
        <Answer report={report} edits={edits} fixes={fixes} onFixAll={onFixAll} onShowEdits={onShowEdits} />
      )}
    </section>
  )
}

function Progress({ health }: { readonly health: Health }) {
  return (
    <span className={styles.progress} role="status">
      {health.checking && (
        <>
          <LoaderCircle size={14} className="spin" aria-hidden />
          {health.waitsForInitramfs ? 'Looking into the initial RAM disk…' : 'Checking…'}
        </>
      )}
    </span>
  )
}

interface AnswerProps {
  readonly report: HealthReport
  readonly edits: number
  readonly fixes: number
  readonly onFixAll: () => void
  readonly onShowEdits: () => void
}

function Answer({ report, edits, fixes, onFixAll, onShowEdits }: AnswerProps) {
  const { tone, title, counts } = verdict(report)
  const Icon = ICONS[tone]
  return (
    <div className={styles.answer} data-tone={tone}>
      <Icon size={20} className={styles.icon} aria-hidden />
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        <p className={styles.more}>
          {[
            ...(counts === '' ? ['Nothing was found that stands in its way'] : [counts]),
            ...(edits > 0 ? [`with ${count(edits, 'staged edit')} applied`] : []),
          ].join(', ')}
          {report.platform === null && '. Choose a platform to check its drivers, consoles, firmware and size too'}.
        </p>
      </div>
      {fixes > 0 && <Button onClick={onFixAll}>{fixes === 1 ? 'Stage the fix' : `Stage all ${fixes} fixes`}</Button>}
      {fixes === 0 && edits > 0 && <Button onClick={onShowEdits}>Review {count(edits, 'staged edit')}</Button>}
    </div>
  )
}
