import { Button, Skeleton } from '@mantine/core'
import { ListChecks } from 'lucide-react'
import type { ImageInfo } from '#shared/images/image-info'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import { useTargetPlatform } from '../platforms/target-platform.js'
import { useTargetStore } from '../platforms/target-store.js'
import { FindingList } from './finding-list.js'
import { useFixes, useFixStore } from './fix-store.js'
import { HealthHeader } from './health-header.js'
import { fixable, fixCount, type HealthRow, healthRows, withFixes, withoutFix } from './health-rows.js'
import styles from './health-tab.module.css'
import { useHealth } from './use-health.js'

/** Whether the image, with its staged edits, will boot where it is meant to; and one click for what can be mended. */
export function HealthTab({ info }: { readonly info: ImageInfo }) {
  const { path } = info
  const platform = useTargetPlatform(path, info)
  const choose = useTargetStore((store) => store.choose)
  const edits = useEdits(path)
  const fixes = useFixes(path)
  const health = useHealth(path, platform)
  const { stage } = useEditStore.getState()
  const { convert, showTab } = useAppActions()

  const { report } = health
  const rows = report === undefined ? [] : healthRows(report, fixes, edits)
  const stageFixes = (wanted: readonly HealthRow[]) => {
    const next = withFixes(
      edits,
      wanted.map(({ finding }) => finding),
    )
    useFixStore.getState().note(path, platform, rows, next)
    stage(path, next)
  }

  return (
    <div className={styles.tab}>
      <HealthHeader
        name={info.name}
        platform={platform}
        onPlatform={(next) => choose(path, next)}
        health={health}
        edits={edits.length}
        fixes={fixCount(rows)}
        onFixAll={() => stageFixes(fixable(rows))}
        onShowEdits={() => showTab(path, 'edits')}
      />
      {health.error !== null && (
        <>
          <ErrorNotice error={health.error} onRetry={health.again} />
          {edits.length > 0 && (
            <div>
              <Button onClick={() => showTab(path, 'edits')}>Show the staged edits</Button>
            </div>
          )}
        </>
      )}
      {report === undefined && health.error === null && <HealthSkeleton />}
      {report !== undefined && report.findings.length === 0 && <NothingChecked onFiles={() => showTab(path, 'files')} />}
      {rows.length > 0 && (
        <FindingList
          rows={rows}
          settled={!health.checking}
          onFix={(row) => stageFixes([row])}
          onConvert={() => convert([path])}
          onUndo={({ finding }) => stage(path, withoutFix(edits, finding.fix))}
        />
      )}
    </div>
  )
}

function NothingChecked({ onFiles }: { readonly onFiles: () => void }) {
  return (
    <div className="card">
      <EmptyState icon={ListChecks} title="There is nothing to check" actions={<Button onClick={onFiles}>Look at its files</Button>}>
        <p>No partition table, no file system and no boot loader was found that a check could be about.</p>
      </EmptyState>
    </div>
  )
}

/** Two groups of findings, as most images have them. */
function HealthSkeleton() {
  return (
    <div className={styles.tab} role="status" aria-label="Checking">
      {[3, 2].map((rows) => (
        <div key={rows} className={`card ${styles.skeleton}`}>
          <Skeleton height={16} width={110} mb={18} radius="sm" />
          <SkeletonRows rows={rows} height={34} gap={20} />
        </div>
      ))}
    </div>
  )
}
