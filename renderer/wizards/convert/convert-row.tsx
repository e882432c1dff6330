import { imageFormat } from '#shared/images/formats'
import { formatBytes } from '#shared/text/bytes'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { OutputField } from '../../components/output-field.js'
import { PlanNotes, PlanSize } from '../../components/plan-view.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './convert-row.module.css'
import type { ConvertRow } from './use-convert-rows.js'

interface ConvertRowViewProps {
  readonly row: ConvertRow
  readonly showSource: boolean
  readonly onChoose: () => void
  readonly onRetry: () => void
}

/** One image of a conversion: where it goes, how large it gets, what stands in the way. */
export function ConvertRowView({ row, showSource, onChoose, onRetry }: ConvertRowViewProps) {
  const name = visibleText(splitPath(row.source).name)
  return (
    <div className={styles.row}>
      {showSource && (
        <p className={styles.source} title={row.source}>
          <strong>{name}</strong>
          {row.info !== undefined && (
            <span className="dim">
              {imageFormat(row.info.format).label} {row.info.variant}, {formatBytes(row.info.virtualBytes)}
            </span>
          )}
        </p>
      )}
      {(row.error === null || row.output !== '') && <OutputField label={`Result of ${name}`} path={row.output} onChoose={onChoose} />}
      {row.plan !== undefined ? (
        <>
          <PlanSize plan={row.plan} />
          <PlanNotes plan={row.plan} replaceAgreed={row.replaceAgreed} />
        </>
      ) : (
        row.error === null && <p className={styles.planning}>Working out sizes…</p>
      )}
      {row.error !== null && <ErrorNotice error={row.error} onRetry={onRetry} onChooseOutput={onChoose} />}
    </div>
  )
}
