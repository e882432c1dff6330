import type { ContainerPlatform } from './container-report.js'

type Wanted = Partial<ContainerPlatform>

/** Names of other worlds, by GOARCH. */
const GO_ARCH: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  armhf: 'arm',
  i386: '386',
  i686: '386',
  ia32: '386',
}
/** What an architecture is where no variant is said (containerd, `platforms.Normalize`). */
const USUAL_VARIANT: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' }

/** GOARCH of an architecture, by whichever name it is called. */
export function goArch(architecture: string): string {
  const name = architecture.toLowerCase()
  return GO_ARCH[name] ?? name
}

/** The platform of images that this machine runs; `nodeArch` is `process.arch`. Disks are of Linux machines, whatever this one is. */
export function machinePlatform(nodeArch: string): Wanted {
  return { os: 'linux', architecture: goArch(nodeArch) }
}

/** Whether a platform is the wanted one. What is not wanted in particular, may be anything. */
export function matchesPlatform(wanted: Wanted, has: ContainerPlatform | null): boolean {
  if (has === null) return wanted.architecture === undefined && wanted.os === undefined
  const architecture = goArch(has.architecture)
  if (wanted.os !== undefined && wanted.os !== has.os) return false
  if (wanted.architecture !== undefined && goArch(wanted.architecture) !== architecture) return false
  return !wanted.variant || variantOf(wanted.variant, architecture) === variantOf(has.variant, architecture)
}

/** The one that fits best: with the usual variant before others, then the first. Undefined where none fits. */
export function choosePlatform<T extends { readonly platform: ContainerPlatform | null }>(
  images: readonly T[],
  wanted: Wanted,
): T | undefined {
  const fitting = images.filter(({ platform }) => matchesPlatform(wanted, platform))
  const isUsual = ({ platform }: T): boolean =>
    platform !== null && variantOf(platform.variant, goArch(platform.architecture)) === variantOf(null, goArch(platform.architecture))
  return fitting.find(isUsual) ?? fitting[0]
}

/** `linux/arm64/v8`. */
export function platformText(platform: Wanted | null): string {
  if (platform === null) return 'no platform'
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')
}

function variantOf(variant: string | null, architecture: string): string {
  return variant || (USUAL_VARIANT[architecture] ?? '')
}
