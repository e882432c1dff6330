import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkIgnition } from './ignition.js'

const json = (value: object): string => JSON.stringify(value)
const v = (version: string, more: object = {}): string => json({ ignition: { version }, ...more })

test.each(['3.0.0', '3.1.0', '3.2.0', '3.3.0', '3.4.0', '3.5.0'])('version %s is taken', (version) => {
  expect(checkIgnition(v(version))).toEqual({ version, problems: [], warnings: [] })
})

test.each([
  ['', /empty/],
  ['[]', /no JSON object/],
  ['{"ignition":', /no JSON: /],
  ['variant: fcos\nversion: 1.5.0\n', /Butane/],
  ['#cloud-config\n', /cloud-init/],
  ['{}', /ignition\.version is missing/],
  ['{"ignitionVersion": 1}', /specification 1/],
  [v('2.2.0'), /specification 2.*ign-converter/],
  [v('3.6.0'), /newer than 3\.5\.0/],
  [v('3.5.0-experimental'), /experimental/],
  [v('3.4'), /none that Ignition has/],
])('%s is refused in words', (text, problem) => {
  expect(checkIgnition(text).problems.join()).toMatch(problem)
})

test('what is usual is taken whole', () => {
  const config = v('3.4.0', {
    storage: {
      files: [
        { path: '/etc/hostname', mode: 420, overwrite: true, contents: { source: 'data:,web', compression: '' }, user: { name: 'root' } },
      ],
      directories: [{ path: '/opt/x', mode: 493, user: { id: 0 } }],
      links: [{ path: '/etc/localtime', target: '../usr/share/zoneinfo/UTC', hard: false }],
      filesystems: [{ device: '/dev/vda4', format: 'xfs' }],
    },
    systemd: { units: [{ name: 'a.service', enabled: true, contents: '[Service]', dropins: [{ name: 'x.conf', contents: null }] }] },
    passwd: { users: [{ name: 'core', sshAuthorizedKeys: ['ssh-ed25519 AAAA'], groups: ['wheel'] }], groups: [{ name: 'x' }] },
    kernelArguments: { shouldExist: ['a'], shouldNotExist: ['b'] },
  })
  expect(checkIgnition(config)).toEqual({ version: '3.4.0', problems: [], warnings: [] })
})

test('problems say where they stand', () => {
  const { problems } = checkIgnition(
    v('3.4.0', {
      storage: { files: [{ path: 'relative' }, { path: '/a', mode: 10_000, contents: { source: 'file:///etc/passwd' } }] },
      systemd: { units: [{ name: 'no-kind' }, { enabled: true }] },
      passwd: { users: [{}] },
    }),
  )
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'storage.files.0.path',
    'storage.files.1.contents.source',
    'storage.files.1.mode',
    'systemd.units.0.name',
    'systemd.units.1.name',
    'passwd.users.0.name',
  ])
})

test('unknown names are warned of, and keep nothing from being used', () => {
  expect(checkIgnition(v('3.4.0', { storag: {}, storage: { files: [{ path: '/a', content: 'x' }] } }))).toEqual({
    version: '3.4.0',
    problems: [],
    warnings: expect.arrayContaining([
      'storag is not in the specification: Ignition passes over it',
      'storage.files.0.content is not in the specification: Ignition passes over it',
    ]),
  })
})

test('parts of later versions and contradictions are problems', () => {
  expect(checkIgnition(v('3.2.0', { kernelArguments: { shouldExist: ['a'] } })).problems[0]).toMatch(
    /kernelArguments came with version 3\.3\.0/,
  )
  expect(checkIgnition(v('3.4.0', { storage: { files: [{ path: '/a' }], links: [{ path: '/a', target: 'b' }] } })).problems).toEqual([
    'storage has /a twice',
  ])
})

test('any text gets an answer', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => json({ ignition: { version: '3.4.0' }, storage: value })),
      ),
      (text) => {
        expect(Array.isArray(checkIgnition(text).problems)).toBe(true)
      },
    ),
  )
})
