import type { Edit } from '#shared/edits/edit'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import type { Scene } from './scene.js'

/** The argument that every save of these tests adds. */
export const ADDED = 'fault.test=1'
/** The boot entry of the shared image `mbr`. */
export const ENTRY = '1:/boot/loader/entries/fedora-6.8.5.conf'
export const EDITS: readonly Edit[] = [{ kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'append', arg: ADDED }] }]

export const SAVE_STEPS = ['read', 'write', 'read-back', 'convert', 'compare', 'check', 'publish'] as const
export const CONVERT_STEPS = ['prepare', 'convert', 'compare', 'check', 'publish'] as const

/** One kind of long work: as a command line, as a request, and what it makes. */
export interface Work {
  readonly name: string
  readonly steps: readonly string[]
  /** Name of the result in the image folder; undefined in place. */
  readonly output: string | undefined
  /** Whether the result has the edits of these tests. */
  readonly edited: boolean
  /** Rules that a result which cannot be opened as an image is held against. */
  readonly artifact?: ArtifactId
  command(scene: Scene): string[]
  request(scene: Scene): JobRequestDraft
}

export const SAVE_NEW: Work = {
  name: 'save as a new image',
  steps: SAVE_STEPS,
  output: 'saved.qcow2',
  edited: true,
  command: (scene) => ['boot', 'set', scene.source, '--append', ADDED, '-o', scene.at('saved.qcow2')],
  request: (scene) => ({
    kind: 'save-image',
    input: { source: scene.source, edits: [...EDITS], target: { mode: 'new-file', output: scene.at('saved.qcow2'), replace: false } },
  }),
}

export const SAVE_IN_PLACE: Work = {
  name: 'save in place',
  steps: SAVE_STEPS,
  output: undefined,
  edited: true,
  command: (scene) => ['boot', 'set', scene.source, '--append', ADDED, '--in-place'],
  request: (scene) => ({
    kind: 'save-image',
    input: { source: scene.source, edits: [...EDITS], target: { mode: 'in-place', keepBackup: true } },
  }),
}

export const CONVERT: Work = {
  name: 'convert',
  steps: CONVERT_STEPS,
  output: 'made.qcow2',
  edited: false,
  command: (scene) => ['convert', scene.source, '-o', scene.at('made.qcow2'), '--to', 'qcow2:compressed'],
  request: (scene) => ({
    kind: 'convert-image',
    input: {
      source: scene.source,
      output: scene.at('made.qcow2'),
      format: 'qcow2',
      subformat: 'compressed',
      options: [],
      verify: true,
      replace: false,
    },
  }),
}

/** Written by our own writer, in a package. */
export const CONVERT_OVA: Work = {
  name: 'convert to an OVA',
  steps: CONVERT_STEPS,
  output: 'made.ova',
  edited: false,
  artifact: 'vmware-ova',
  command: (scene) => ['convert', scene.source, '-o', scene.at('made.ova'), '--for', 'vmware-ova', '--no-retarget'],
  request: (scene) => ({
    kind: 'convert-image',
    input: { source: scene.source, output: scene.at('made.ova'), format: 'vmdk', artifact: 'vmware-ova', digests: ['sha256'] },
  }),
}

export const ALL_WORK: readonly Work[] = [SAVE_NEW, SAVE_IN_PLACE, CONVERT, CONVERT_OVA]
