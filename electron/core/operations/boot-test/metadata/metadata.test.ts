import { expect, test } from 'vitest'
import { guestMetadataSchema, METADATA_SERVICE_IDS, type MetadataServiceId } from '#shared/boot-test/guest-metadata'
import { awsMetadata } from './aws-metadata.js'
import { guestFacts } from './guest-facts.js'
import { ImdsTokens, ttlOf } from './imds-tokens.js'
import { metadataPlan } from './metadata-server.js'

const KEYS = ['ssh-ed25519 AAAA one', 'ssh-rsa BBBB two']
const USER_DATA = '#cloud-config\nruncmd: [echo "<&>"]\n'
const GIVEN = guestMetadataSchema.parse({ hostname: 'web.example', sshKeys: KEYS, user: 'core' })

function asker(service: MetadataServiceId, userData: string | null = USER_DATA) {
  const facts = guestFacts(service, GIVEN, userData, 'seed')
  const { respond } = metadataPlan(service, facts)
  if (!respond) throw new Error(`${service} has no server`)
  return {
    facts,
    ask: (target: string, headers: Record<string, string> = {}, method = 'GET', address = '169.254.169.254') => {
      const [path = '', query = ''] = target.split('?')
      return respond({ method, path, query: new URLSearchParams(query), headers, address })
    },
  }
}

test('AWS: by version 1 as by version 2, with its token', () => {
  const { ask, facts } = asker('aws')
  expect(ask('/latest/meta-data/').body.split('\n')).toEqual(
    expect.arrayContaining(['instance-id', 'hostname', 'placement/', 'public-keys/']),
  )
  expect(ask('/2009-04-04/meta-data/instance-id').body).toMatch(/^i-[0-9a-f]{17}$/)
  expect(ask('/latest/meta-data/public-keys/').body).toBe('0=core-0\n1=core-1')
  expect(ask('/latest/meta-data/public-keys/1/openssh-key').body).toBe(KEYS[1])
  expect(ask(`/latest/meta-data/network/interfaces/macs/${facts.mac}/local-ipv4s`).body).toBe('10.0.2.15')
  expect(ask('/latest/user-data').body).toBe(USER_DATA)
  expect(JSON.parse(ask('/latest/dynamic/instance-identity/document').body)).toMatchObject({ instanceId: facts.instanceId })
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
  const { status, body: token } = ask('/latest/api/token', ttl, 'PUT')
  expect([status, ask('/latest/meta-data/hostname', { 'x-aws-ec2-metadata-token': token }).body]).toEqual([200, 'web.example'])
  expect(ask('/latest/meta-data/hostname', { 'x-aws-ec2-metadata-token': 'wrong' }).status).toBe(401)
  expect(ask('/latest/api/token', {}, 'PUT').status).toBe(400)
  expect(ask('/latest/api/token', ttl).status).toBe(405)
  expect(ask('/latest/meta-data/constructor').status).toBe(404)
  expect(ask('/1999-01-01/meta-data/').status).toBe(404)
  expect(asker('aws', null).ask('/latest/user-data').status).toBe(404)
})

test.each([
  ['1', 1],
  ['21600', 21_600],
  ['0', null],
  ['21601', null],
  ['-5', null],
  ['1.5', null],
  ['1e2', null],
  ['0x10', null],
  ['', null],
  ['for ever', null],
  [undefined, null],
] as const)('AWS: a token for %j seconds', (header, seconds) => expect(ttlOf(header)).toBe(seconds))

