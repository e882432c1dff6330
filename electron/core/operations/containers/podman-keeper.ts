import { existsSync } from 'node:fs'
import type { Host } from '../../process/host.js'
import { detachLoop, loopDevicesOf } from '../../tools/losetup/loop-devices.js'
import { listContainers } from '../../tools/podman/containers.js'
import { imageExists } from '../../tools/podman/image-exists.js'
import { removeImage } from '../../tools/podman/remove-image.js'
import { removeOwnContainer } from '../../tools/podman/remove-own-container.js'
import { builtDisk } from './build/build-commands.js'
import { hasLooseLayers, removeLooseLayers } from './loose-layers.js'
import { JOB_LABEL } from './own-labels.js'

const BUILDERS = ['bootc', 'bootc-image-builder'] as const

/** Podman's containers and images, and disks that are attached for them, to find and remove what a killed job left. */
export function podmanKeeper(host: Host) {
  return {
    async hasContainer(name: string, jobId: string): Promise<boolean> {
      const found = await listContainers(host, { label: `${JOB_LABEL}=${jobId}` })
      return found.some((container) => container.name === name)
    },
    removeContainer: (name: string) => removeOwnContainer(host, name),
    hasImage: (name: string) => imageExists(host, name),
    removeImage: (name: string) => removeImage(host, name),
    hasLayers: (digests: readonly string[]) => hasLooseLayers(host, digests),
    removeLayers: (digests: readonly string[]) => removeLooseLayers(host, digests),
    async loopsIn(folder: string): Promise<readonly string[]> {
      const disks = BUILDERS.map((via) => builtDisk(via, folder)).filter((disk) => existsSync(disk))
      return disks.length === 0 || !host.has('losetup') ? [] : (await Promise.all(disks.map((disk) => loopDevicesOf(host, disk)))).flat()
    },
    releaseLoop: (device: string) => detachLoop(host, device),
  }
}
