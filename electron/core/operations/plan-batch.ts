import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { BatchCell, BatchPlan, BatchRequest, ConvertInput } from '#shared/jobs/convert-request'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact, artifactName, artifactPlatform } from '#shared/platforms/artifacts'
import { batchNames } from '#shared/platforms/batch-names'
import { imageAdvice } from '#shared/platforms/image-advice'
import type { PlatformId } from '#shared/platforms/platform'
import { checkOutput } from '../files/checks.js'
import { type DiskSpace, readDiskSpace } from '../files/disk-space.js'
import type { Host } from '../process/host.js'
import { sidecarPaths } from './artifacts/sidecars.js'
import { convertTarget, requireTakenSize, targetBytes } from './convert-target.js'
import type { ImageSessions } from './image-sessions.js'
import { type PlannedResult, planResult } from './plan-convert.js'
import { planRetargetOf } from './plan-retarget.js'
import { type PlanSource, readPlanSource } from './plan-source.js'
import { askedBytes } from './prepare-convert.js'

type Note = BatchCell['notes'][number]

/** What a batch runs at one time on one disk, so that their working copies are there together. */
const AT_ONE_TIME = 2

/** Every source for every preset: what each will be, and whether all of it fits. Nothing is written. Throws when the folder is not there. */
export async function planBatch(host: Host, sessions: ImageSessions, request: BatchRequest): Promise<BatchPlan> {
  const space = await readDiskSpace(request.folder)
  const names = batchNames(request.sources.map(({ path: file }) => path.basename(file)))
  const left = new Set(request.without.map(({ source, artifact: id }) => `${source} ${id}`))
  const cells: BatchCell[] = []
  const copies: number[] = []
  for (const [index, wanted] of request.sources.entries()) {
    const asked = request.artifacts.filter((id) => !left.has(`${index} ${id}`))
    const outputs = asked.map((id) => ({ id, output: path.join(request.folder, artifactName(names[index] ?? '', id)) }))
    const problem = (thrown: unknown): BatchCell[] => outputs.map(({ id, output }) => failedCell(index, id, output, thrown))
    const source = await readPlanSource(host, sessions, wanted).catch((thrown: unknown) => toAppError(thrown))
    if (host.signal?.aborted) throw new AppError('cancelled')
    if (source instanceof AppError) {
      cells.push(...problem(source))
      continue
    }
    const retargets = new Map<PlatformId, Promise<Retarget>>()
    for (const { id, output } of outputs) {
      const place = artifactPlatform(id).id
      const retarget = retargets.get(place) ?? planOwnRetarget(source, place, request, wanted.edits)
      retargets.set(place, retarget)
      cells.push(await planCell({ request, index, id, output, source, retarget: await retarget, space }))
      copies.push(source.copyBytes)
    }
  }
  const sum = (pick: (cell: BatchCell) => number | null): number => cells.reduce((all, cell) => all + (pick(cell) ?? 0), 0)
  const atOnce = copies.toSorted((one, other) => other - one).slice(0, AT_ONE_TIME)
  const neededBytes = sum((cell) => cell.neededBytes) + atOnce.reduce((all, bytes) => all + bytes, 0)
  return {
    cells,
    neededBytes,
    estimateBytes: sum((cell) => cell.estimateBytes),
    freeBytes: space.freeBytes,
    fits: neededBytes <= space.freeBytes,
  }
}

interface Retarget {
  /** Null where there is nothing to change. */
  readonly edit: Edit | null
  readonly words: string
  readonly notes: readonly Note[]
}

const NO_ENTRIES = 'No boot entries were found: it is converted as it is'
const NO_RETARGET: Retarget = { edit: null, words: '', notes: [] }

/** What the platform wants to be changed in an image. What keeps it from being changed is told, and the image converted as it is. */
async function planOwnRetarget(
  { open, packedAs }: PlanSource,
  to: PlatformId,
  request: BatchRequest,
  edits: readonly Edit[],
): Promise<Retarget> {
  // One that is staged for another platform is gone beyond: the plan is made on top of it.
  if (!request.retarget || edits.some((edit) => edit.kind === 'retarget' && edit.platform === to)) return NO_RETARGET
  if (open === null) {
    const text = `Its boot entries stay as they are: they are not seen in a packed image (${packedAs}). Unpack it first to retarget it`
    return { ...NO_RETARGET, notes: [{ severity: 'warning', text }] }
  }
  try {
    const plan = await open((image) => planRetargetOf(image, to, edits))
    const notes = [...plan.notes, ...(plan.perEntry.length === 0 ? [NO_ENTRIES] : [])].map((text): Note => ({ severity: 'note', text }))
    if (!plan.changes) return { ...NO_RETARGET, notes }
    const entry = plan.perEntry.find(({ isDefault }) => isDefault) ?? plan.perEntry[0]
    const changes = [...(entry?.leaves ?? []).map((arg) => `- ${arg}`), ...(entry?.arrives ?? []).map((arg) => `+ ${arg}`)]
    const words = [`Retarget to ${plan.platform.name}`, changes.join(', ')].filter(Boolean).join(': ')
    return { edit: { kind: 'retarget', platform: to }, words, notes }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    const isPlain = error.code === 'no-boot-entries' || error.code === 'no-partitions'
    const text = isPlain
      ? NO_ENTRIES
      : `It is converted as it is, because it cannot be retargeted: ${error.data.details.reason ?? error.code}`
    return { ...NO_RETARGET, notes: [{ severity: isPlain ? 'note' : 'warning', text }] }
  }
}