test('AWS: a token holds as long as was asked for, and tells how long it still does', () => {
  const clock = { ms: 0 }
  const respond = awsMetadata(guestFacts('aws', GIVEN, null, 'seed'), new ImdsTokens(() => clock.ms))
  const request = { query: new URLSearchParams(), address: '169.254.169.254' }
  const give = (headers: Record<string, string>) => respond({ ...request, method: 'PUT', path: '/latest/api/token', headers })
  const read = (token: string) =>
    respond({ ...request, method: 'GET', path: '/latest/meta-data/mac', headers: { 'x-aws-ec2-metadata-token': token } })
  const ttl = 'x-aws-ec2-metadata-token-ttl-seconds'
  const { body: first, headers } = give({ [ttl]: '60' })
  expect(headers?.[ttl]).toBe('60')
  clock.ms = 30_000
  const { body: second } = give({ [ttl]: '21600' })
  expect(read(first)).toMatchObject({ status: 200, headers: { [ttl]: '30' } })
  clock.ms = 60_000
  expect([read(first).status, read(second).status]).toEqual([401, 200])
  // The end that a token carries cannot be put off.
  expect(
    read(Buffer.concat([Buffer.from(second, 'base64').subarray(0, 8), Buffer.from(first, 'base64').subarray(8)]).toString('base64')).status,
  ).toBe(401)
  expect(['', 'wrong', 'A'.repeat(200)].map((token) => read(token).status)).toEqual([401, 401, 401])
  expect(give({ [ttl]: '60', 'x-forwarded-for': '10.0.0.1' }).status).toBe(403)
})

test('OCI: version 2 wants its header', () => {
  const { ask } = asker('oci')
  const header = { authorization: 'Bearer Oracle' }
  expect(ask('/opc/v2/instance/').status).toBe(401)
  const instance = JSON.parse(ask('/opc/v2/instance/', header).body)
  expect(instance).toMatchObject({ hostname: 'web.example', metadata: { ssh_authorized_keys: KEYS.join('\n') } })
  expect(Buffer.from(ask('/opc/v2/instance/metadata/user_data', header).body, 'base64').toString()).toBe(USER_DATA)
  expect(JSON.parse(ask('/opc/v1/vnics/').body)).toMatchObject([{ privateIp: '10.0.2.15' }])
  expect(ask('/opc/v2/nothing', header).status).toBe(404)
})

test('OpenStack: its own tree, and that of EC2', () => {
  const { ask, facts } = asker('openstack')
  expect(ask('/openstack').body).toContain('2018-08-27')
  expect(ask('/openstack/latest/').body).toContain('user_data')
  expect(JSON.parse(ask('/openstack/2018-08-27/meta_data.json').body)).toMatchObject({
    uuid: facts.instanceId,
    hostname: 'web.example',
    public_keys: { 'core-0': KEYS[0], 'core-1': KEYS[1] },
  })
  expect(JSON.parse(ask('/openstack/latest/network_data.json').body)).toMatchObject({ networks: [{ type: 'ipv4_dhcp', link: 'tap0' }] })
  expect(ask('/openstack/latest/user_data').body).toBe(USER_DATA)
  expect(ask('/2009-04-04/meta-data/instance-id').body).toBe(facts.instanceId)
  expect(asker('openstack', null).ask('/openstack/latest/user_data').status).toBe(404)
  expect(ask('/latest/api/token', {}, 'PUT').status).toBe(405)
})

test('Google: nothing without its header; folders, values, and all at once', () => {
  const { ask, facts } = asker('gcp')
  const header = { 'metadata-flavor': 'Google' }
  expect(ask('/computeMetadata/v1/instance/id')).toMatchObject({ status: 403, headers: { 'metadata-flavor': 'Google' } })
  expect(ask('/computeMetadata/v1/instance/id', header)).toMatchObject({ body: facts.instanceId, headers: { 'metadata-flavor': 'Google' } })
  expect(ask('/computeMetadata/v1/instance', header)).toMatchObject({ status: 301, headers: { location: '/computeMetadata/v1/instance/' } })
  expect(ask('/computeMetadata/v1/instance/attributes/', header).body).toBe('ssh-keys\nuser-data\n')
  expect(ask('/computeMetadata/v1/instance/attributes/ssh-keys', header).body).toBe(`core:${KEYS[0]}\ncore:${KEYS[1]}`)
  expect(ask('/computeMetadata/v1/instance/network-interfaces/0/ip', header).body).toBe('10.0.2.15')
  const all = JSON.parse(ask('/computeMetadata/v1/?recursive=true', header).body)
  expect(all).toMatchObject({
    instance: { hostname: 'web.example', attributes: { 'user-data': USER_DATA }, networkInterfaces: [{ ip: '10.0.2.15' }] },
    project: { projectId: 'diskwright-test' },
  })
  expect(JSON.parse(ask('/computeMetadata/v1/instance/attributes/?recursive=true', header).body)).toMatchObject({ 'user-data': USER_DATA })
  expect(ask('/computeMetadata/v1/nothing', header).status).toBe(404)
})

