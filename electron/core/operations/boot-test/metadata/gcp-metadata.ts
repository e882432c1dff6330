import { type GuestFacts, madeUpHex } from './guest-facts.js'
import {
  find,
  isFolder,
  json,
  listing,
  type MetadataAnswer,
  type MetadataRequest,
  type MetadataResponder,
  refusal,
  text,
  type Tree,
  words,
} from './metadata-answer.js'

const FLAVOR = { 'metadata-flavor': 'Google' } as const
const ZONE = 'projects/1/zones/us-central1-a'

/**
 * The metadata server of Compute Engine: Google "View and query VM metadata", "Predefined VM metadata keys". Nothing of it ever changes: who
 * waits for that does so for as long as was asked.
 */
export function gcpMetadata(facts: GuestFacts): MetadataResponder {
  const tree = gcpTree(facts)
  const etag = madeUpHex(facts.instanceId, 16)
  return (request) => {
    const answer = readGcp(tree, request)
    if (answer.status !== 200) return withHeaders(answer, FLAVOR)
    const holdSeconds = secondsToWait(request.query, etag)
    return { ...withHeaders(answer, { ...FLAVOR, etag }), ...(holdSeconds === null ? {} : { holdSeconds }) }
  }
}

/** "Wait for changes": `wait_for_change`, `timeout_sec`; another `last_etag` than the one of now is told at once. Null for who does not wait. */
function secondsToWait(query: URLSearchParams, etag: string): number | null {
  if (query.get('wait_for_change')?.toLowerCase() !== 'true' || (query.get('last_etag') ?? etag) !== etag) return null
  const seconds = Number(query.get('timeout_sec') ?? Number.POSITIVE_INFINITY)
  return seconds > 0 ? seconds : null
}

function readGcp(tree: Tree, { method, path, query, headers }: MetadataRequest): MetadataAnswer {
  if (method !== 'GET' && method !== 'HEAD') return refusal(405)
  if (headers['metadata-flavor'] !== 'Google') return refusal(403, 'Missing Metadata-Flavor:Google header.')
  const place = words(path)
  if (place.length === 0) return text('computeMetadata/\n')
  if (place[0] !== 'computeMetadata' || (place[1] !== undefined && place[1] !== 'v1')) return refusal(404)
  const found = place[1] === undefined ? { v1: tree } : find(tree, place.slice(2))
  if (found === undefined) return refusal(404)
  if (!isFolder(found)) return query.get('alt') === 'json' ? json(found) : text(String(found))
  if (query.get('recursive')?.toLowerCase() === 'true') return json(asJson(found, place.at(-1) === 'attributes'))
  if (!path.endsWith('/')) return { status: 301, body: '', headers: { location: `${path}/` } }
  return text(`${listing(found)}\n`)
}

function withHeaders(answer: MetadataAnswer, headers: Readonly<Record<string, string>>): MetadataAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } }
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

function gcpTree({ arch, hostname, instanceId, sshKeys, user, userData, mac, address }: GuestFacts): Tree {
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
      'machine-type': `projects/1/machineTypes/${arch === 'aarch64' ? 't2a-standard-1' : 'e2-medium'}`,
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
