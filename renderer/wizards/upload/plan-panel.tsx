import { ArrowRightLeft, Cloud, Hourglass, type LucideIcon, Trash2, Upload as UploadIcon } from 'lucide-react'
import type { UploadPlan, UploadStep } from '#shared/clouds/upload-plan'
import { formatBytes } from '#shared/text/bytes'
import { CommandBlock } from '../../components/command-block.js'
import { Fact, Facts } from '../../components/fact.js'
import { PathText } from '../../components/path-text.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { terminalCommand } from '../../features/clouds/terminal-command.js'
import { wireWords } from '../../features/clouds/upload-words.js'
import styles from './plan-panel.module.css'
import type { Upload } from './use-upload.js'

const ICONS: Readonly<Record<UploadStep['kind'], LucideIcon>> = {
  convert: ArrowRightLeft,
  transfer: UploadIcon,
  remote: Cloud,
  wait: Hourglass,
  cleanup: Trash2,
}
const WHERE: Readonly<Record<UploadStep['kind'], string>> = {
  convert: 'here',
  transfer: '',
  remote: 'there',
  wait: 'there, waiting',
  cleanup: 'tidies up',
}

interface PlanProps {
  readonly plan: UploadPlan | null
}

/** What will happen, in order. */
export function PlanSteps({ plan }: PlanProps) {
  if (plan === null) return <SkeletonRows rows={5} height={14} gap={12} />
  return (
    <ol className={styles.steps} aria-label="Steps">
      {plan.steps.map((step) => {
        const Icon = ICONS[step.kind]
        return (
          <li key={step.id}>
            <Icon size={14} aria-hidden />
            <span>{visibleText(step.title)}</span>
            <span className={styles.where}>{step.kind === 'transfer' ? formatBytes(plan.wireBytes) : WHERE[step.kind]}</span>
          </li>
        )
      })}
    </ol>
  )
}

/** What it costs in bytes. */
export function PlanFigures({ plan }: PlanProps) {
  if (plan === null) return <SkeletonRows rows={3} height={14} gap={10} />
  return (
    <div className={styles.section}>
      <Facts>
        <Fact name="To send">{wireWords(plan)}</Fact>
        <Fact name="Stored there">{formatBytes(plan.totalBytes)}</Fact>
        <Fact name="Space here, meanwhile">{plan.tempBytes === 0 ? 'none' : formatBytes(plan.tempBytes)}</Fact>
      </Facts>
      {plan.tempFolder !== null && plan.tempBytes > 0 && (
        <p className={styles.folder}>
          in <PathText path={plan.tempFolder} />
        </p>
      )}
    </div>
  )
}

/** What will be there, and has to be paid for or deleted some day. */
export function PlanCreates({ plan }: PlanProps) {
  if (plan === null) return <SkeletonRows rows={2} height={14} gap={10} />
  if (plan.creates.length === 0) return <p className="dim">Nothing new will exist there.</p>
  return (
    <ul className={styles.creates} aria-label="What will exist there">
      {plan.creates.map((what) => (
        <li key={what}>
          <Cloud size={14} aria-hidden />
          <span>{visibleText(what)}</span>
        </li>
      ))}
    </ul>
  )
}

/** The same without this window, and without this program. */
export function PlanCommands({ upload, plan }: PlanProps & { readonly upload: Upload }) {
  const { draft, fields, values, staged } = upload
  const { provider, path, retarget } = draft
  if (provider === null) return null
  const own = plan?.commands ?? []
  return (
    <div className={styles.section}>
      <h3>Same from a terminal</h3>
      <CommandBlock commands={[terminalCommand({ provider, path, fields, values, retarget, staged })]} />
      {staged > 0 && <p className="caption">RECIPE.yaml is what “Export recipe” on the Edits tab writes.</p>}
      {own.length > 0 && (
        <details className={styles.own}>
          <summary>With the provider's own tools</summary>
          <CommandBlock commands={own} />
        </details>
      )}
    </div>
  )
}
