// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ContainerStorage } from '#shared/containers/container-requests'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { ContainersScreen } from './containers-screen.js'
import { useContainersStore } from './containers-store.js'
import { type Answers, DIGEST, fakeBridge } from './testing/sample-containers.js'

const OTHER = `sha256:${'b'.repeat(64)}`
const NAME = 'containers-storage:localhost/boot:1'
const image = { bytes: 700 * 1024 * 1024, createdAt: null, architecture: 'amd64', labels: {}, isBootable: false, usedBy: [], isOurs: false }

let storage: ContainerStorage

function show(answers: Answers = {}) {
  const actions = sampleActions()
  const bridge = fakeBridge({
    'containers.storage': () => storage,
    'containers.pruneList': () => ({ images: [DIGEST], containers: [], bytes: 1024 }),
    ...answers,
  })
  useContainersStore.getState().show('storage')
  renderInApp(<ContainersScreen />, actions)
  return { ...bridge, actions }
}

beforeEach(() => {
  useContainersStore.setState(useContainersStore.getInitialState(), true)
  storage = {
    problem: null,
    root: '/storage',
    driver: 'overlay',
    images: [
      { ...image, id: DIGEST, references: [NAME], isOurs: true, usedBy: ['web'] },
      { ...image, id: OTHER, references: [], isBootable: true },
    ],
    containers: [{ id: 'c1', name: 'web', image: 'localhost/boot:1', state: 'exited', bytes: null, createdAt: null, isOurs: false }],
  }
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('images tell what they are; one is looked into by its name, one without a name by its id', async () => {
  const { actions } = show()
  const row = (name: RegExp) => screen.findByRole('row', { name })
  expect(within(await row(/localhost\/boot:1.*amd64/)).getByText('by Diskwright')).toBeDefined()
  expect(within(await row(/no name/)).getByText('bootable')).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Look into it: localhost/boot:1' }))
  expect(actions.openContainer).toHaveBeenLastCalledWith(NAME)
  fireEvent.click(within(await row(/no name/)).getByRole('button'))
  expect(actions.openContainer).toHaveBeenLastCalledWith(`containers-storage:${OTHER.slice(7)}`)
})

test('only what is ticked is removed; what stays is named with its reason', async () => {
  const { asked } = show({ 'containers.removeStored': () => ({ left: [{ id: DIGEST, reason: 'a container uses it' }] }) })
  const remove = await screen.findByRole<HTMLButtonElement>('button', { name: 'Remove…' })
  expect(remove.disabled).toBe(true)
  fireEvent.click(screen.getByRole('checkbox', { name: 'localhost/boot:1' }))
  fireEvent.click(screen.getByRole('checkbox', { name: 'web' }))
  fireEvent.click(screen.getByRole('button', { name: 'Remove 2…' }))
  expect((await screen.findByRole('alert')).textContent).toContain('localhost/boot:1: a container uses it')
  expect(asked('containers.removeStored')).toEqual([{ images: [DIGEST], containers: ['c1'] }])
  await waitFor(() => expect(asked('containers.storage')).toHaveLength(2))
})

test('pruning names what it removes, and is only what Diskwright made', async () => {
  const { asked } = show({ 'containers.removeStored': () => null })
  const part = await screen.findByRole('region', { name: 'Made by Diskwright' })
  expect(within(part).getByText('localhost/boot:1')).toBeDefined()
  fireEvent.click(within(part).getByRole('button', { name: 'Remove all of it…' }))
  await waitFor(() => expect(asked('containers.removeStored')).toEqual([{ images: [DIGEST], containers: [] }]))
})

test('without podman it says why, and how to install it', async () => {
  storage = { problem: 'podman is not installed', root: null, driver: null, images: [], containers: [] }
  show({ 'tools.doctor': () => ({ tools: [{ id: 'podman', install: 'apt-get install podman' }] }) })
  expect(await screen.findByText('podman is not installed')).toBeDefined()
  expect(await screen.findByText('apt-get install podman')).toBeDefined()
  storage = { ...storage, problem: null }
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('The local container storage is empty')).toBeDefined()
})
