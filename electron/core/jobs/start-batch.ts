import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BatchCell, BatchPlan, BatchRequest } from '#shared/jobs/convert-request'
import type { Job } from '#shared/jobs/job'
import { artifact } from '#shared/platforms/artifacts'
import type { JobsApi } from '../core-api.js'

/** Queues what can be made of a planned batch. Throws why, when nothing can, or not the whole of it where that was asked for. */
export function startBatch(jobs: Pick<JobsApi, 'startAll'>, request: BatchRequest, plan: BatchPlan): Job[] {
  const inputs = plan.cells.flatMap((cell) => (cell.input === null || isInTheWay(cell, request) ? [] : [cell.input]))
  if (inputs.length === 0 || (request.whole && inputs.length < plan.cells.length)) throw reasonOf(plan, request)
  return jobs.startAll(
    inputs.map((input) => ({ kind: 'convert-image', input })),
    { title: batchTitle(request) },
  )
}

function isInTheWay({ exists }: BatchCell, { replace }: BatchRequest): boolean {
  return exists && !replace
}

function reasonOf({ cells }: BatchPlan, request: BatchRequest): AppError {
  const problem = cells.find((cell) => cell.problem !== null)?.problem
  if (problem) return AppError.fromData(problem)
  const there = cells.find((cell) => isInTheWay(cell, request))
  if (there) return new AppError('output-exists', { details: { path: there.output }, actions: [{ kind: 'choose-output' }] })
  return new AppError('bad-input', { details: { reason: 'all of the batch is left out' } })
}

/** `boot.qcow2 for 3 targets`, `4 images for Azure fixed VHD`. */
export function batchTitle({ sources, artifacts }: Pick<BatchRequest, 'sources' | 'artifacts'>): string {
  const [[source], [id]] = [sources, artifacts]
  const what = sources.length === 1 && source !== undefined ? path.basename(source.path) : `${sources.length} images`
  return `${what} for ${artifacts.length === 1 && id !== undefined ? artifact(id).name : `${artifacts.length} targets`}`
}
