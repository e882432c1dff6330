import { createHash } from 'node:crypto'
import type { GuestMetadata, MetadataServiceId } from '#shared/boot-test/guest-metadata'
import type { MachineArch } from '#shared/boot-test/machine-arch'

/** What a metadata service tells its guest. */
export interface GuestFacts {
  readonly arch: MachineArch
  readonly hostname: string
  readonly instanceId: string
  /** Lines as in `authorized_keys`. */
  readonly sshKeys: readonly string[]
  /** Whom the keys are for. */
  readonly user: string
  readonly userData: string | null
  /** The network card, in lower case with colons. */
  readonly mac: string
  readonly address: string
}

/** The first card and the first address that qemu's own network gives: QEMU net/net.c, net/slirp.c. */
const CARD = { mac: '52:54:00:12:34:56', address: '10.0.2.15' } as const

const HOSTNAME = 'diskwright-test'

/** What was asked for; what was left out is made up out of `seed`, so that every test is another machine. */
export function guestFacts(
  service: MetadataServiceId,
  given: GuestMetadata,
  userData: string | null,
  seed: string,
  arch: MachineArch = 'x86_64',
): GuestFacts {
  return {
    arch,
    hostname: given.hostname ?? HOSTNAME,
    instanceId: given.instanceId ?? madeUpId(service, seed),
    sshKeys: given.sshKeys,
    user: given.user,
    userData,
    ...CARD,
  }
}

export function madeUpHex(seed: string, digits: number): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, digits)
}

/** RFC 9562 version 4 by its form. */
export function madeUpUuid(seed: string): string {
  return madeUpHex(seed, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}

function madeUpId(service: MetadataServiceId, seed: string): string {
  switch (service) {
    case 'aws':
      return `i-${madeUpHex(seed, 17)}`
    case 'gcp':
      // A number, below 2^53 so that no reader loses digits.
      return String(Number.parseInt(madeUpHex(seed, 13), 16))
    case 'oci':
      return `ocid1.instance.oc1..${madeUpHex(seed, 60)}`
    case 'azure':
    case 'openstack':
    case 'vmware':
      return madeUpUuid(seed)
  }
}
