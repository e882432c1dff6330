import type { ContainerStorage } from '#shared/containers/container-requests'
import { visibleText } from '../../components/visible-text.js'

/** The name of an image or container, by which people know it; the beginning of its id where it has none. */
export function nameOf({ images, containers }: ContainerStorage, id: string): string {
  const image = images.find((one) => one.id === id)
  const name = image?.references[0]?.replace(/^containers-storage:/, '') ?? containers.find((one) => one.id === id)?.name
  return visibleText(name ?? shortId(id))
}

/** As podman prints ids. */
export function shortId(id: string): string {
  return id.replace(/^(?:sha256:)?([0-9a-f]{12})[0-9a-f]+$/, '$1')
}