interface CellRequest {
  readonly request: BatchRequest
  readonly index: number
  readonly id: ArtifactId
  readonly output: string
  readonly source: PlanSource
  readonly retarget: Retarget
  readonly space: DiskSpace
}

async function planCell({ request, index, id, output, source, retarget, space }: CellRequest): Promise<BatchCell> {
  try {
    const input = cellInput(request, index, id, output, source, retarget)
    const target = convertTarget(input)
    if (source.info !== null) requireTakenSize(target, targetBytes(target, askedBytes(target, source.virtualBytes)))
    const planned = await planResult(target, source, space, (edit) => (edit === retarget.edit ? retarget.words : undefined))
    requireFileSize(planned, space, request.folder)
    if (planned.exists) await requireNoSource(input, request)
    return {
      source: index,
      artifact: id,
      output,
      input,
      steps: planned.steps,
      estimateBytes: planned.need.estimateBytes,
      neededBytes: planned.need.neededBytes,
      exists: planned.exists,
      notes: [...platformNotes(source, id), ...planned.warnings.map((text): Note => ({ severity: 'warning', text })), ...retarget.notes],
      commands: planned.commands,
      problem: null,
    }
  } catch (thrown) {
    return failedCell(index, id, output, thrown)
  }
}

function cellInput(
  request: BatchRequest,
  index: number,
  id: ArtifactId,
  output: string,
  { path: file }: PlanSource,
  { edit }: Retarget,
): ConvertInput {
  const wanted = request.sources[index]
  const preset = artifact(id)
  return {
    source: file,
    ...(wanted?.member === undefined ? {} : { member: wanted.member }),
    ...(wanted?.snapshot === undefined ? {} : { snapshot: wanted.snapshot }),
    output,
    format: preset.format,
    options: [],
    container: preset.container,
    artifact: id,
    edits: [...(wanted?.edits ?? []), ...(edit === null ? [] : [edit])],
    fitSize: true,
    ...(request.machine === undefined ? {} : { machine: request.machine }),
    digests: request.digests,
    report: request.report,
    verify: request.verify,
    replace: request.replace,
  }
}

/** What the job itself takes care of: another format, and growth to the next size. */
const TAKEN_CARE_OF: ReadonlySet<string> = new Set(['format-not-taken', 'not-whole-gib', 'not-aligned', 'too-large'])

/** What is written around the disk says which firmware the machine has. */
function namesFirmware(id: ArtifactId): boolean {
  const { container } = artifact(id)
  return container === 'ova' || container === 'oci'
}

function platformNotes({ info }: PlanSource, id: ArtifactId): Note[] {
  if (info === null) return []
  const advice = imageAdvice(artifactPlatform(id), info).filter(
    ({ code }) => !TAKEN_CARE_OF.has(code) && !(code === 'firmware-to-choose' && namesFirmware(id)),
  )
  const generation: Note[] =
    id === 'hyperv-vhd' && info.firmware === 'uefi'
      ? [{ severity: 'error', text: 'The image boots with UEFI only, and generation 1 machines, which take VHD, have none: use VHDX' }]
      : []
  return [...generation, ...advice.map(({ severity, text }): Note => ({ severity, text }))]
}

/** One job must not replace what another one of the batch reads. */
async function requireNoSource(input: ConvertInput, { sources }: BatchRequest): Promise<void> {
  for (const target of [input.output, ...sidecarPaths(input.output, input)]) {
    await checkOutput({ target, sources: sources.map(({ path: file }) => file), replace: true })
  }
}

function requireFileSize({ need }: PlannedResult, { maxFileBytes, filesystem }: DiskSpace, folder: string): void {
  if (maxFileBytes === null || need.largestFileBytes <= maxFileBytes) return
  throw new AppError('file-too-large', {
    details: { folder, filesystem, neededBytes: need.largestFileBytes, maxBytes: maxFileBytes },
    actions: [{ kind: 'choose-output' }],
  })
}

function failedCell(source: number, id: ArtifactId, output: string, thrown: unknown): BatchCell {
  const problem = toAppError(thrown).data
  const nothing = { steps: [], estimateBytes: null, neededBytes: null, exists: false, notes: [], commands: [] }
  return { source, artifact: id, output, input: null, problem, ...nothing }
}
