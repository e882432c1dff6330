import type { BatchCell, BatchPlan, BatchRequestDraft, SourceReport } from '#shared/jobs/convert-request'
import type { Job } from '#shared/jobs/job'
import { type ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact, artifactName } from '#shared/platforms/artifacts'
import { splitPath } from '../../../components/format.js'

export const MIB = 1024 ** 2

export function sampleReport(path: string, more: Partial<SourceReport> = {}): SourceReport {
  const { name } = splitPath(path)
  return {
    path,
    name,
    kind: 'image',
    label: 'qcow2',
    fileBytes: 800 * MIB,
    disks: [{ member: null, label: 'qcow2 v3', virtualBytes: 15 * 1024 * MIB, packedBytes: 700 * MIB }],
    snapshots: [],
    manifest: null,
    notes: [],
    ...more,
  }
}

export function sampleCell(source: number, id: ArtifactId, more: Partial<BatchCell> = {}, path = `/images/${source}.qcow2`): BatchCell {
  const output = `/images/${artifactName(splitPath(path).name, id)}`
  const { format, subformat } = artifact(id)
  return {
    source,
    artifact: id,
    output,
    input: {
      source: path,
      output,
      format,
      subformat,
      options: [],
      container: null,
      artifact: id,
      edits: [],
      fitSize: false,
      digests: [],
      report: true,
      verify: true,
      replace: false,
    },
    steps: [`Convert to ${artifact(id).name}`, 'Compare with the source'],
    estimateBytes: 400 * MIB,
    neededBytes: 500 * MIB,
    exists: false,
    notes: [],
    commands: [`qemu-img convert ${path} ${output}`],
    problem: null,
    ...more,
  }
}

/** Every cell of a request, each changed by `change`. */
export function samplePlan(request: BatchRequestDraft, change: (cell: BatchCell) => Partial<BatchCell> = () => ({})): BatchPlan {
  const cells = request.sources.flatMap(({ path }, source) =>
    request.artifacts.flatMap((id) => {
      if (request.without?.some((left) => left.source === source && left.artifact === id)) return []
      const cell = sampleCell(source, id, {}, path)
      return [{ ...cell, ...change(cell) }]
    }),
  )
  const bytes = cells.reduce((sum, { neededBytes }) => sum + (neededBytes ?? 0), 0)
  return { cells, neededBytes: bytes, estimateBytes: bytes, freeBytes: 96 * 1024 * MIB, fits: true }
}

/** One job of the batch `b1`. */
export function sampleJob(index: number, path: string, id: ArtifactId, more: Partial<Job> = {}): Job {
  return {
    id: `job-${index}`,
    kind: 'convert-image',
    title: `Convert ${splitPath(path).name} to ${artifact(id).name}`,
    input: sampleCell(0, id, {}, path).input,
    state: 'queued',
    steps: [
      { id: 'convert', title: 'Convert', weight: 0.5, state: 'waiting', seconds: null },
      { id: 'compare', title: 'Compare with the source', weight: 0.5, state: 'waiting', seconds: null },
    ],
    progress: null,
    rate: null,
    secondsLeft: null,
    message: '',
    commands: [],
    createdAt: '2026-01-01T12:00:00.000Z',
    startedAt: null,
    endedAt: null,
    output: null,
    error: null,
    batch: { id: 'b1', title: 'Convert', index, count: 4 },
    owner: null,
    ...more,
  }
}
