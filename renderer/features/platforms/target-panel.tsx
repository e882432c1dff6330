import { Button, Checkbox } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Combine, Check, Save, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import { artifactOfPlatform } from '#shared/platforms/artifacts'
import type { PlatformId } from '#shared/platforms/platform'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { imageQuery, retargetQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from '../edits/edit-store.js'
import { HealthLine } from './health-line.js'
import { PlanChanges } from './plan-changes.js'
import { PlanFacts } from './plan-facts.js'
import { PlatformSelect } from './platform-select.js'
import { stagedRetarget, stageRetarget, withoutRetarget } from './stage-retarget.js'
import styles from './target-panel.module.css'
import { platformOfImage } from './target-platform.js'
import { useTargetStore } from './target-store.js'

const COMMON: readonly { readonly id: PlatformId; readonly name: string }[] = [
  { id: 'vmware', name: 'VMware' },
  { id: 'aws', name: 'AWS' },
  { id: 'azure', name: 'Azure' },
  { id: 'oci', name: 'OCI' },
]

interface TargetPanelProps {
  readonly path: string
  readonly edits: readonly Edit[]
}

/** Where the image is to run: what leaves and arrives for that, what the platform takes, and one click that stages it. */
export function TargetPanel({ path, edits }: TargetPanelProps) {
  const info = useQuery(imageQuery(path)).data
  const chosen = useTargetStore((store) => store.byPath[path])
  const choose = useTargetStore((store) => store.choose)
  const staged = stagedRetarget(edits)
  const guessed = platformOfImage(info)
  const target = chosen === undefined ? (staged?.platform ?? guessed) : chosen
  return (
    <section className={`card ${styles.panel}`} aria-label="Target platform">
      <h2>Target platform</h2>
      <PlatformSelect label="Target platform" value={target} onChange={(platform) => choose(path, platform)} none="Choose a platform" />
      {target === null ? (
        <div className={styles.empty}>
          <p className="dim">Choose where the image is to run. You see what leaves and what arrives before anything is staged.</p>
          <div className={styles.common}>
            {COMMON.map(({ id, name }) => (
              <Button key={id} size="xs" onClick={() => choose(path, id)}>
                {name}
              </Button>
            ))}
          </div>
        </div>
      ) : (
        <TargetPlan key={target} path={path} edits={edits} target={target} isCurrent={target === guessed} />
      )}
    </section>
  )
}

interface TargetPlanProps extends TargetPanelProps {
  readonly target: PlatformId
  /** The image says that it is for this platform. */
  readonly isCurrent: boolean
}

function TargetPlan({ path, edits, target, isCurrent }: TargetPlanProps) {
  const staged = stagedRetarget(edits)
  const isStaged = staged?.platform === target
  const [wanted, setWanted] = useState<boolean | null>(null)
  const all = wanted ?? (isStaged && staged.extras === 'all')
  const extras = all ? 'all' : 'default'
  const plan = useQuery({
    ...retargetQuery({ path, platform: target, extras, edits: withoutRetarget(edits) }),
    placeholderData: (known) => known,
  })
  if (plan.isPending) {
    return (
      <div role="status" aria-label="Working out the changes" className={styles.pending}>
        <SkeletonRows rows={6} height={20} gap={14} />
      </div>
    )
  }
  if (plan.isError) return <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />
  return (
    <>
      <PlanChanges plan={plan.data} isCurrent={isCurrent} />
      {plan.data.offered.length > 0 && (
        <Checkbox
          size="sm"
          checked={all}
          onChange={(event) => setWanted(event.currentTarget.checked)}
          label={
            plan.data.offered.length === 1 ? 'One more that suits some images' : `${plan.data.offered.length} more that suit some images`
          }
          description={<Offered offered={plan.data.offered} />}
        />
      )}
      <hr className={styles.rule} />
      <PlanFacts plan={plan.data} />
      <HealthLine path={path} platform={target} />
      <Actions path={path} plan={plan.data} extras={extras} edits={edits} isStaged={isStaged && (staged.extras ?? 'default') === extras} />
    </>
  )
}

/** What may come along; why is told to who points at it. */
function Offered({ offered }: { readonly offered: RetargetPlanReport['offered'] }) {
  return offered.map(({ arg, why }) => (
    <span key={arg} className={`mono ${styles.offered}`} title={why}>
      {visibleText(arg)}
    </span>
  ))
}

interface ActionsProps {
  readonly path: string
  readonly plan: RetargetPlanReport
  readonly extras: 'default' | 'all'
  readonly edits: readonly Edit[]
  readonly isStaged: boolean
}

function Actions({ path, plan, extras, edits, isStaged }: ActionsProps) {
  const queryClient = useQueryClient()
  const { convert, convertMany, save, reportFailure } = useAppActions()
  const { stage } = useEditStore.getState()
  const { id, image } = plan.platform
  const name = shortName(plan.platform.name)
  const target = image === null ? undefined : { format: image.format, subformat: image.subformat }
  const preset = artifactOfPlatform(id)
  const onStage = () =>
    stageRetarget(queryClient, path, { kind: 'retarget', platform: id, ...(extras === 'all' ? { extras } : {}) }).catch(reportFailure)
  return (
    <div className={styles.actions}>
      {isStaged ? (
        <div className={styles.staged}>
          <Check size={15} aria-hidden />
          <span>Staged for {name}</span>
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Undo2 size={14} aria-hidden />}
            onClick={() => stage(path, withoutRetarget(edits))}
          >
            Undo
          </Button>
        </div>
      ) : (
        plan.changes && (
          <Button variant="filled" fullWidth onClick={onStage}>
            Stage for {name}
          </Button>
        )
      )}
      {edits.length > 0 && (
        <Button
          fullWidth
          variant={isStaged ? 'filled' : 'default'}
          leftSection={<Save size={15} aria-hidden />}
          onClick={() => save(path, 'new-file', target)}
        >
          Save for {name}…
        </Button>
      )}
      <Button
        fullWidth
        variant={plan.changes || edits.length > 0 ? 'default' : 'filled'}
        leftSection={<Combine size={15} aria-hidden />}
        onClick={() => (preset === null ? convert([path], target) : convertMany([path], [preset.id]))}
      >
        {preset === null ? `Convert for ${name}…` : `Make ${preset.name}…`}
      </Button>
    </div>
  )
}

/** `VMware ESXi` of `VMware ESXi / vSphere`: buttons are short. */
function shortName(name: string): string {
  return name.replace(/ [/(].*$/, '')
}
