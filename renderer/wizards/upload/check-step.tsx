import { Button, Skeleton } from '@mantine/core'
import { CircleCheck, CircleX, Info, RotateCw, TriangleAlert } from 'lucide-react'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { checksWords } from '../../features/clouds/upload-words.js'
import styles from './check-step.module.css'
import { RowFix } from './row-fix.js'
import type { PlanState } from './use-plan.js'
import type { Upload } from './use-upload.js'
import wizard from './upload-wizard.module.css'

const ICONS = { ok: CircleCheck, warning: TriangleAlert, error: CircleX, info: Info } as const
const STATES = { ok: 'fine', warning: 'to think about', error: 'stands in the way', info: 'to know' } as const

/** Everything that was looked at before anything is sent, what was found, and what mends it. */
export function CheckStep({ upload, plan }: { readonly upload: Upload; readonly plan: PlanState }) {
  if (plan.data === null && plan.error !== null) {
    return (
      <div className={wizard.body}>
        <ErrorNotice error={plan.error} onRetry={plan.again} />
      </div>
    )
  }
  const rows = plan.data?.checks ?? []
  return (
    <>
      <div className={styles.scroller} tabIndex={0} role="group" aria-label="Checks" aria-busy={plan.isFetching}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Found</th>
              <th scope="col">
                <span className={styles.hidden}>State</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {plan.data === null
              ? Array.from({ length: 9 }, (_, row) => <Placeholder key={row} width={74 - ((row * 23) % 40)} />)
              : rows.map((row, at) => <Row key={`${row.code}${at}`} upload={upload} row={row} />)}
          </tbody>
        </table>
      </div>
      <footer className={styles.footer}>
        <span role="status">{plan.isFetching ? 'Checking…' : checksWords(rows)}</span>
        <Button
          size="xs"
          leftSection={<RotateCw size={13} aria-hidden className={plan.isFetching ? 'spin' : undefined} />}
          disabled={plan.isFetching}
          onClick={plan.again}
        >
          Check again
        </Button>
      </footer>
    </>
  )
}

function Row({ upload, row }: { readonly upload: Upload; readonly row: CheckRow }) {
  const Icon = ICONS[row.state]
  return (
    <tr data-state={row.state}>
      <th scope="row">{visibleText(row.title)}</th>
      <td>{visibleText(row.found)}</td>
      <td className={styles.state}>
        <span>
          <RowFix upload={upload} row={row} leads />
          <Icon size={16} role="img" aria-label={STATES[row.state]} />
        </span>
      </td>
    </tr>
  )
}

function Placeholder({ width }: { readonly width: number }) {
  return (
    <tr aria-hidden>
      <td>
        <Skeleton height={12} width={86} radius="sm" />
      </td>
      <td>
        <Skeleton height={12} width={`${width}%`} radius="sm" />
      </td>
      <td>
        <Skeleton height={16} width={16} radius="xl" ml="auto" />
      </td>
    </tr>
  )
}
