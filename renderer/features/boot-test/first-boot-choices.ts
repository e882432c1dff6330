import type { GivenText } from '#shared/boot-test/given-text'
import { guestMetadataSchema, metadataServiceOf } from '#shared/boot-test/guest-metadata'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { PlatformId } from '#shared/platforms/platform'

/** A text as it was typed, or a file that was chosen; an empty text is none. */
export type GivenChoice = GivenText

const NOTHING: GivenChoice = { text: '' }

/** What the guest is told on its first boot, for the test alone. */
export interface FirstBootChoices {
  readonly userData: GivenChoice
  readonly metaData: GivenChoice
  readonly networkConfig: GivenChoice
  readonly ignition: GivenChoice
  /** The metadata service of the platform answers. */
  readonly answers: boolean
  readonly hostname: string
  readonly user: string
  /** Public keys, one a line. */
  readonly sshKeys: string
  /** What the service gives as user data. */
  readonly serviceData: GivenChoice
}

export const NO_FIRST_BOOT: FirstBootChoices = {
  userData: NOTHING,
  metaData: NOTHING,
  networkConfig: NOTHING,
  ignition: NOTHING,
  answers: false,
  hostname: '',
  user: 'diskwright',
  sshKeys: '',
  serviceData: NOTHING,
}

interface Chosen {
  readonly platform: PlatformId | null
  readonly firstBoot: FirstBootChoices
}

/** The parts of the request that tell the guest something. */
export function firstBootOf(choices: Chosen): Pick<JobInputDraft<'test-boot'>, 'seed' | 'metadata'> {
  const { userData, metaData, networkConfig, ignition } = choices.firstBoot
  // A seed of cloud-init is one only with user data, be it empty.
  const hasCloudInit = [userData, metaData, networkConfig].some(isGiven)
  const cloudInit = {
    userData: isGiven(userData) ? userData : { text: '#cloud-config\n{}\n' },
    ...(isGiven(metaData) ? { metaData } : {}),
    ...(isGiven(networkConfig) ? { networkConfig } : {}),
  }
  const seed = { ...(hasCloudInit ? { cloudInit } : {}), ...(isGiven(ignition) ? { ignition } : {}) }
  return {
    ...(Object.keys(seed).length === 0 ? {} : { seed }),
    ...(doesAnswer(choices) ? { metadata: metadataOf(choices.firstBoot) } : {}),
  }
}

export function problemsOfFirstBoot(choices: Chosen): { hostname?: string; user?: string; sshKeys?: string } {
  if (!doesAnswer(choices)) return {}
  const { shape } = guestMetadataSchema
  const { hostname, user, sshKeys } = choices.firstBoot
  return {
    ...(shape.sshKeys.safeParse(keysOf(sshKeys)).success ? {} : { sshKeys: 'Up to 50 public keys, one a line; no private ones' }),
    ...(shape.hostname.safeParse(hostname.trim() || undefined).success ? {} : { hostname: 'Letters, digits, hyphens and dots' }),
    ...(shape.user.safeParse(user.trim()).success ? {} : { user: 'Small letters, digits, hyphens and underscores' }),
  }
}

/** How much of the first boot is told, for who does not look at it. */
export function firstBootCount(choices: Chosen): number {
  const { userData, metaData, networkConfig, ignition } = choices.firstBoot
  return [userData, metaData, networkConfig, ignition].filter(isGiven).length + (doesAnswer(choices) ? 1 : 0)
}

function doesAnswer({ platform, firstBoot }: Chosen): boolean {
  return firstBoot.answers && metadataServiceOf(platform ?? undefined) !== undefined
}

function metadataOf({ hostname, user, sshKeys, serviceData }: FirstBootChoices) {
  return {
    ...(hostname.trim() === '' ? {} : { hostname: hostname.trim() }),
    user: user.trim(),
    sshKeys: keysOf(sshKeys),
    ...(isGiven(serviceData) ? { userData: serviceData } : {}),
  }
}

function keysOf(lines: string): string[] {
  return lines.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}

function isGiven(choice: GivenChoice): boolean {
  return 'file' in choice || choice.text.trim() !== ''
}
