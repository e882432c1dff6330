import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { batchProgress } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact } from '#shared/platforms/artifacts'
import { Meter } from '../../components/meter.js'
import { Screen } from '../../components/screen.js'
import { useNow } from '../../components/use-now.js'
import { isActive } from '../jobs/job-words.js'
import { visibleText } from '../../components/visible-text.js'
import type { BatchRun, RunSource } from './batch-runs.js'
import { progressFacts, runTitle, runWords } from './cell-words.js'
import { sourceQuery } from './convert-queries.js'
import { Matrix, type MatrixCell } from './matrix.js'
import type { MatrixPlace } from './matrix-moves.js'
import { RunActions } from './run-actions.js'
import { RunCell } from './run-cell.js'
import { RunDetails } from './run-details.js'
import styles from './run-screen.module.css'
import { PlainHead } from './source-head.js'
import { sourceFacts } from './source-words.js'

/** The table while its jobs run, and as they ended. */
export function RunScreen({ run }: { readonly run: BatchRun }) {
  const [chosen, setChosen] = useState<MatrixPlace | null>(null)
  // What was scrolled to while it was set up says nothing about the table that runs.
  useEffect(() => {
    document.getElementById('screen')?.scrollTo(0, 0)
  }, [])
  const active = run.jobs.some(isActive)
  const now = useNow(active)
  const progress = batchProgress(run.jobs, now)
  const reports = useQueries({ queries: run.sources.map(({ path }) => sourceQuery(path)) })
  const selected = chosen ?? firstToShow(run)
  const at = ({ row, column }: MatrixPlace): Job | undefined => {
    const source = run.sources[row]
    const id = run.artifacts[column]
    return source === undefined || id === undefined ? undefined : run.at(source.key, id)
  }
  const job = selected === null ? undefined : at(selected)

  return (
    <Screen
      title={runTitle(run.sources.length, run.artifacts)}
      facts={<span>{progressFacts(progress)}</span>}
      actions={<RunActions run={run} progress={progress} />}
    >
      <Meter
        value={progress.fraction ?? (progress.state === 'waiting' ? 0 : null)}
        label="Progress of all artifacts"
        tone={progress.state === 'running' || progress.state === 'succeeded' ? 'accent' : 'dim'}
      />
      <section className={`card ${styles.table}`} aria-label="Artifacts">
        <Matrix
          label="What is made of which image"
          rows={run.sources.map((source, row) => {
            const report = reports[row]?.data
            const facts = report === undefined ? '' : sourceFacts(report, null)
            return {
              key: source.key,
              head: <PlainHead name={source.name} detail={source.detail} facts={facts} />,
              cells: run.artifacts.map((id) => runCell(run, source, id, now)),
            }
          })}
          columns={run.artifacts.map((id) => ({ key: id, name: artifact(id).name, hint: artifact(id).hint }))}
          selected={selected}
          onSelect={setChosen}
        />
      </section>
      {job !== undefined && <RunDetails key={job.id} job={job} />}
    </Screen>
  )
}

function runCell(run: BatchRun, source: RunSource, id: ArtifactId, now: number): MatrixCell {
  const job = run.at(source.key, id)
  const name = `${visibleText(source.name)} for ${artifact(id).name}`
  if (job === undefined) return { name: `${name}: left out`, faded: true, content: <span>left out</span> }
  return { name: `${name}: ${runWords(job, now).text}`, content: <RunCell job={job} now={now} /> }
}

/** What runs, else what failed, else the first that there is. */
function firstToShow(run: BatchRun): MatrixPlace | null {
  const places = run.sources.flatMap(({ key }, row) =>
    run.artifacts.flatMap((id, column) => {
      const job = run.at(key, id)
      return job === undefined ? [] : [{ row, column, job }]
    }),
  )
  return (
    places.find(({ job }) => job.state === 'running') ??
    places.find(({ job }) => job.state === 'failed' || job.state === 'interrupted') ??
    places[0] ??
    null
  )
}
