import { toAppError } from '#shared/errors/app-error'
import { parseReference, printReference, type Transport } from '#shared/containers/reference'

/** Where a container image goes, as the form has it. */
export interface Destination {
  readonly transport: Transport
  /** Reference at a registry, or name in podman's storage. */
  readonly text: string
  /** The file or folder that was chosen in a dialog; those that may be written. */
  readonly chosen: { readonly reference: string; readonly replace: boolean } | null
  /** Name inside an archive or layout; may be empty. */
  readonly name: string
}

export const NO_DESTINATION: Destination = { transport: 'docker', text: '', chosen: null, name: '' }

export const TRANSPORT_WORDS: Readonly<Record<Transport, { readonly label: string; readonly hint: string }>> = {
  docker: { label: 'Registry', hint: 'Pushed there.' },
  'oci-archive': { label: 'OCI archive', hint: 'One file, for skopeo, podman and other registries.' },
  'docker-archive': { label: 'docker archive', hint: 'One file, for docker load and podman load.' },
  oci: { label: 'OCI layout', hint: 'A folder; several images can share it.' },
  dir: { label: 'Plain folder', hint: 'Manifest and blobs as files, for looking into.' },
  'containers-storage': { label: 'podman storage', hint: 'On this machine, for podman run and buildah.' },
}

export const DESTINATION_TRANSPORTS: readonly Transport[] = ['docker', 'containers-storage', 'oci-archive', 'docker-archive', 'oci', 'dir']

export function isFileTransport(transport: Transport): transport is 'oci' | 'oci-archive' | 'docker-archive' | 'dir' {
  return transport !== 'docker' && transport !== 'containers-storage'
}

/** The reference that is meant, or why there is none yet; both null while nothing was said. */
export function destinationReference(to: Destination): { readonly reference: string | null; readonly problem: string | null } {
  if (isFileTransport(to.transport)) {
    if (to.chosen === null) return { reference: null, problem: null }
    const inside = to.transport === 'dir' || to.name.trim() === '' ? '' : `:${to.name.trim()}`
    return readable(`${to.chosen.reference}${inside}`)
  }
  const text = to.text.trim()
  if (text === '') return { reference: null, problem: null }
  const found = readable(to.transport === 'docker' ? text : `containers-storage:${text.replace(/^containers-storage:/, '')}`)
  if (found.reference === null) return found
  const { transport, registry, digest } = parseReference(found.reference)
  if (transport !== to.transport) return { reference: null, problem: 'That is a reference of another kind' }
  if (transport === 'docker' && registry === null) return { reference: null, problem: 'It names no registry: begin with its host' }
  if (digest !== null) return { reference: null, problem: 'A digest cannot be chosen: it comes of what is in the image' }
  return found
}

function readable(text: string): { reference: string | null; problem: string | null } {
  try {
    return { reference: printReference(parseReference(text)), problem: null }
  } catch (error) {
    const { reason } = toAppError(error).data.details
    return { reference: null, problem: `It cannot be used: ${reason ?? 'it is no reference'}` }
  }
}
