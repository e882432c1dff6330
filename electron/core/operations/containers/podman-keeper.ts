import type { Host } from '../../process/host.js'
import { listContainers } from '../../tools/podman/containers.js'
import { imageExists } from '../../tools/podman/image-exists.js'
import { removeImage } from '../../tools/podman/remove-image.js'
import { removeOwnContainer } from '../../tools/podman/remove-own-container.js'
import { JOB_LABEL } from './own-labels.js'

/** Podman's containers and images, to find and remove what a killed job left. */
export function podmanKeeper(host: Host) {
  return {
    async hasContainer(name: string, jobId: string): Promise<boolean> {
      const found = await listContainers(host, { label: `${JOB_LABEL}=${jobId}` })
      return found.some((container) => container.name === name)
    },
    removeContainer: (name: string) => removeOwnContainer(host, name),
    hasImage: (name: string) => imageExists(host, name),
    removeImage: (name: string) => removeImage(host, name),
  }
}
