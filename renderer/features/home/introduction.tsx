import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { call } from '../../api/client.js'
import { bootQuery, jobsQuery, settingsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import { stageArgs } from '../edits/stage-args.js'
import styles from './introduction.module.css'

const TRIED_ARGUMENT = 'rd.break'

/** Three steps that really happen, on the sample image. Put away for good with one click. */
export function Introduction({ sample }: { readonly sample: string }) {
  const client = useQueryClient()
  const { openImages, showTab, save, reportFailure } = useAppActions()
  const edits = useEdits(sample)
  const { data: jobs = [] } = useQuery(jobsQuery)
  const opened = client.getQueryData(bootQuery(sample).queryKey) !== undefined
  const staged = edits.length > 0
  const saved = jobs.some((job) => job.kind === 'save-image' && job.state === 'succeeded' && isAbout(job.input, sample))

  const dismiss = useMutation({
    mutationFn: () => call('settings.set', { introDismissed: true }),
    onSuccess: (settings) => client.setQueryData(settingsQuery.queryKey, settings),
    onError: reportFailure,
  })
  const stage = useMutation({
    mutationFn: () => client.fetchQuery(bootQuery(sample)),
    onSuccess: ({ entries }) => {
      const entry = entries.find((one) => one.isDefault) ?? entries[0]
      if (entry !== undefined && entry.problem === null)
        useEditStore.getState().stage(sample, stageArgs(edits, entry, entry.args, [...entry.args, TRIED_ARGUMENT]))
      openImages([sample])
      showTab(sample, 'boot')
    },
    onError: reportFailure,
  })

  return (
    <section className={`card ${styles.intro}`} aria-labelledby="intro-title">
      <header className={styles.header}>
        <h2 id="intro-title">Three steps on the sample image</h2>
        <Tooltip label="Do not show this again">
          <ActionIcon aria-label="Put the introduction away for good" onClick={() => dismiss.mutate()}>
            <X size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </header>
      <ol className={styles.steps}>
        <Step
          number={1}
          done={opened}
          title="See how it boots"
          text="Boot entries, kernel arguments, partitions and files, without a virtual machine and without root."
        >
          <Button onClick={() => openImages([sample])}>Open the sample</Button>
        </Step>
        <Step
          number={2}
          done={staged || saved}
          title="Change a kernel argument"
          text={`Stages ${TRIED_ARGUMENT} for the default entry. Nothing is written yet; Ctrl Z takes it back.`}
        >
          <Button disabled={stage.isPending || staged} onClick={() => stage.mutate()}>
            Stage {TRIED_ARGUMENT}
          </Button>
        </Step>
        <Step
          number={3}
          done={saved}
          title="Save it as a new image"
          text="Written by a real Linux kernel, read back and compared. The sample stays as it is."
        >
          <Button disabled={!staged} onClick={() => save(sample, 'new-file')}>
            Save as new image…
          </Button>
        </Step>
      </ol>
    </section>
  )
}

function isAbout(input: unknown, source: string): boolean {
  return typeof input === 'object' && input !== null && 'source' in input && input.source === source
}

interface StepProps {
  readonly number: number
  readonly done: boolean
  readonly title: string
  readonly text: string
  readonly children: ReactNode
}

function Step({ number, done, title, text, children }: StepProps) {
  return (
    <li className={styles.step}>
      <span className={styles.number} data-done={done || undefined}>
        {done ? <Check size={14} role="img" aria-label={`Step ${number}, done`} /> : number}
      </span>
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        <p className={styles.text}>{text}</p>
        {children}
      </div>
    </li>
  )
}
