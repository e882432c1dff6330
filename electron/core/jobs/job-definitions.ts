import path from 'node:path'
import { FORMATS } from '#shared/images/formats'
import type { EngineId, JobInput } from '#shared/jobs/job-requests'
import { artifact } from '#shared/platforms/artifacts'
import type { Dirs } from '../files/dirs.js'
import type { SignInStore } from '../registry/sign-in-store.js'
import type { BootConsoles } from '../operations/boot-test/boot-consoles.js'
import { compareImages } from '../operations/compare/compare-images.js'
import { convertDiskImage } from '../operations/convert-image.js'
import { sidecarPaths } from '../operations/artifacts/sidecars.js'
import type { MadeWith } from '../operations/convert-proof.js'
import { extractFiles } from '../operations/extract-files.js'
import { saveImage } from '../operations/save-image.js'
import { OUTPUT_STEPS } from '../operations/write-output.js'
import type { SecretKeeper } from '../operations/upload/secret-keeper.js'
import { unpackImage } from '../operations/unpack/unpack-image.js'
import { bootTestDefinition } from './boot-test-definition.js'
import { containerDefinitions } from './container-definitions.js'
import { diskDefinitions } from './disk-definitions.js'
import { uploadDefinition } from './upload-definition.js'
import type { DeclaredStep, JobDefinitions } from './job-definition.js'

/** Weights are measured shares of the wall time of typical runs. */
const OUTPUT_WEIGHTS: Readonly<Record<(typeof OUTPUT_STEPS)[number]['id'], number>> = {
  convert: 0.6,
  compare: 0.3,
  check: 0.03,
  publish: 0.02,
}

function outputSteps(share: number): DeclaredStep[] {
  return OUTPUT_STEPS.map((step) => ({ ...step, weight: OUTPUT_WEIGHTS[step.id] * share }))
}

function convertTitle({ source, artifact: preset, format }: JobInput<'convert-image'>): string {
  return `Convert ${path.basename(source)} to ${preset === undefined ? FORMATS[format].label : artifact(preset).name}`
}

/** Only what a request can need: an engine run and a copied snapshot take about as long as writing a small image. */
function convertSteps(input: JobInput<'convert-image'>): DeclaredStep[] {
  const isEdited = input.edits.length > 0 || input.fitSize
  return [
    ...(mayBePacked(input) ? [{ id: 'unpack', title: 'Look into the source and unpack it', weight: 0.4 }] : []),
    ...(input.snapshot === undefined ? [] : [{ id: 'snapshot', title: 'Copy the snapshot', weight: 0.5 }]),
    { id: 'prepare', title: 'Check the source and the free space', weight: 0.05 },
    ...(isEdited
      ? [
          { id: 'write', title: 'Write the edits to an overlay', weight: 0.4 },
          { id: 'read-back', title: 'Read them back with a fresh reader', weight: 0.05 },
        ]
      : []),
    ...outputSteps(0.95),
  ]
}

/** By its name alone: one that is packed all the same is unpacked before the first step. */
function mayBePacked({ source, member }: { readonly source: string; readonly member?: string | undefined }): boolean {
  return member !== undefined || /\.(gz|tgz|xz|txz|zst|bz2|tar|ova|ovf|oci)$/i.test(source)
}

function saveTarget(input: JobInput<'save-image'>): string {
  return input.target.mode === 'new-file' ? input.target.output : input.source
}

function extractedNames({ items }: JobInput<'extract-files'>): string[] {
  return items.map((item) => item.as ?? path.posix.basename(item.path))
}

function extractedWords(input: JobInput<'extract-files'>): string {
  const [name = ''] = extractedNames(input)
  return input.items.length === 1 ? name || 'all files' : `${input.items.length} files and folders`
}

/** Every kind of job: its words, its steps, what it locks and the operation that does it. */
export function createJobDefinitions(preferences: {
  readonly engine: () => EngineId | 'auto'
  readonly madeWith: MadeWith
  readonly signIns: SignInStore
  readonly consoles: BootConsoles
  readonly promisedMemory: (jobId: string) => number
  readonly secrets: SecretKeeper
  readonly dirs: Dirs
}): JobDefinitions {
  return {
    ...diskDefinitions,
    ...containerDefinitions(preferences.signIns),
    ...bootTestDefinition(preferences),
    ...uploadDefinition({ ...preferences, convert: () => ({ engine: preferences.engine(), madeWith: preferences.madeWith }) }),
    'save-image': {
      title: (input) =>
        input.target.mode === 'new-file'
          ? `Save ${path.basename(input.source)} as ${path.basename(input.target.output)}`
          : `Save ${path.basename(input.source)} in place`,
      steps: () => [
        { id: 'read', title: 'Read the image and preview the edits', weight: 0.05 },
        { id: 'write', title: 'Write the edits to an overlay', weight: 0.4 },
        { id: 'read-back', title: 'Read them back with a fresh reader', weight: 0.05 },
        ...outputSteps(0.5),
      ],
      locks: (input) =>
        input.target.mode === 'new-file'
          ? { reads: [input.source], writes: [saveTarget(input)] }
          : { reads: [], writes: [saveTarget(input)] },
      run: (input, context) => saveImage(context, { ...input, engine: input.engine ?? preferences.engine() }),
    },
    'convert-image': {
      title: convertTitle,
      steps: convertSteps,
      locks: (input) => ({ reads: [input.source], writes: [input.output, ...sidecarPaths(input.output, input)] }),
      run: (input, context) => convertDiskImage(context, input, { engine: preferences.engine(), madeWith: preferences.madeWith }),
    },
    'extract-files': {
      title: (input) => `Copy ${extractedWords(input)} out of ${path.basename(input.source)}`,
      steps: () => [
        { id: 'read', title: 'Look up what is to be copied', weight: 0.1 },
        { id: 'copy', title: 'Copy, check the lengths, give the names', weight: 0.9 },
      ],
      locks: (input) => ({ reads: [input.source], writes: extractedNames(input).map((name) => path.join(input.folder, name)) }),
      run: (input, context) => extractFiles(context, input),
    },
    'compare-images': {
      title: (input) => `Compare ${path.basename(input.left)} with ${path.basename(input.right)}`,
      steps: ({ left, leftMember, right, rightMember }) => [
        ...(mayBePacked({ source: left, member: leftMember }) || mayBePacked({ source: right, member: rightMember })
          ? [{ id: 'unpack', title: 'Look into what is packed and unpack it', weight: 0.6 }]
          : []),
        { id: 'disks', title: 'Compare the disks', weight: 0.8 },
        { id: 'files', title: 'Compare the files of partitions that differ', weight: 0.2 },
      ],
      locks: (input) => ({ reads: [input.left, input.right], writes: [] }),
      run: (input, context) => compareImages(context, input),
    },
    'unpack-image': {
      title: (input) => `Unpack ${path.basename(input.source)} to ${path.basename(input.output)}`,
      steps: () => [
        { id: 'read', title: 'Look what is in it', weight: 0.02 },
        { id: 'verify', title: 'Check the manifest', weight: 0.2 },
        { id: 'unpack', title: 'Unpack the disk', weight: 0.7 },
        { id: 'publish', title: 'Flush to disk and give it its name', weight: 0.08 },
      ],
      locks: (input) => ({ reads: [input.source], writes: [input.output] }),
      run: (input, context) => unpackImage(context, input),
    },
  }
}
