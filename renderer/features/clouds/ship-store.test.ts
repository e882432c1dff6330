// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { useEditStore } from '../edits/edit-store.js'
import { fillField, readKept, useShipStore } from './ship-store.js'
import { sampleFacts } from './testing/sample-form.js'

const PATH = '/images/boot.qcow2'
const store = () => useShipStore.getState()
const draft = () => store().drafts[PATH]
const edits = () => useEditStore.getState()

/** The window opens anew with what was written down. */
function restart(kept: ReturnType<typeof readKept>): void {
  useEditStore.setState({ byPath: {} })
  useShipStore.setState({ ...useShipStore.getInitialState(), drafts: {} }, true)
  useEditStore.setState({ byPath: {} })
  useShipStore.setState(kept)
}

beforeEach(() => {
  localStorage.clear()
  useShipStore.setState({ ...useShipStore.getInitialState(), drafts: {}, accounts: {}, names: {} }, true)
})

test('what was filled in for one target is there again after another one was looked at', () => {
  store().ship([PATH])
  store().choose(PATH, 's3')
  fillField(PATH, 'bucket', 'images')
  store().choose(PATH, 'oci')
  fillField(PATH, 'name', 'ock')
  store().choose(PATH, 's3')
  expect(draft()?.values).toEqual({ s3: { bucket: 'images' }, oci: { name: 'ock' } })
})

test('it outlasts the window, but for secrets of a session', () => {
  store().ship([PATH, '/images/other.raw'])
  expect(store().active).toBe(PATH)
  store().choose(PATH, 's3')
  fillField(PATH, 'token', 'session:s3 token 1')
  fillField(PATH, 'password', 'keyring:s3 password mia')
  fillField(PATH, 'labels', { team: 'boot' })
  store().go(PATH, 'image')
  const kept = readKept()
  expect(kept.drafts[PATH]).toMatchObject({
    provider: 's3',
    step: 'image',
    reached: 'image',
    upload: draft()?.upload,
    values: { s3: { password: 'keyring:s3 password mia', labels: { team: 'boot' } } },
  })
  expect(localStorage.getItem('diskwright.ship')).not.toContain('session:')
  store().forget(PATH)
  expect(Object.keys(readKept().drafts)).toEqual(['/images/other.raw'])
})

test('what is staged on its file is there again, without what held a secret', () => {
  const hostname = { kind: 'hostname', name: 'boot' } as const
  const user: Edit = { kind: 'user', name: 'core', groups: [], sudo: 'none', passwordHash: '$6$canary' }
  edits().stage(PATH, [hostname])
  store().ship([PATH])
  edits().stage(PATH, [hostname, user])
  const kept = readKept()
  expect(localStorage.getItem('diskwright.ship')).not.toContain('canary')

  restart(kept)
  store().ship([PATH])
  expect(edits().byPath[PATH]?.present).toEqual([hostname])
  expect(draft()).toMatchObject({ lostEdits: 1, staged: [hostname] })

  restart(readKept())
  edits().stage(PATH, [])
  edits().stage(PATH, [{ ...hostname, name: 'newer' }])
  store().ship([PATH])
  expect(edits().byPath[PATH]?.present, 'what was staged since').toEqual([{ ...hostname, name: 'newer' }])
  edits().forget(PATH)
  expect(readKept().drafts[PATH]?.staged, 'thrown away with the image').toEqual([])
})

test('what is damaged is passed over', () => {
  localStorage.setItem('diskwright.ship', '{"drafts":[{"path":1}]}')
  expect(readKept()).toEqual({ drafts: {}, accounts: {}, names: {} })
})

test('going back keeps how far it was; a further step moves it', () => {
  store().ship([PATH])
  store().go(PATH, 'check')
  store().go(PATH, 'account', 'token')
  expect(draft()).toMatchObject({ step: 'account', reached: 'check' })
  expect(store().wanted).toBe('token')
})

test('the account that was used last is offered for the next file', () => {
  store().ship([PATH])
  store().choose(PATH, 's3')
  store().remember(PATH, { profile: 'work' })
  store().ship(['/images/next.raw'])
  store().choose('/images/next.raw', 's3')
  expect(store().drafts['/images/next.raw']?.values).toEqual({ s3: { profile: 'work' } })
})

test('a job that is shown brings what it was asked for', () => {
  const facts = sampleFacts()
  const upload = '0c1f5a2e-5f0f-4b8e-9d42-1f6f9a3f6c11'
  store().showJob('job-1', { upload, provider: 's3', facts, values: { bucket: 'images' }, edits: [] })
  expect(store().active).toBe(facts.path)
  expect(store().drafts[facts.path]).toMatchObject({ upload, job: 'job-1', step: 'run', values: { s3: { bucket: 'images' } } })
})
