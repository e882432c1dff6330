import { expect, test } from 'vitest'
import type { AppError } from '../errors/app-error.js'
import { parseReference, printReference } from './reference.js'
import { mergeRegistriesConf, parseRegistriesConf, placesFor, resolveShortName } from './registries-conf.js'

const conf = parseRegistriesConf(
  `
unqualified-search-registries = ["registry.example", "docker.io"]

[[registry]]
prefix = "registry.example/team"
location = "inner.example:5000/mirror/team"
[[registry.mirror]]
location = "near.example/team"
[[registry.mirror]]
location = "digests.example/team/"
insecure = true
pull-from-mirror = "digest-only"

[[registry]]
location = "registry.example"
insecure = true

[[registry]]
prefix = "*.lab.example"
blocked = true

[[registry]]
prefix = "*.moved.example"
location = "one.example/moved"

[[registry]]
location = "pinned.example"
mirror-by-digest-only = true
[[registry.mirror]]
location = "near.example"

[aliases]
disk = "registry.example/team/disk"
gone = ""
`,
  '/etc/containers/registries.conf',
)

function places(name: string, purpose: 'pull' | 'push' = 'pull'): string[] {
  const [registry = '', ...rest] = name.split('/')
  return placesFor(conf, { registry, repository: rest.join('/') }, purpose).map(
    (place) =>
      `${place.registry}/${place.repository} ${place.serves}${place.isMirror ? ' mirror' : ''}${place.isInsecure ? ' insecure' : ''}`,
  )
}

test.each([
  [
    'the longest prefix counts, its mirrors come first',
    'registry.example/team/disk',
    ['near.example/team/disk all mirror', 'digests.example/team/disk digests mirror insecure', 'inner.example:5000/mirror/team/disk all'],
  ],
  ['a prefix ends at a slash', 'registry.example/teamwork', ['registry.example/teamwork all insecure']],
  ['and at a port', 'registry.example:5000/team/disk', ['registry.example:5000/team/disk all']],
  ['a wildcard that moves', 'a.b.moved.example/x/y', ['one.example/moved/x/y all']],
  ['a wildcard is no name itself', 'moved.example/x', ['moved.example/x all']],
  ['mirrors by digest only', 'pinned.example/x', ['near.example/x digests mirror', 'pinned.example/x all']],
  ['what nothing is said of', 'other.example/x', ['other.example/x all']],
])('%s', (_, name, expected) => {
  expect(places(name)).toEqual(expected)
})

test('pushes go to the registry itself, wherever it is read from', () => {
  expect(places('registry.example/team/disk', 'push')).toEqual(['registry.example/team/disk all'])
})

test('what is blocked is refused, with the file that says so', () => {
  expect(() => places('deep.lab.example/x')).toThrow(
    expect.objectContaining({
      code: 'container-refused',
      data: expect.objectContaining({ details: { reason: '*.lab.example is blocked', policy: '/etc/containers/registries.conf' } }),
    }) as AppError,
  )
})

test.each([
  ['disk:v1', ['docker://registry.example/team/disk:v1']],
  ['gone', ['docker://registry.example/gone', 'docker://docker.io/library/gone']],
  ['team/other', ['docker://registry.example/team/other', 'docker://docker.io/team/other']],
  ['constructor', ['docker://registry.example/constructor', 'docker://docker.io/library/constructor']],
  ['localhost/disk', ['docker://localhost/disk']],
  ['oci:/tmp/disk', ['oci:/tmp/disk']],
])('short name %s', (text, expected) => {
  expect(resolveShortName(parseReference(text), conf).map(printReference)).toEqual(expected)
})

test('later files win: rows by prefix, aliases and lists', () => {
  const later = parseRegistriesConf('[[registry]]\nprefix = "registry.example"\nblocked = true\n[aliases]\ndisk = "other.example/d"\n', 'b')
  const merged = mergeRegistriesConf([conf, later])
  expect(merged.searched).toEqual(conf.searched)
  expect(merged.aliases.disk).toBe('other.example/d')
  expect(merged.rows.filter(({ prefix }) => prefix === 'registry.example')).toEqual([expect.objectContaining({ blocked: true, file: 'b' })])
})

test('version 1 of the file', () => {
  const old = parseRegistriesConf(
    '[registries.search]\nregistries = ["a.example"]\n[registries.insecure]\nregistries = ["b.example"]\n',
    'old',
  )
  expect(old.searched).toEqual(['a.example'])
  expect(placesFor(old, { registry: 'b.example', repository: 'x' }, 'pull')[0]?.isInsecure).toBe(true)
})

test.each([
  ['a = \n', 'line 1 is no TOML'],
  ['[[registry]]\ninsecure = true\n', 'neither a prefix nor a location'],
  ['[[registry]]\nlocation = 5\n', 'registry.0.location'],
])('what cannot be used names the file: %j', (text, expected) => {
  const error = (() => {
    try {
      return parseRegistriesConf(text, '/x/registries.conf')
    } catch (thrown) {
      return thrown
    }
  })() as AppError
  expect(error.code).toBe('bad-input')
  expect(String(error.data.details.reason)).toContain('/x/registries.conf')
  expect(String(error.data.details.reason)).toContain(expected)
})