test('Google: who waits for a change waits, for what is new answers come at once', () => {
  const { ask } = asker('gcp')
  const header = { 'metadata-flavor': 'Google' }
  const all = '/computeMetadata/v1/?recursive=true&alt=json'
  const { headers, holdSeconds } = ask(all, header)
  const etag = headers?.etag
  expect([etag, holdSeconds]).toEqual([expect.stringMatching(/^[\da-f]{16}$/), undefined])
  expect(ask(`${all}&wait_for_change=true&timeout_sec=60&last_etag=${etag}`, header).holdSeconds).toBe(60)
  expect(ask(`${all}&wait_for_change=true`, header).holdSeconds).toBe(Number.POSITIVE_INFINITY)
  expect(ask(`${all}&wait_for_change=true&timeout_sec=60&last_etag=NONE`, header).holdSeconds).toBeUndefined()
  expect(ask(`${all}&wait_for_change=true`).holdSeconds).toBeUndefined()
})

test('Azure: instance metadata, the wire server, and the provisioning CD', () => {
  const { ask, facts } = asker('azure')
  const header = { metadata: 'true' }
  expect(ask('/metadata/instance?api-version=2021-08-01').status).toBe(400)
  expect(ask('/metadata/instance', header).status).toBe(400)
  const { compute, network } = JSON.parse(ask('/metadata/instance?api-version=2021-08-01&extended=true', header).body)
  expect(compute).toMatchObject({ vmId: facts.instanceId, osProfile: { computerName: 'web.example', adminUsername: 'core' } })
  expect(compute.publicKeys).toEqual(KEYS.map((keyData) => ({ keyData, path: '/home/core/.ssh/authorized_keys' })))
  expect(network.interface[0]).toMatchObject({ macAddress: '525400123456' })
  const userData = ask('/metadata/instance/compute/userData?api-version=2021-01-01&format=text', header).body
  expect(Buffer.from(userData, 'base64').toString()).toBe(USER_DATA)

  const wire = (target: string, method = 'GET') => ask(target, {}, method, '168.63.129.16')
  expect(wire('/?comp=versions').body).toContain('<Version>2012-11-30</Version>')
  const goal = wire('/machine/?comp=goalstate').body
  const config = /<SharedConfig>http:\/\/168\.63\.129\.16:80([^<]*)<\/SharedConfig>/.exec(goal)?.[1]?.replaceAll('&amp;', '&')
  expect(wire(config ?? '').body).toContain('<SharedConfig')
  expect(wire('/machine?comp=health', 'POST').status).toBe(200)
  expect(wire('/metadata/instance?api-version=2021-08-01').status).toBe(404)

  const disc = metadataPlan('azure', facts).disc?.files['OVF-ENV.XML'] ?? ''
  expect(Buffer.from(/<CustomData>(.*)<\/CustomData>/.exec(disc)?.[1] ?? '', 'base64').toString()).toBe(USER_DATA)
  expect(disc).toContain(`<Value>${KEYS[1]}</Value>`)
})

test('VMware: an OVF environment, with nothing of what was given as markup', () => {
  const facts = guestFacts('vmware', { ...GIVEN, sshKeys: ['ssh-rsa AAAA "a" <b>'] }, null, 'seed')
  const { disc, respond, addresses } = metadataPlan('vmware', facts)
  expect([respond, addresses]).toEqual([null, []])
  expect(disc?.files['OVF-ENV.XML']).toContain('oe:key="public-keys" oe:value="ssh-rsa AAAA &quot;a&quot; &lt;b&gt;"')
  expect(disc?.files['OVF-ENV.XML']).not.toContain('user-data')
})

test.each(METADATA_SERVICE_IDS)('%s makes up what is left out, the same for one test and another for the next', (service) => {
  const nothing = guestMetadataSchema.parse({})
  const [first, again, other] = ['a', 'a', 'b'].map((seed) => guestFacts(service, nothing, null, seed).instanceId)
  expect(first).toBe(again)
  expect(first).not.toBe(other)
})
