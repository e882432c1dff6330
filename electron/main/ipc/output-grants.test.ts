import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { OutputGrants } from './output-grants.js'

let folder: string
let source: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-grants-'))
  source = path.join(folder, 'boot.qcow2')
  fs.writeFileSync(source, 'x')
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

function convertTo(output: string, replace = false): JobRequestDraft {
  return { kind: 'convert-image', input: { source, output, replace, format: 'vmdk', options: [], verify: true } }
}
function saveTo(output: string, replace = false): JobRequestDraft {
  return { kind: 'save-image', input: { source, edits: [], target: { mode: 'new-file', output, replace } } }
}

test('what nobody granted is refused, for every kind of job', () => {
  const grants = new OutputGrants()
  expect(() => grants.assertGranted(convertTo('/etc/passwd'))).toThrow('output-not-granted')
  expect(() => grants.assertGranted(saveTo('/etc/passwd'))).toThrow('output-not-granted')
  const kept: JobRequestDraft = { kind: 'test-boot', input: { source, keep: { output: '/etc/passwd', replace: true } } }
  expect(() => grants.assertGranted(kept)).toThrow('output-not-granted')
  expect(() => grants.assertGranted({ kind: 'test-boot', input: { source } })).not.toThrow()
})

test('the save dialog grants its path, and replacing only when the user agreed to it', () => {
  const grants = new OutputGrants()
  grants.grantChosen('/data/new.vmdk', false)
  grants.grantChosen('/data/old.vmdk', true)
  expect(() => grants.assertGranted(convertTo('/data/new.vmdk'))).not.toThrow()
  expect(() => grants.assertGranted(convertTo('/data/./x/../new.vmdk'))).not.toThrow()
  expect(() => grants.assertGranted(convertTo('/data/new.vmdk', true))).toThrow('output-not-granted')
  expect(() => grants.assertGranted(saveTo('/data/old.vmdk', true))).not.toThrow()
})

test('a suggested name is free, stands beside the source and never replaces', async () => {
  const grants = new OutputGrants()
  const first = await grants.suggest({ source, suffix: '-vmware', extension: 'vmdk' })
  expect(first).toBe(path.join(folder, 'boot-vmware.vmdk'))
  fs.writeFileSync(first, '')
  const second = await grants.suggest({ source, suffix: '-vmware', extension: 'vmdk' })
  expect(second).toBe(path.join(folder, 'boot-vmware-2.vmdk'))
  expect(() => grants.assertGranted(convertTo(second))).not.toThrow()
  expect(() => grants.assertGranted(convertTo(second, true))).toThrow('output-not-granted')
})

test('no name of another folder can be talked out of it', async () => {
  const grants = new OutputGrants()
  await expect(grants.suggest({ source, suffix: '/../../etc/x', extension: 'raw' })).rejects.toThrow('bad-input')
  await expect(grants.suggest({ source: folder, suffix: '', extension: 'raw' })).rejects.toThrow('file-not-found')
  await expect(grants.suggest({ source: path.join(folder, 'gone'), suffix: '', extension: 'raw' })).rejects.toThrow('file-not-found')
})

test('saving in place names no output of its own', () => {
  const request: JobRequestDraft = { kind: 'save-image', input: { source, edits: [], target: { mode: 'in-place', keepBackup: true } } }
  expect(() => new OutputGrants().assertGranted(request)).not.toThrow()
})

test('a batch goes to a folder that was chosen, or to that of one of its sources', async () => {
  const grants = new OutputGrants()
  await expect(grants.assertFolder('/data', [source])).rejects.toThrow('output-not-granted')
  await expect(grants.assertFolder(folder, [path.join(folder, 'gone'), '/etc/passwd'])).rejects.toThrow('output-not-granted')
  await grants.assertFolder(`${folder}/x/..`, ['/etc/passwd', source])
  grants.grantFolder('/data', false)
  await grants.assertFolder('/data/', [source])
})
