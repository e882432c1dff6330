import { lastAttempts } from '#shared/jobs/batch-progress'
import { type ConvertInput, convertImageInputSchema } from '#shared/jobs/convert-request'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES } from '#shared/jobs/job-states'
import { ARTIFACT_IDS, type ArtifactId } from '#shared/platforms/artifact-ids'
import { splitPath } from '../../components/format.js'

/** A row of a table of jobs: what they are made from. */
export interface RunSource {
  readonly key: string
  readonly path: string
  readonly name: string
  /** Which disk or which state of it; empty for the file as it is. */
  readonly detail: string
}

export interface BatchRun {
  readonly id: string
  readonly title: string
  readonly sources: readonly RunSource[]
  readonly artifacts: readonly ArtifactId[]
  /** The newest job of each place: what was tried again stands for what failed. */
  readonly jobs: readonly Job[]
  at(source: string, artifact: ArtifactId): Job | undefined
}

const sourceKey = ({ source, member, snapshot }: ConvertInput) => [source, member ?? '', snapshot ?? ''].join('\n')
const cellKey = (source: string, artifact: ArtifactId) => `${artifact}\n${source}`

function runSource(input: ConvertInput): RunSource {
  const detail = [input.member ?? '', input.snapshot === undefined ? '' : `snapshot ${input.snapshot}`].filter((part) => part !== '')
  return { key: sourceKey(input), path: input.source, name: splitPath(input.source).name, detail: detail.join(', ') }
}

/** The jobs that were started together, as the table that they were set up in; null when none of them is known any more. */
export function batchRun(jobs: readonly Job[], id: string): BatchRun | null {
  const members = lastAttempts(jobs.filter((job) => job.batch?.id === id)).toSorted(
    (one, other) => (one.batch?.index ?? 0) - (other.batch?.index ?? 0),
  )
  const sources = new Map<string, RunSource>()
  const cells = new Map<string, Job>()
  const artifacts = new Set<ArtifactId>()
  for (const job of members) {
    const { data: input } = convertImageInputSchema.safeParse(job.input)
    if (input?.artifact === undefined) continue
    const source = runSource(input)
    sources.set(source.key, source)
    artifacts.add(input.artifact)
    cells.set(cellKey(source.key, input.artifact), job)
  }
  if (cells.size === 0) return null
  return {
    id,
    title: members[0]?.batch?.title ?? '',
    sources: [...sources.values()],
    artifacts: ARTIFACT_IDS.filter((one) => artifacts.has(one)),
    jobs: [...cells.values()],
    at: (source, artifact) => cells.get(cellKey(source, artifact)),
  }
}

/** The batch that runs and was started last; null when none runs. */
export function runningBatch(jobs: readonly Job[]): string | null {
  return jobs.find((job) => job.batch?.id !== undefined && !ENDED_STATES.has(job.state))?.batch?.id ?? null
}
