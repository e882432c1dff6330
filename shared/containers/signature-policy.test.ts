import { expect, test } from 'vitest'
import { parseReference } from './reference.js'
import { dockerScopes, identityMatches, parsePolicy, requirementsFor, type SignedIdentity } from './signature-policy.js'

const FILE = '/etc/containers/policy.json'
const REJECT = [{ type: 'reject' }]
const ACCEPT = [{ type: 'insecureAcceptAnything' }]
const DIGEST = `sha256:${'a'.repeat(64)}`
const read = (value: unknown) => parsePolicy(JSON.stringify(value), FILE)

test.each([
  ['no JSON', '{'],
  ['no default', JSON.stringify({ transports: {} })],
  ['an empty default', JSON.stringify({ default: [] })],
  ['an unknown key', JSON.stringify({ default: ACCEPT, defualt: REJECT })],
  ['an unknown key of a requirement', JSON.stringify({ default: [{ type: 'reject', when: 'always' }] })],
  ['an unknown requirement', JSON.stringify({ default: [{ type: 'signedByEverybody' }] })],
  ['no key', JSON.stringify({ default: [{ type: 'sigstoreSigned' }] })],
  ['two keys', JSON.stringify({ default: [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/a', keyData: 'YQ==' }] })],
  ['a relative key', JSON.stringify({ default: [{ type: 'sigstoreSigned', keyPath: 'cosign.pub' }] })],
  ['an unknown identity', JSON.stringify({ default: [{ type: 'sigstoreSigned', keyPath: '/a', signedIdentity: { type: 'any' } }] })],
  ['an empty scope', JSON.stringify({ default: ACCEPT, transports: { docker: { 'registry.example': [] } } })],
])('a policy with %s is none', (_, text) => expect(() => parsePolicy(text, FILE)).toThrow(/container-refused/))

test('scopes of a name, the most exact first', () => {
  expect(dockerScopes(parseReference('a.registry.example:5000/team/disk:1'))).toEqual([
    'a.registry.example:5000/team/disk:1',
    'a.registry.example:5000/team/disk',
    'a.registry.example:5000/team',
    'a.registry.example:5000',
    '*.registry.example',
    '*.example',
  ])
  expect(dockerScopes(parseReference(`docker.io/disk@${DIGEST}`)).slice(0, 2)).toEqual([
    `docker.io/library/disk@${DIGEST}`,
    'docker.io/library/disk',
  ])
})

test.each([
  ['registry.example/team/disk:1', 'reject'],
  ['registry.example/team/other:1', 'insecureAcceptAnything'],
  ['registry.example/teams/other:1', 'signedBaseLayer'],
  ['b.sub.example/x', 'reject'],
  ['elsewhere.test/x', 'signedBaseLayer'],
  ['oci:/images/a:name', 'reject'],
  ['oci:/images/deep/a', 'insecureAcceptAnything'],
  ['oci:/imagesdeep/a', 'insecureAcceptAnything'],
  ['dir:/x', 'insecureAcceptAnything'],
])('%s: %s', (text, type) => {
  const policy = read({
    default: ACCEPT,
    transports: {
      docker: {
        '': [{ type: 'signedBaseLayer', baseLayerIdentity: { type: 'matchExact' } }],
        'registry.example/team': ACCEPT,
        'registry.example/team/disk': REJECT,
        '*.sub.example': REJECT,
      },
      oci: { '/images/a': REJECT, '/images': ACCEPT },
    },
  })
  const reference = parseReference(text)
  expect(requirementsFor(policy, reference, reference.path)?.map((one) => one.type)).toEqual([type])
})

test('scopes of local storage cannot be told apart', () => {
  const reference = parseReference('containers-storage:localhost/a')
  const scoped = read({ default: ACCEPT, transports: { 'containers-storage': { '[vfs@/graph]': REJECT } } })
  expect(requirementsFor(scoped, reference, null)).toBeNull()
  const all = read({ default: ACCEPT, transports: { 'containers-storage': { '': REJECT } } })
  expect(requirementsFor(all, reference, null)).toEqual(REJECT)
})

const NAME = 'registry.example/team/disk'
test.each<[SignedIdentity, string, string, boolean]>([
  [{ type: 'matchExact' }, `${NAME}:1`, `${NAME}:1`, true],
  [{ type: 'matchExact' }, `${NAME}:2`, `${NAME}:1`, false],
  [{ type: 'matchExact' }, `${NAME}:1`, `${NAME}@${DIGEST}`, false],
  [{ type: 'matchExact' }, NAME, `${NAME}:1`, false],
  [{ type: 'matchRepoDigestOrExact' }, `${NAME}:1`, `${NAME}@${DIGEST}`, true],
  [{ type: 'matchRepoDigestOrExact' }, `${NAME}:2`, `${NAME}:1`, false],
  [{ type: 'matchRepoDigestOrExact' }, `${NAME}:latest`, NAME, true],
  [{ type: 'matchRepoDigestOrExact' }, `${NAME}2:1`, `${NAME}@${DIGEST}`, false],
  [{ type: 'matchRepository' }, NAME, `${NAME}:1`, true],
  [{ type: 'matchRepository' }, `${NAME}/more`, `${NAME}:1`, false],
  [{ type: 'exactReference', dockerReference: 'other.example/x:1' }, 'other.example/x:1', `${NAME}:1`, true],
  [{ type: 'exactReference', dockerReference: 'other.example/x:1' }, 'other.example/x:2', `${NAME}:1`, false],
  [{ type: 'exactRepository', dockerRepository: 'other.example/x' }, 'other.example/x:2', `${NAME}:1`, true],
  [
    { type: 'remapIdentity', prefix: 'registry.example/team', signedPrefix: 'vendor.example/os' },
    'vendor.example/os/disk:1',
    `${NAME}:1`,
    true,
  ],
  [
    { type: 'remapIdentity', prefix: 'registry.example/te', signedPrefix: 'vendor.example/os' },
    'vendor.example/osam/disk:1',
    `${NAME}:1`,
    false,
  ],
  [{ type: 'matchRepository' }, 'disk', `${NAME}:1`, false],
  [{ type: 'matchRepository' }, `${NAME} `, `${NAME}:1`, false],
])('%j: signed for %s, asked for %s: %s', (identity, signed, asked, matches) => {
  expect(identityMatches(identity, signed, parseReference(asked))).toBe(matches)
})
