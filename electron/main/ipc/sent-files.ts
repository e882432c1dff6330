import { providerForm } from '#shared/clouds/forms'
import { type ContainerReference, parseReference, printReference } from '#shared/containers/reference'
import type { JobRequest } from '#shared/jobs/job-requests'

/** What a job sends away from this machine, and where to, in words. */
export interface Sending {
  /** Absolute paths, and references of the local container storage. */
  readonly sources: readonly string[]
  readonly destination: string
}

const WHEREVER_THE_GUEST_SENDS = "whoever its guest talks to, booted with this machine's connection"

/** Null for a job whose results all stay on this machine. */
export function sendingOf(request: JobRequest): Sending | null {
  switch (request.kind) {
    case 'package-container': {
      const destination = registryOf(request.input.destination)
      return destination === null ? null : { sources: [request.input.source], destination }
    }
    case 'copy-container': {
      const destination = registryOf(request.input.destination)
      const source = localSource(request.input.source)
      return destination === null || source === null ? null : { sources: [source], destination }
    }
    case 'upload-image': {
      const { provider, facts } = request.input
      return { sources: [facts.path], destination: providerForm(provider).title }
    }
    case 'test-boot': {
      // What runs in the guest can read all of its disk, and send it.
      const { source, machine } = request.input
      return machine.network === 'none' ? null : { sources: [source], destination: WHEREVER_THE_GUEST_SENDS }
    }
    case 'save-image':
    case 'convert-image':
    case 'extract-files':
    case 'unpack-image':
    case 'compare-images':
    case 'compact-image':
    case 'snapshot-image':
    case 'rebase-image':
    case 'commit-image':
    case 'repair-image':
    case 'extract-container':
    case 'build-disk':
      return null
  }
}

/** What a job reads of this machine beside the edits: its results hold it. */
export function readSourcesOf({ kind, input }: JobRequest): string[] {
  if (kind === 'extract-container' || kind === 'build-disk') return present(localSource(input.reference))
  if (kind === 'copy-container') return present(localSource(input.source))
  if (kind === 'compare-images') return [input.left, input.right]
  if (kind === 'rebase-image') return [input.source, ...present(input.backing)]
  if (kind === 'commit-image') return [input.source, input.into]
  if (kind === 'upload-image') return [input.facts.path]
  return [input.source]
}

/** The file that a job changes where it lies; null for one that makes new ones. */
export function changedInPlace({ kind, input }: JobRequest): string | null {
  if (kind === 'commit-image') return input.into
  return 'target' in input && input.target.mode === 'in-place' ? input.source : null
}

/** As `SourceGrants` knows a source of container images; null for one at a registry. */
function localSource(reference: string): string | null {
  const parsed = parseReference(reference)
  if (parsed.transport === 'docker') return null
  return parsed.path ?? printReference(parsed)
}

function registryOf(reference: string): string | null {
  const parsed: ContainerReference = parseReference(reference)
  return parsed.transport === 'docker' ? printReference(parsed) : null
}

function present(value: string | null): string[] {
  return value === null ? [] : [value]
}
