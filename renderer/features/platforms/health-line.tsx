import { Skeleton } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import type { PlatformId } from '#shared/platforms/platform'
import { useAppActions } from '../../components/app-actions.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from '../edits/edit-store.js'
import { stageChecked } from '../edits/stage-checked.js'
import { withFixes } from '../health/health-rows.js'
import { verdict } from '../health/health-words.js'
import { useHealthCount } from '../health/use-health.js'
import styles from './target-panel.module.css'

const ICONS = { red: CircleAlert, amber: TriangleAlert, green: CircleCheck } as const

/** What the checks say, in a line: how many pass, the gravest thing that does not, and the click that mends it. */
export function HealthLine({ path, platform }: { readonly path: string; readonly platform: PlatformId }) {
  const report = useHealthCount(path, platform, true)
  const queryClient = useQueryClient()
  const { showTab, reportFailure } = useAppActions()
  if (report === undefined) return <Skeleton height={44} radius="md" />
  const { tone, title } = verdict(report)
  const Icon = ICONS[tone]
  const [first] = report.findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
  const onFix = () => {
    const edits = useEditStore.getState().byPath[path]?.present ?? []
    const next = first === undefined ? edits : withFixes(edits, [first])
    stageChecked(queryClient, path, next, next.length - edits.length).catch(reportFailure)
  }
  return (
    <div className={styles.health} data-tone={tone}>
      <Icon size={16} aria-hidden />
      <p>
        {title}.{' '}
        {first !== undefined && (
          <>
            {visibleText(first.title)}
            {first.fix.length > 0 && (
              <>
                :{' '}
                <button type="button" title={first.fixLabel ?? undefined} onClick={onFix}>
                  fix
                </button>
              </>
            )}
            {'. '}
          </>
        )}
        <button type="button" onClick={() => showTab(path, 'health')}>
          Show all checks
        </button>
      </p>
    </div>
  )
}
