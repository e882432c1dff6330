import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { type JobRequest, type JobRequestDraft, jobRequestSchema } from '#shared/jobs/job-requests'
import { SourceGrants } from './source-grants.js'

let folder: string
let file: string
let grants: SourceGrants
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-sources-'))
  file = path.join(folder, 'state', 'chosen-files.json')
  grants = new SourceGrants(file)
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

const no = vi.fn(async () => false)
const yes = vi.fn(async () => true)
afterEach(() => vi.clearAllMocks())

const request = (draft: JobRequestDraft): JobRequest => jobRequestSchema.parse(draft)
const push = (source: string): JobRequest =>
  request({ kind: 'package-container', input: { source, layout: 'artifact', destination: 'registry.example/a/b:v1' } })
const copy = (source: string, destination = 'registry.example/a/b:v1'): JobRequest =>
  request({ kind: 'copy-container', input: { source, destination } })
const convert = (source: string, output: string): JobRequest =>
  request({ kind: 'convert-image', input: { source, output, format: 'qcow2' } })

function ended(
  { kind, input }: JobRequest,
  output: string,
  state: Job['state'] = 'succeeded',
): Pick<Job, 'kind' | 'input' | 'state' | 'output'> {
  return { kind, input, state, output: { path: output, bytes: 1, proofs: [] } }
}

test('what the user chose is sent without a question, under any name of the same path', async () => {
  grants.grant(['/home/me/boot.qcow2'])
  await grants.requireMaySend(push('/home/me/./x/../boot.qcow2'), no)
  expect(no).not.toHaveBeenCalled()
})

test('of anything else the user is asked, who is told what goes where; a no sends nothing, a yes is remembered', async () => {
  await expect(grants.requireMaySend(push('/home/me/secret.img'), no)).rejects.toMatchObject({ code: 'input-not-granted' })
  expect(no).toHaveBeenCalledWith({ sources: ['/home/me/secret.img'], destination: 'docker://registry.example/a/b:v1' })
  await grants.requireMaySend(push('/home/me/secret.img'), yes)
  await grants.requireMaySend(push('/home/me/secret.img'), no)
  expect(no).toHaveBeenCalledTimes(1)
})

test('archives, folders and images of the local storage are asked for too; what stays here, and what is at a registry, is not', async () => {
  await expect(grants.requireMaySend(copy('oci-archive:/home/me/a.tar:v1'), no)).rejects.toThrow('input-not-granted')
  await expect(grants.requireMaySend(copy('containers-storage:localhost/private:v1'), no)).rejects.toThrow('input-not-granted')
  expect(no).toHaveBeenCalledTimes(2)
  await grants.requireMaySend(copy('oci-archive:/home/me/a.tar:v1', 'oci:/home/me/layout'), no)
  await grants.requireMaySend(copy('docker://registry.example/x:v1'), no)
  await grants.requireMaySend(convert('/home/me/secret.img', '/home/me/out.qcow2'), no)
  expect(no).toHaveBeenCalledTimes(2)
})

test('a guest with a network can send its disk away: of one that was not chosen the user is asked', async () => {
  const boot = (network: 'none' | 'user') => request({ kind: 'test-boot', input: { source: '/home/me/secret.img', machine: { network } } })
  await grants.requireMaySend(boot('none'), no)
  expect(no).not.toHaveBeenCalled()
  await expect(grants.requireMaySend(boot('user'), no)).rejects.toMatchObject({ code: 'input-not-granted' })
  expect(no).toHaveBeenCalledWith({ sources: ['/home/me/secret.img'], destination: expect.stringContaining('guest') })
  grants.grant(['/home/me/secret.img'])
  await grants.requireMaySend(boot('user'), no)
  expect(no).toHaveBeenCalledTimes(1)
})

test('a disk that a boot test kept is made of its image; its log is not', () => {
  grants.grant(['/d/boot.qcow2', '/d/over.qcow2'])
  const kept = (source: string, output: string) => {
    const job = ended(request({ kind: 'test-boot', input: { source } }), '/jobs/serial.log')
    const bootTest = { kept: output } as NonNullable<NonNullable<Job['output']>['bootTest']>
    grants.noteEnd({ ...job, output: job.output && { ...job.output, bootTest } })
  }
  kept('/d/boot.qcow2', '/d/kept.qcow2')
  kept('/d/secret.img', '/d/over.qcow2')
  expect(['/d/kept.qcow2', '/d/over.qcow2', '/jobs/serial.log'].map((made) => grants.has(made))).toEqual([true, false, false])
})

test('a result may leave when all that it was made of may', async () => {
  grants.grant(['/d/boot.qcow2'])
  grants.noteEnd(ended(convert('/d/boot.qcow2', '/d/a.vmdk'), '/d/a.vmdk'))
  grants.noteEnd(ended(convert('/d/boot.qcow2', '/d/b.vmdk'), '/d/b.vmdk', 'failed'))
  grants.noteEnd(ended(convert('/d/secret.img', '/d/c.vmdk'), '/d/c.vmdk'))
  const pulled = request({ kind: 'extract-container', input: { reference: 'registry.example/x:v1', output: '/d/d.qcow2' } })
  grants.noteEnd(ended(pulled, '/d/d.qcow2'))
  const stored = request({ kind: 'extract-container', input: { reference: 'containers-storage:localhost/x:v1', output: '/d/e.qcow2' } })
  grants.noteEnd(ended(stored, '/d/e.qcow2'))
  expect(['a.vmdk', 'b.vmdk', 'c.vmdk', 'd.qcow2', 'e.qcow2'].filter((name) => grants.has(`/d/${name}`))).toEqual(['a.vmdk', 'd.qcow2'])
})

test('an image that was pushed is nothing of this machine', () => {
  grants.grant(['/d/boot.qcow2'])
  grants.noteEnd(ended(push('/d/boot.qcow2'), 'docker://registry.example/a/b:v1'))
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual(['/d/boot.qcow2'])
})

test('what brings another file into one that was chosen takes the grant away', () => {
  grants.grant(['/d/boot.qcow2', '/d/base.qcow2', '/d/over.qcow2'])
  const rebase = (backing: string) =>
    request({ kind: 'rebase-image', input: { source: '/d/boot.qcow2', backing, target: { mode: 'in-place' } } })
  grants.noteStart(rebase('/d/base.qcow2'))
  expect(grants.has('/d/boot.qcow2')).toBe(true)
  grants.noteStart(rebase('/d/secret.qcow2'))
  expect(grants.has('/d/boot.qcow2')).toBe(false)
  grants.noteStart(request({ kind: 'commit-image', input: { source: '/d/foreign.qcow2', into: '/d/base.qcow2' } }))
  expect(grants.has('/d/base.qcow2')).toBe(false)
  grants.noteEnd(ended(convert('/d/secret.img', '/d/over.qcow2'), '/d/over.qcow2'))
  expect(grants.has('/d/over.qcow2')).toBe(false)
})

test('what was chosen yesterday asks nothing today; images of the local storage are asked for anew', () => {
  grants.grant(['/d/boot.qcow2', 'containers-storage:localhost/x:v1'])
  const later = new SourceGrants(file)
  expect(later.has('/d/boot.qcow2')).toBe(true)
  expect(later.has('containers-storage:localhost/x:v1')).toBe(false)
  fs.writeFileSync(file, '[1')
  expect(new SourceGrants(file).has('/d/boot.qcow2')).toBe(false)
})
