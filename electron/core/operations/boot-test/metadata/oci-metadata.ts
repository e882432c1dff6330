import { type GuestFacts, madeUpHex } from './guest-facts.js'
import { find, isFolder, json, type MetadataResponder, refusal, text, type Tree, words } from './metadata-answer.js'

const AUTHORIZATION = 'Bearer Oracle'
const REGION = 'us-ashburn-1'

/** The instance metadata service of Oracle Cloud, versions 1 and 2: Oracle "Getting Instance Metadata". */
export function ociMetadata(facts: GuestFacts): MetadataResponder {
  const tree = ociTree(facts)
  return ({ method, path, headers }) => {
    const [top, version, ...place] = words(path)
    if ((method !== 'GET' && method !== 'HEAD') || top !== 'opc' || (version !== 'v1' && version !== 'v2')) return refusal(404)
    if (version === 'v2' && headers.authorization !== AUTHORIZATION) return refusal(401)
    const found = find(tree, place)
    if (found === undefined) return refusal(404)
    return isFolder(found) ? json(found) : text(String(found))
  }
}

function ociTree({ arch, hostname, instanceId, sshKeys, userData, mac, address }: GuestFacts): Tree {
  const id = madeUpHex(instanceId, 60)
  return {
    instance: {
      availabilityDomain: 'Test:US-ASHBURN-AD-1',
      canonicalRegionName: REGION,
      compartmentId: `ocid1.tenancy.oc1..${id}`,
      displayName: hostname,
      faultDomain: 'FAULT-DOMAIN-1',
      hostname,
      id: instanceId,
      image: `ocid1.image.oc1.iad.${id}`,
      metadata: {
        ...(sshKeys.length === 0 ? {} : { ssh_authorized_keys: sshKeys.join('\n') }),
        ...(userData === null ? {} : { user_data: Buffer.from(userData).toString('base64') }),
      },
      ociAdName: 'iad-ad-1',
      region: 'iad',
      regionInfo: { realmDomainComponent: 'oraclecloud.com', realmKey: 'oc1', regionIdentifier: REGION, regionKey: 'IAD' },
      shape: arch === 'aarch64' ? 'VM.Standard.A1.Flex' : 'VM.Standard.E4.Flex',
      state: 'Running',
      timeCreated: 1_600_000_000_000,
    },
    vnics: [
      {
        macAddr: mac,
        privateIp: address,
        subnetCidrBlock: '10.0.2.0/24',
        virtualRouterIp: '10.0.2.2',
        vlanTag: 0,
        vnicId: `ocid1.vnic.oc1.iad.${id}`,
      },
    ],
  }
}
