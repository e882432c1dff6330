// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { ImageInfo } from '#shared/images/image-info'
import { ED25519, RSA } from '#shared/system/testing/sample-keys'
import { type AppActions, AppActionsContext } from '../../components/app-actions.js'
import { useEditStore } from '../edits/edit-store.js'
import { SystemTab } from './system-tab.js'

const calls = vi.hoisted(() => ({ call: vi.fn<(name: string, input: { edits: readonly Edit[] }) => Promise<unknown>>() }))
vi.mock('../../api/client.js', () => calls)

const PATH = '/images/boot.qcow2'
const partition = (number: number, kind: string) => ({ number, filesystem: { kind } })
const INFO = { path: PATH, partitions: [partition(1, 'fat'), partition(3, 'xfs')] } as unknown as ImageInfo
const ACTIONS = new Proxy({} as AppActions, { get: () => vi.fn() })

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return render(
    <QueryClientProvider client={client}>
      <MantineProvider>
        <AppActionsContext value={ACTIONS}>
          <SystemTab info={INFO} partitionLabel={(number) => `part ${number}`} />
        </AppActionsContext>
      </MantineProvider>
    </QueryClientProvider>,
  )
}

const open = (name: RegExp) => fireEvent.click(screen.getByRole('tab', { name }))
const type = (name: string | RegExp, value: string) => fireEvent.change(screen.getByRole('textbox', { name }), { target: { value } })
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))
const staged = () => useEditStore.getState().byPath[PATH]?.present ?? []

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  calls.call.mockImplementation(async (_name, { edits }) => ({
    edits: edits.map((edit) => ({
      title: edit.kind,
      problem:
        edit.kind === 'systemd-unit'
          ? { code: 'edit-conflict', details: { path: edit.unit, reason: 'the image has no such unit' }, actions: [] }
          : null,
      notes: edit.kind === 'clean' ? ['There were no logs in the image.'] : [],
    })),
    changes: [],
  }))
})
afterEach(cleanup)

test('a host name is staged when it is one, and a second one takes its place', () => {
  show()
  press('Stage the host name')
  expect(screen.getByText('A host name is not empty.')).toBeDefined()
  type('Name of the machine', 'web_1')
  expect(screen.getByText(/holds letters, digits, hyphens and dots, not "_"/)).toBeDefined()
  press('Stage the host name')
  expect(staged()).toEqual([])
  type('Name of the machine', ' web-1 ')
  press('Stage the host name')
  type('Name of the machine', 'web-2')
  press('Stage the host name')
  expect(staged()).toEqual([{ kind: 'hostname', name: 'web-2' }])
  expect(within(screen.getByRole('region', { name: 'Staged here' })).getByText('Name the machine web-2')).toBeDefined()
  press('Remove: Name the machine web-2')
  expect(staged()).toEqual([])
})

test('keys are checked one by one', () => {
  show()
  open(/SSH keys/)
  type('User', 'ada')
  type(/Public keys/, `${ED25519} me\nssh-rsa AAAA`)
  expect(screen.getByText(/^Key 2: /)).toBeDefined()
  press('Stage the keys')
  expect(staged()).toEqual([])
  type(/Public keys/, `# mine\n${ED25519} me\n\n${RSA}`)
  press('Stage the keys')
  expect(staged()).toEqual([{ kind: 'ssh-keys', user: 'ada', keys: [`${ED25519} me`, RSA], mode: 'add' }])
})

test('a user with groups and a hash; what is left empty is left out', () => {
  show()
  open(/Users/)
  type('Name', 'ops')
  type('Further groups', 'wheel, adm')
  type('User number', 'x')
  expect(screen.getByText('A user number holds digits only.')).toBeDefined()
  type('User number', '')
  type('Password hash', 'secret')
  expect(screen.getByText(/This is no password hash/)).toBeDefined()
  fireEvent.click(screen.getByRole('checkbox', { name: 'Lock the password' }))
  press('Stage the user')
  expect(staged()).toEqual([{ kind: 'user', name: 'ops', groups: ['wheel', 'adm'], sudo: 'none', passwordHash: '!' }])
})

test('what the image says to a staged edit stands beside it', async () => {
  show()
  open(/Services/)
  type('Unit', 'ssdh')
  press('Stage the unit')
  expect(staged()).toEqual([{ kind: 'systemd-unit', unit: 'ssdh.service', state: 'enabled', scope: 'system' }])
  expect(await screen.findByText(/The image has no such unit/)).toBeDefined()
})

test('the usual clean-up is one click, and its order in the list is before what it would take away', async () => {
  useEditStore.getState().stage(PATH, [{ kind: 'ssh-keys', user: 'root', keys: [ED25519], mode: 'add' }])
  show()
  open(/Clean up/)
  press('Stage the clean-up')
  expect(screen.getByRole('alert').textContent).toBe('Choose what is to go.')
  press('Choose the usual')
  press('Stage the clean-up')
  expect(staged().map((edit) => edit.kind)).toEqual(['clean', 'ssh-keys'])
  expect(staged()[0]).toMatchObject({ what: ['ssh-host-keys', 'machine-id', 'shell-history', 'logs', 'dhcp-leases', 'random-seed'] })
  expect(await screen.findByText('There were no logs in the image.')).toBeDefined()
})

test('an Ignition configuration is checked while it is typed', () => {
  show()
  open(/Ignition/)
  type(/Configuration/, '{"ignition":{"version":"2.2.0"}}')
  expect(screen.getByText(/specification 2/)).toBeDefined()
  type(/Configuration/, '{"ignition":{"version":"3.4.0"},"storag":{}}')
  expect(screen.getByText('Specification 3.4.0: understood')).toBeDefined()
  expect(screen.getByText(/storag is not in the specification/)).toBeDefined()
  press('Stage the configuration')
  expect(staged()).toMatchObject([{ kind: 'ignition-config', delivery: 'auto' }])
})

test('a cloud-init seed says what is wrong with it', () => {
  show()
  open(/cloud-init/)
  type('User data', 'hostname: web')
  expect(screen.getByText(/first line is #cloud-config/)).toBeDefined()
  type('User data', '#cloud-config\nhostname: web\n')
  type(/Network configuration/, 'ethernets: {}')
  expect(screen.getByText(/has no version/)).toBeDefined()
  type(/Network configuration/, '')
  press('Stage the seed')
  expect(staged()).toEqual([{ kind: 'cloud-init', userData: '#cloud-config\nhostname: web\n', onlyNoCloud: false }])
})

test('where the root is can be said, and then every edit says it', () => {
  show()
  fireEvent.click(screen.getByRole('combobox', { name: 'Root of the system' }))
  fireEvent.click(screen.getByRole('option', { name: '3 · part 3', hidden: true }))
  type('Folder of its root', '/deep')
  type('Name of the machine', 'web')
  press('Stage the host name')
  expect(staged()).toEqual([{ kind: 'hostname', name: 'web', root: { partition: 3, prefix: '/deep' } }])
})
