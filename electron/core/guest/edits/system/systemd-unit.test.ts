import { expect, test } from 'vitest'
import { editSchema } from '#shared/edits/edit'
import { memoryFiles, memoryPartition } from '../../testing/memory-files.js'
import { applyEdits } from '../apply-edits.js'

const UNITS = '1:/usr/lib/systemd/system'
const IMAGE = {
  '1:/usr/lib/os-release': 'ID=fedora\n',
  '1:/etc/machine-id': '0123\n',
  [`${UNITS}/sshd.service`]: '[Install]\nWantedBy=multi-user.target\nAlias=ssh.service\nAlso=sshd.socket\n',
  [`${UNITS}/sshd.socket`]: '[Install]\nWantedBy=sockets.target\n',
  [`${UNITS}/getty@.service`]: '[Install]\nWantedBy=getty.target\n',
  [`${UNITS}/static.service`]: '[Service]\n',
  '1:/etc/systemd/system/own.service': '[Install]\nWantedBy=multi-user.target\n',
  '1:/usr/lib/systemd/system-preset/90-default.preset': 'enable sshd.service\ndisable *\n',
}
const ENABLED = {
  '1:/etc/systemd/system/multi-user.target.wants/sshd.service': '/usr/lib/systemd/system/sshd.service',
  '1:/etc/systemd/system/sockets.target.wants/sshd.socket': '/usr/lib/systemd/system/sshd.socket',
  '1:/etc/systemd/system/ssh.service': '/usr/lib/systemd/system/sshd.service',
  '1:/etc/systemd/system/getty.target.wants/getty@tty1.service': '/usr/lib/systemd/system/getty@.service',
  '1:/etc/systemd/system/getty.target.wants/getty@tty2.service': '/usr/lib/systemd/system/getty@.service',
  '1:/etc/systemd/system/other.service': '/usr/lib/systemd/system/elsewhere.service',
}

async function apply(
  unit: string,
  state: string,
  image: Readonly<Record<string, string>> = IMAGE,
  links: Readonly<Record<string, string>> = {},
) {
  const edit = editSchema.parse({ kind: 'systemd-unit', unit, state })
  const { draft, outcomes } = await applyEdits(memoryFiles(image, links), [memoryPartition(1)], [edit])
  const changes = draft.steps().map(({ operation }) => {
    const path = 'path' in operation ? operation.path.replace('/etc/systemd/system/', '') : ''
    return operation.kind === 'make-link' ? `${path} -> ${operation.target}` : `${operation.kind} ${path}`
  })
  return { changes, reason: outcomes[0]?.problem?.details.reason, notes: outcomes[0]?.notes ?? [] }
}

test('enabling makes the links of the unit and of those that go with it', async () => {
  expect((await apply('sshd.service', 'enabled')).changes).toEqual([
    'make-folder multi-user.target.wants',
    'multi-user.target.wants/sshd.service -> /usr/lib/systemd/system/sshd.service',
    'ssh.service -> /usr/lib/systemd/system/sshd.service',
    'make-folder sockets.target.wants',
    'sockets.target.wants/sshd.socket -> /usr/lib/systemd/system/sshd.socket',
  ])
  expect((await apply('getty@ttyS0.service', 'enabled')).changes).toContain(
    'getty.target.wants/getty@ttyS0.service -> /usr/lib/systemd/system/getty@.service',
  )
  expect((await apply('own.service', 'enabled')).changes).toContain(
    'multi-user.target.wants/own.service -> /etc/systemd/system/own.service',
  )
})

test('what is enabled already is told, and nothing is done', async () => {
  expect(await apply('sshd.service', 'enabled', IMAGE, ENABLED)).toMatchObject({ changes: [], notes: ['sshd.service is enabled already.'] })
})

test.each([
  ['static.service', 'enabled', /no \[Install\]/],
  ['getty@.service', 'enabled', /name an instance, such as getty@NAME\.service/],
  ['ssdh.service', 'enabled', /no such unit; did you mean sshd\.service\?/],
  ['own.service', 'masked', /is a file of its own/],
])('%s cannot be %s', async (unit, state, reason) => {
  const result = await apply(unit, state)
  expect(result.reason).toMatch(reason)
  expect(result.changes).toEqual([])
})

test('disabling removes every link of the unit and no other', async () => {
  expect((await apply('sshd.service', 'disabled', IMAGE, ENABLED)).changes.toSorted()).toEqual([
    'remove multi-user.target.wants/sshd.service',
    'remove sockets.target.wants/sshd.socket',
    'remove ssh.service',
  ])
  expect((await apply('getty@tty1.service', 'disabled', IMAGE, ENABLED)).changes).toEqual(['remove getty.target.wants/getty@tty1.service'])
  expect((await apply('getty@.service', 'disabled', IMAGE, ENABLED)).changes).toHaveLength(2)
})

test('a unit that the distribution pulls in is still started when it is disabled', async () => {
  const image = { ...IMAGE, [`${UNITS}/basic.target.wants/static.service`]: '' }
  expect((await apply('static.service', 'disabled', image)).notes).toEqual([
    'static.service is not enabled.',
    'static.service is still started by basic.target: mask it to keep it from starting.',
  ])
})

test('masking is a link to nowhere, and unmasking takes it away', async () => {
  expect((await apply('sshd.service', 'masked')).changes).toEqual(['sshd.service -> /dev/null'])
  const masked = { '1:/etc/systemd/system/sshd.service': '/dev/null' }
  expect(await apply('sshd.service', 'masked', IMAGE, masked)).toMatchObject({ changes: [], notes: ['sshd.service is masked already.'] })
  expect((await apply('sshd.service', 'unmasked', IMAGE, masked)).changes).toEqual(['remove sshd.service'])
  expect((await apply('sshd.service', 'unmasked')).notes).toEqual(['sshd.service is not masked.'])
  expect((await apply('sshd.service', 'enabled', IMAGE, masked)).reason).toMatch(/unmask it first/)
})

test('presets that will undo it at the first boot are told', async () => {
  const fresh = { ...IMAGE, '1:/etc/machine-id': 'uninitialized\n' }
  expect((await apply('own.service', 'enabled', fresh)).notes).toEqual([
    'At the first boot systemd applies presets, and they disable own.service: add a preset: enable own.service.',
  ])
  expect((await apply('sshd.service', 'disabled', fresh, ENABLED)).notes[0]).toMatch(/enable sshd\.service: mask it/)
  expect((await apply('sshd.service', 'enabled', fresh)).notes).toEqual([])
})
