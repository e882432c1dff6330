// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { NewerReport } from '#shared/containers/container-report'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { OriginLine } from './origin-line.js'
import { DIGEST, fakeBridge, REFERENCE } from './testing/sample-containers.js'

const ORIGIN = {
  file: '/images/boot.qcow2',
  reference: REFERENCE,
  digest: DIGEST,
  imageDigest: DIGEST,
  platform: { os: 'linux', architecture: 'amd64', variant: null },
  path: '/disk/boot.qcow2',
  takenAt: '2026-02-05T10:00:00Z',
}

function show(origin: typeof ORIGIN | null, report: Partial<NewerReport> = {}) {
  const actions = sampleActions()
  const bridge = fakeBridge({
    'containers.origin': () => origin,
    'containers.checkNewer': () => ({ origin: ORIGIN, state: 'same', digest: DIGEST, createdAt: null, ...report }),
  })
  renderInApp(<OriginLine path={ORIGIN.file} />, actions)
  return { ...bridge, actions }
}
const check = async () => fireEvent.click(await screen.findByRole('button', { name: 'Check for a newer one' }))

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('a newer digest is told with its date, and can be taken', async () => {
  const { actions } = show(ORIGIN, { state: 'newer', createdAt: '2026-02-10T10:00:00Z' })
  expect(await screen.findByText('registry.example:5000/team/boot:8.10')).toBeDefined()
  await check()
  expect((await screen.findByRole('status')).textContent).toBe('there is a newer one, made 2026-02-10 10:00 UTC')
  fireEvent.click(screen.getByRole('button', { name: 'Take out again…' }))
  expect(actions.openContainer).toHaveBeenCalledWith(REFERENCE)
})

test('one that is the same, and one that is gone', async () => {
  show(ORIGIN)
  await check()
  expect((await screen.findByRole('status')).textContent).toBe('still the same')
  cleanup()
  show(ORIGIN, { state: 'gone', digest: null })
  await check()
  expect((await screen.findByRole('status')).textContent).toBe('no longer there')
})

test('what came from elsewhere, or was changed since, says nothing', async () => {
  const { asked } = show(null)
  await waitFor(() => expect(asked('containers.origin')).toEqual([{ file: ORIGIN.file }]))
  expect(screen.queryByRole('region')).toBeNull()
})
