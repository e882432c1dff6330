import type { GuestFacts } from './guest-facts.js'
import {
  find,
  isFolder,
  json,
  listing,
  type MetadataAnswer,
  type MetadataResponder,
  refusal,
  text,
  type Tree,
  words,
} from './metadata-answer.js'

const FLAVOR = { 'metadata-flavor': 'Google' } as const
const ZONE = 'projects/1/zones/us-central1-a'

/** The metadata server of Compute Engine: Google "View and query VM metadata", "Predefined VM metadata keys". */
export function gcpMetadata(facts: GuestFacts): MetadataResponder {
  const tree = gcpTree(facts)
  return ({ method, path, query, headers }) => {
    if (method !== 'GET' && method !== 'HEAD') return withFlavor(refusal(405))
    if (headers['metadata-flavor'] !== 'Google') return withFlavor(refusal(403, 'Missing Metadata-Flavor:Google header.'))
    const place = words(path)
    if (place.length === 0) return text('computeMetadata/\n', FLAVOR)
    if (place[0] !== 'computeMetadata' || (place[1] !== undefined && place[1] !== 'v1')) return withFlavor(refusal(404))
    const found = place[1] === undefined ? { v1: tree } : find(tree, place.slice(2))
    if (found === undefined) return withFlavor(refusal(404))
    if (!isFolder(found)) return query.get('alt') === 'json' ? json(found, FLAVOR) : text(String(found), FLAVOR)
    if (query.get('recursive')?.toLowerCase() === 'true') return json(asJson(found, place.at(-1) === 'attributes'), FLAVOR)
    if (!path.endsWith('/')) return { status: 301, body: '', headers: { ...FLAVOR, location: `${path}/` } }
    return text(`${listing(found)}\n`, FLAVOR)
  }
}

function withFlavor(answer: MetadataAnswer): MetadataAnswer {
  return { ...answer, headers: { ...answer.headers, ...FLAVOR } }
}

/** Names of values in JSON are written together; those that the user gave stay as they are. */
function asJson(tree: Tree, namesAreGiven: boolean): unknown {
  if (!isFolder(tree)) return tree
  if (Array.isArray(tree)) return tree.map((value: Tree) => asJson(value, false))
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]: [string, Tree]) => [
      namesAreGiven ? name : name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      asJson(value, name === 'attributes'),
    ]),
  )
}

function gcpTree({ hostname, instanceId, sshKeys, user, userData, mac, address }: GuestFacts): Tree {
  return {
    instance: {
      attributes: {
        ...(sshKeys.length === 0 ? {} : { 'ssh-keys': sshKeys.map((key) => `${user}:${key}`).join('\n') }),
        ...(userData === null ? {} : { 'user-data': userData }),
      },
      'cpu-platform': 'Unknown CPU Platform',
      description: '',
      hostname,
      id: /^\d+$/.test(instanceId) && Number.isSafeInteger(Number(instanceId)) ? Number(instanceId) : instanceId,
      image: 'projects/1/global/images/diskwright',
      'machine-type': 'projects/1/machineTypes/e2-medium',
      name: hostname.split('.')[0] ?? hostname,
      'network-interfaces': [
        {
          'access-configs': [],
          gateway: '10.0.2.2',
          ip: address,
          mac,
          mtu: 1460,
          network: 'projects/1/networks/default',
          subnetmask: '255.255.255.0',
        },
      ],
      'service-accounts': {},
      tags: [],
      zone: ZONE,
    },
    project: { attributes: {}, 'numeric-project-id': 1, 'project-id': 'diskwright-test' },
  }
}
