import path from 'node:path'
import type { JobKind } from '#shared/jobs/job-requests'
import { parseReference, shortReference } from '#shared/containers/reference'
import { buildDisk } from '../operations/containers/build-disk.js'
import { copyContainer } from '../operations/containers/copy-container.js'
import { extractContainer } from '../operations/containers/extract-container.js'
import { packageContainer } from '../operations/containers/package-container.js'
import { OUTPUT_STEPS } from '../operations/write-output.js'
import type { SignInStore } from '../registry/sign-in-store.js'
import type { JobDefinitions } from './job-definition.js'

type ContainerJobKind = Extract<JobKind, 'extract-container' | 'package-container' | 'copy-container' | 'build-disk'>

/** A file or folder that a reference names is locked like any other; a registry is not. */
function pathsOf(reference: string): string[] {
  const { path: file } = parseReference(reference)
  return file === null ? [] : [path.resolve(file)]
}

function named(reference: string): string {
  return shortReference(parseReference(reference))
}

/** Jobs about container images. */
export function containerDefinitions(signIns: SignInStore): Pick<JobDefinitions, ContainerJobKind> {
  return {
    'extract-container': {
      title: (input) => `Take ${path.basename(input.output)} out of ${named(input.reference)}`,
      steps: () => [
        { id: 'resolve', title: 'Look up the image', weight: 0.03 },
        { id: 'fetch', title: 'Fetch, check and write it', weight: 0.92 },
        { id: 'publish', title: 'Flush to disk and give it its name', weight: 0.05 },
      ],
      locks: (input) => ({ reads: pathsOf(input.reference), writes: [input.output] }),
      run: (input, context) => extractContainer(context, input, signIns),
    },
    'package-container': {
      title: (input) => `Package ${path.basename(input.source)} as ${named(input.destination)}`,
      steps: () => [
        { id: 'prepare', title: 'Check the source and the destination', weight: 0.03 },
        { id: 'digest', title: 'Compute the digests of the layer', weight: 0.27 },
        { id: 'send', title: 'Send what is not there yet', weight: 0.65 },
        { id: 'finish', title: 'Write the manifest and read it back', weight: 0.05 },
      ],
      locks: (input) => ({ reads: [input.source], writes: pathsOf(input.destination) }),
      run: (input, context) => packageContainer(context, input, signIns),
    },
    'copy-container': {
      title: (input) => `Copy ${named(input.source)} to ${named(input.destination)}`,
      steps: () => [
        { id: 'prepare', title: 'Check the source and the destination', weight: 0.05 },
        { id: 'copy', title: 'Copy the image', weight: 0.9 },
        { id: 'finish', title: 'Read it back', weight: 0.05 },
      ],
      locks: (input) => ({ reads: pathsOf(input.source), writes: pathsOf(input.destination) }),
      run: (input, context) => copyContainer(context, input, signIns),
    },
    'build-disk': {
      title: (input) => `Build ${path.basename(input.output)} from ${named(input.reference)}`,
      steps: (input) => [
        { id: 'prepare', title: 'Check what this machine can do', weight: 0.02 },
        { id: 'pull', title: 'Fetch the container image', weight: 0.25 },
        { id: 'build', title: 'Install it to a disk', weight: 0.5 },
        // A raw disk is made where it stays.
        ...OUTPUT_STEPS.filter(({ id }) => input.format !== 'raw' || id === 'publish').map((step) => ({ ...step, weight: 0.06 })),
      ],
      locks: (input) => ({ reads: [], writes: [input.output] }),
      run: (input, context) => buildDisk(context, input, signIns),
    },
  }
}
