import { type GuestFacts, madeUpHex } from './guest-facts.js'
import { ImdsTokens, ttlOf } from './imds-tokens.js'
import {
  find,
  isFolder,
  json,
  listing,
  type MetadataRequest,
  type MetadataResponder,
  refusal,
  text,
  type Tree,
  words,
} from './metadata-answer.js'

const REGION = 'us-east-1'
const INSTANCE_TYPES: Readonly<Record<GuestFacts['arch'], string>> = { x86_64: 'm5.large', aarch64: 'm6g.large' }
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
const TOKEN_HEADER = 'x-aws-ec2-metadata-token'
/** Versions that guests ask for: cloud-init DataSourceEc2.py, Ignition providers/aws, Afterburn providers/aws. */
const VERSIONS = ['1.0', '2009-04-04', '2016-09-02', '2018-09-24', '2019-10-01', '2021-01-03', '2021-03-23', 'latest']

/**
 * The instance metadata service of EC2, versions 1 and 2: AWS "Use the Instance Metadata Service to access instance metadata" and "Instance
 * metadata categories".
 */
export function awsMetadata(facts: GuestFacts, tokens = new ImdsTokens()): MetadataResponder {
  return (request) => {
    const path = words(request.path)
    if (path[0] === 'latest' && path[1] === 'api' && path[2] === 'token') return giveToken(request, tokens)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405)
    const shown = request.headers[TOKEN_HEADER]
    if (shown === undefined) return readEc2(facts, path)
    const left = tokens.secondsLeft(shown)
    if (left === null) return refusal(401)
    const answer = readEc2(facts, path)
    return answer.status === 200 ? { ...answer, headers: { ...answer.headers, [TTL_HEADER]: String(left) } } : answer
  }
}

function giveToken({ method, headers }: MetadataRequest, tokens: ImdsTokens) {
  if (method !== 'PUT') return refusal(405)
  // Who comes through a proxy gets none.
  if (headers['x-forwarded-for'] !== undefined) return refusal(403)
  const seconds = ttlOf(headers[TTL_HEADER])
  return seconds === null ? refusal(400) : text(tokens.give(seconds), { [TTL_HEADER]: String(seconds) })
}

/** What stands under the path of EC2's tree; other clouds have it too. */
export function readEc2(facts: GuestFacts, [version, ...path]: readonly string[]) {
  if (version === undefined) return text(VERSIONS.join('\n'))
  if (!VERSIONS.includes(version)) return refusal(404)
  if (path[0] === 'user-data')
    return facts.userData === null ? refusal(404) : text(facts.userData, { 'content-type': 'application/octet-stream' })
  // A list of keys names each by its place and by its own name.
  if (path.join('/') === 'meta-data/public-keys') return keyNames(facts)
  const found = find(ec2Tree(facts), path)
  if (found === undefined) return refusal(404)
  return isFolder(found) ? text(listing(found)) : path[0] === 'dynamic' ? json(JSON.parse(String(found))) : text(String(found))
}

function keyNames({ sshKeys, user }: GuestFacts) {
  return sshKeys.length === 0 ? refusal(404) : text(sshKeys.map((_, index) => `${index}=${user}-${index}`).join('\n'))
}

function ec2Tree(facts: GuestFacts): Tree {
  const { hostname, instanceId, sshKeys, mac, address } = facts
  const id = madeUpHex(instanceId, 17)
  const zone = `${REGION}a`
  return {
    ...(facts.userData === null ? {} : { 'user-data': facts.userData }),
    'meta-data': {
      'ami-id': `ami-${id}`,
      'ami-launch-index': 0,
      'ami-manifest-path': '(unknown)',
      hostname,
      'instance-action': 'none',
      'instance-id': instanceId,
      'instance-life-cycle': 'on-demand',
      'instance-type': INSTANCE_TYPES[facts.arch],
      'local-hostname': hostname,
      'local-ipv4': address,
      mac,
      network: {
        interfaces: {
          macs: {
            [mac]: {
              'device-number': 0,
              'interface-id': `eni-${id}`,
              'local-hostname': hostname,
              'local-ipv4s': address,
              mac,
              'owner-id': '000000000000',
              'subnet-id': `subnet-${id}`,
              'subnet-ipv4-cidr-block': '10.0.2.0/24',
              'vpc-id': `vpc-${id}`,
              'vpc-ipv4-cidr-block': '10.0.2.0/24',
              'vpc-ipv4-cidr-blocks': '10.0.2.0/24',
            },
          },
        },
      },
      placement: { 'availability-zone': zone, region: REGION },
      profile: 'default-hvm',
      ...(sshKeys.length === 0 ? {} : { 'public-keys': sshKeys.map((key) => ({ 'openssh-key': key })) }),
      'reservation-id': `r-${id}`,
      'security-groups': 'default',
      services: { domain: 'amazonaws.com', partition: 'aws' },
    },
    dynamic: {
      'instance-identity': {
        document: JSON.stringify({
          accountId: '000000000000',
          architecture: facts.arch === 'aarch64' ? 'arm64' : 'x86_64',
          availabilityZone: zone,
          imageId: `ami-${id}`,
          instanceId,
          instanceType: INSTANCE_TYPES[facts.arch],
          privateIp: address,
          region: REGION,
          version: '2017-09-30',
        }),
      },
    },
  }
}
