import path from 'node:path'
import { type ContainerReference, shortReference } from '#shared/containers/reference'
import type { BuildDiskAbility } from '#shared/containers/container-requests'
import type { PrivilegedRun } from '../../../tools/podman/run-privileged.js'
import { storedName } from '../storage-source.js'

export type BuildVia = NonNullable<BuildDiskAbility['via']>

/** Where bootc-image-builder is published (its README). */
export const BUILDER_IMAGE = 'quay.io/centos-bootc/bootc-image-builder:latest'
const OUTPUT = '/output'
const DISK_NAME = 'disk.raw'

export interface BuildPlan {
  /** Of the container that is run. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly reference: ContainerReference
  /** Absolute path of a private folder: the disk is made in it. */
  readonly folder: string
  /** Folder of podman's storage. */
  readonly storageRoot: string
  readonly rootFilesystem: string | undefined
  readonly kernelArgs: readonly string[]
}

/** Where the disk is when it is done. bootc gets an empty file of the right length there. */
export function builtDisk(via: BuildVia, folder: string): string {
  return via === 'bootc' ? path.join(folder, DISK_NAME) : path.join(folder, 'image', DISK_NAME)
}

/** What podman runs with the rights of root to make the disk, and how that looks on a command line. */
export function buildRun(via: BuildVia, plan: BuildPlan): PrivilegedRun {
  return via === 'bootc' ? bootcRun(plan) : builderRun(plan)
}

/**
 * bootc-install-to-disk(8), run in the image itself as its manual says. The system updates itself from where the image came from, which only an image of a registry can
 * say; of a local one there is nothing to look up.
 */
function bootcRun({ name, labels, reference, folder, storageRoot, rootFilesystem, kernelArgs }: BuildPlan): PrivilegedRun {
  const isPublished = reference.registry !== null && reference.registry !== 'localhost'
  return {
    name,
    labels,
    image: storedName(reference),
    hostProcesses: true,
    mounts: [
      { from: '/dev', to: '/dev' },
      // bootc looks for its own image where podman keeps images by default.
      { from: storageRoot, to: '/var/lib/containers/storage' },
      { from: folder, to: OUTPUT },
    ],
    command: [
      'bootc',
      'install',
      'to-disk',
      '--generic-image',
      '--via-loopback',
      ...(isPublished ? ['--target-imgref', updateName(reference)] : ['--skip-fetch-check']),
      ...(rootFilesystem === undefined ? [] : ['--filesystem', rootFilesystem]),
      ...kernelArgs.map((argument) => `--karg=${argument}`),
      `${OUTPUT}/${DISK_NAME}`,
    ],
  }
}

/** Updates follow a tag: a system that is pinned to a digest never gets one. */
function updateName(reference: ContainerReference): string {
  return shortReference({ ...reference, transport: 'docker', digest: reference.tag === null ? reference.digest : null })
}

/** bootc-image-builder (its README); without a file system of its own choice an image does not say which one it wants. */
function builderRun({ name, labels, reference, folder, storageRoot, rootFilesystem }: BuildPlan): PrivilegedRun {
  return {
    name,
    labels,
    image: BUILDER_IMAGE,
    hostProcesses: false,
    mounts: [
      { from: path.join(folder, 'config.toml'), to: '/config.toml', readOnly: true },
      { from: folder, to: OUTPUT },
      { from: storageRoot, to: '/var/lib/containers/storage' },
    ],
    command: ['--type', 'raw', '--local', '--rootfs', rootFilesystem ?? 'xfs', storedName(reference)],
  }
}

/** What bootc-image-builder takes in a file: kernel arguments and the least size of the root file system. Basic strings of TOML 1.0 are strings of JSON. */
export function builderConfig(kernelArgs: readonly string[], sizeBytes: number): string {
  const kernel = kernelArgs.length === 0 ? [] : ['[customizations.kernel]', `append = ${JSON.stringify(kernelArgs.join(' '))}`]
  return [...kernel, '[[customizations.filesystem]]', 'mountpoint = "/"', `minsize = ${sizeBytes}`, ''].join('\n')
}
