import { Button } from '@mantine/core'
import { ArrowLeft, ArrowRight, Upload as UploadIcon } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import type { Draft } from '../../features/clouds/draft.js'
import { secretsKept } from '../../features/clouds/kept-secrets.js'
import { isBefore, nextStep, previousStep, problemsOfStep, shownSteps, STEP_TITLES, type StepId } from '../../features/clouds/ship-steps.js'
import { fieldElement } from '../../features/clouds/fields/field-view.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { AccountStep } from './account-step.js'
import { CheckStep } from './check-step.js'
import { FieldsStep } from './fields-step.js'
import { ImageStep } from './image-step.js'
import { ReviewStep } from './review-step.js'
import { RunStep } from './run-step.js'
import { SidePanel } from './side-panel.js'
import { StepWords } from './step-words.js'
import { Stepper } from './stepper.js'
import { TargetStep } from './target-step.js'
import { useAttempted } from './use-attempted.js'
import { type Upload, useUpload } from './use-upload.js'
import { usePlan } from './use-plan.js'
import { useStartUpload } from './use-start-upload.js'
import styles from './upload-wizard.module.css'

/** The upload of one file, from the choice of a target to what came out of it. */
export function UploadWizard({ draft }: { readonly draft: Draft }) {
  const { go, list } = useShipStore.getState()
  const upload = useUpload(draft)
  const plan = usePlan(upload)
  const start = useStartUpload(upload)
  const { attempted, attempt } = useAttempted(draft.step)
  const { path, step } = draft
  const steps = shownSteps(upload.fields)
  const isRunning = step === 'run'
  const open = new Set(steps.filter((one) => problemsOfStep(one, upload.fields, upload.raw).size > 0))

  const goOn = async () => {
    await secretsKept()
    const now = useShipStore.getState().drafts[path]
    if (now === undefined || now.step !== step) return
    if (step === 'target' && now.provider === null) return
    attempt()
    const [wrong] = problemsOfStep(step, upload.fields, now.provider === null ? {} : (now.values[now.provider] ?? {})).keys()
    if (wrong !== undefined) document.getElementById(fieldElement(wrong))?.focus()
    else if (step === 'review') start.mutate()
    else go(path, nextStep(step, steps))
  }

  return (
    <div className={styles.wizard}>
      <header className={styles.header}>
        <div className={styles.title}>
          <h1>{titleOf(upload)}</h1>
          <StepWords draft={draft} />
        </div>
        {step !== 'target' && (
          <Stepper
            steps={steps.filter((one) => one !== 'target')}
            current={step}
            reached={draft.reached}
            open={open}
            frozen={isRunning}
            onGo={(to) => go(path, to)}
          />
        )}
      </header>
      {isRunning ? (
        <RunStep upload={upload} />
      ) : (
        <form
          className={styles.columns}
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void goOn()
          }}
        >
          <section className={`card ${styles.work}`} aria-label={STEP_TITLES[step]}>
            <StepHead step={step} />
            <StepBody upload={upload} plan={plan} attempted={attempted} />
          </section>
          <SidePanel
            upload={upload}
            plan={plan}
            failure={start.error}
            footer={
              <>
                <Button
                  variant="subtle"
                  leftSection={<ArrowLeft size={15} aria-hidden />}
                  onClick={() => (step === 'target' ? list() : go(path, previousStep(step, steps)))}
                >
                  {step === 'target' ? 'All uploads' : 'Back'}
                </Button>
                <Button
                  type="submit"
                  variant="filled"
                  leftSection={step === 'review' && <UploadIcon size={15} aria-hidden />}
                  rightSection={step !== 'review' && <ArrowRight size={15} aria-hidden />}
                  loading={start.isPending}
                  disabled={!canGoOn(upload, plan)}
                >
                  {step === 'review' ? 'Upload' : STEP_TITLES[nextStep(step, steps)]}
                </Button>
              </>
            }
          />
        </form>
      )}
    </div>
  )
}

function titleOf({ draft, form }: Upload): string {
  const name = visibleText(splitPath(draft.path).name)
  return form === null || draft.step === 'target' ? `Ship ${name}` : `Ship ${name} to ${form.title}`
}

/** Errors are mended before it starts; on earlier steps what is missing is told when it is gone on. */
function canGoOn({ draft, form, facts }: Upload, plan: ReturnType<typeof usePlan>): boolean {
  if (form === null || facts === null) return false
  if (draft.step === 'check' || draft.step === 'review') return plan.data !== null && !plan.isFetching && plan.errors === 0
  return true
}

/** The name of a step; it gets the focus when the step shows, so that Tab begins there. */
function StepHead({ step }: { readonly step: StepId }) {
  const head = useRef<HTMLHeadingElement>(null)
  const shown = useRef(step)
  const wanted = useShipStore((store) => store.wanted)
  useEffect(() => {
    if (shown.current === step && wanted === null) return
    shown.current = step
    const field = wanted === null ? null : document.getElementById(fieldElement(wanted))
    const goal = field ?? head.current
    goal?.focus()
  }, [step, wanted])
  return (
    <h2 ref={head} tabIndex={-1} className={styles.head} data-hidden={isBefore('image', step) || undefined}>
      {step === 'target' ? 'Where to?' : STEP_TITLES[step]}
    </h2>
  )
}

interface StepBodyProps {
  readonly upload: Upload
  readonly plan: ReturnType<typeof usePlan>
  readonly attempted: boolean
}

function StepBody({ upload, plan, attempted }: StepBodyProps) {
  const { step } = upload.draft
  if (upload.factsError !== null && upload.facts === null) {
    return (
      <div className={styles.body}>
        <ErrorNotice error={upload.factsError} onRetry={upload.readAgain} />
      </div>
    )
  }
  switch (step) {
    case 'target':
      return <TargetStep upload={upload} />
    case 'account':
      return upload.form === null ? null : <AccountStep upload={upload} form={upload.form} attempted={attempted} />
    case 'destination':
      return <FieldsStep upload={upload} step="destination" attempted={attempted} />
    case 'image':
      return <ImageStep upload={upload} attempted={attempted} />
    case 'check':
      return <CheckStep upload={upload} plan={plan} />
    case 'review':
      return <ReviewStep upload={upload} plan={plan} />
    case 'run':
      return null
  }
}
