import { readEc2 } from './aws-metadata.js'
import { type GuestFacts, madeUpHex, madeUpUuid } from './guest-facts.js'
import { json, type MetadataResponder, refusal, text, words } from './metadata-answer.js'

/** nova/api/metadata/base.py, OPENSTACK_VERSIONS. */
const VERSIONS = ['2012-08-10', '2013-04-04', '2013-10-17', '2015-10-15', '2016-06-30', '2016-10-06', '2017-02-22', '2018-08-27', 'latest']

/** The metadata service of OpenStack and, for guests that know no other, the one of EC2: Nova "Metadata service", user guide. */
export function openstackMetadata(facts: GuestFacts): MetadataResponder {
  const files = openstackFiles(facts)
  return ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD') return refusal(405)
    const [top, version, name, ...more] = words(path)
    if (top !== 'openstack') return readEc2(facts, words(path))
    if (version === undefined) return text(VERSIONS.join('\n'))
    if (!VERSIONS.includes(version) || more.length > 0) return refusal(404)
    if (name === undefined) return text(Object.keys(files).join('\n'))
    const file = Object.entries(files).find(([known]) => known === name)?.[1]
    if (file === undefined) return refusal(404)
    return typeof file === 'string' ? text(file) : json(file)
  }
}

function openstackFiles(facts: GuestFacts): Readonly<Record<string, unknown>> {
  const { hostname, instanceId, sshKeys, user, userData, mac } = facts
  return {
    'meta_data.json': {
      availability_zone: 'nova',
      hostname,
      keys: sshKeys.map((data, index) => ({ data, name: `${user}-${index}`, type: 'ssh' })),
      launch_index: 0,
      meta: {},
      name: hostname,
      project_id: madeUpHex(instanceId, 32),
      public_keys: Object.fromEntries(sshKeys.map((key, index) => [`${user}-${index}`, key])),
      random_seed: Buffer.from(madeUpHex(`${instanceId} random`, 64)).toString('base64'),
      uuid: instanceId,
    },
    'network_data.json': {
      links: [{ ethernet_mac_address: mac, id: 'tap0', mtu: 1500, type: 'phy', vif_id: madeUpUuid(mac) }],
      networks: [{ id: 'network0', link: 'tap0', network_id: madeUpUuid('network0'), type: 'ipv4_dhcp' }],
      services: [],
    },
    'vendor_data.json': {},
    'vendor_data2.json': {},
    password: '',
    ...(userData === null ? {} : { user_data: userData }),
  }
}
