import type { Transport } from '../../containers/reference.js'
import type { FieldValues } from '../field.js'
import { textOf } from '../read-values.js'

/** Places of container images that are offered; `oci` folders and others are for the workbench of container images. */
export const IMAGE_PLACES = ['docker', 'containers-storage', 'oci-archive', 'docker-archive', 'dir'] as const satisfies readonly Transport[]
export type ImagePlace = (typeof IMAGE_PLACES)[number]

export function containerTransportOf(values: FieldValues): ImagePlace {
  return IMAGE_PLACES.find((place) => place === textOf(values, 'place')) ?? 'docker'
}

/** The destination as a reference, such as `docker://registry.example/team/boot:v1`; null while it is not filled in. */
export function registryReference(values: FieldValues): string | null {
  const transport = containerTransportOf(values)
  const tag = textOf(values, 'tag')
  const tagged = (name: string): string => (tag === '' ? name : `${name}:${tag}`)
  if (transport === 'docker') {
    const [registry, repository] = [textOf(values, 'registry'), textOf(values, 'repository')]
    return registry === '' || repository === '' ? null : tagged(`docker://${registry}/${repository}`)
  }
  if (transport === 'containers-storage') {
    const repository = textOf(values, 'repository')
    return repository === '' ? null : tagged(`containers-storage:${repository}`)
  }
  const file = textOf(values, 'target')
  if (file === '') return null
  return transport === 'oci-archive' && tag !== '' ? `oci-archive:${file}:${tag}` : `${transport}:${file}`
}

/** Absolute path of the archive or folder that the values name as the destination; null for a registry and podman's storage. */
export function fileOfRegistryForm(values: FieldValues): string | null {
  const place = containerTransportOf(values)
  const file = textOf(values, 'target')
  return place === 'docker' || place === 'containers-storage' || file === '' ? null : file
}
