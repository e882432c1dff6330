import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeIso } from '#core/operations/boot-test/metadata/iso-9660'
import type { Edit } from '#shared/edits/edit'
import { testImage } from '../images/cache.js'
import { bootTests, PATIENCE } from './boot-tests.js'
import { hashOf, openBench, type TestBench } from './workbench.js'

const KEY = 'ssh-ed25519 AAAA test'
/** Between the table and the first partition. */
const GAP = 1000 * 512

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
const { start, report, said, passed, type, nothingLeft } = bootTests(() => bench)

test(
  'the metadata of Google by its name, and nothing else of any network',
  async () => {
    const job = start({
      source: await testImage('bios-bootable'),
      platform: 'gcp',
      machine: { diskBus: 'virtio' },
      metadata: { hostname: 'web.example', sshKeys: [KEY], userData: { text: 'first\nsecond' } },
      expect: {
        ready: [],
        patterns: [
          '(^|: )hostname=web\\.example$',
          '(^|: )keys=diskwright:ssh-ed25519 AAAA test$',
          '(^|: )data=first second$',
          '(^|: )outside=none$',
          '(^|: )name=none$',
        ],
      },
    })
    await said(job, /sample login: $/)
    const base = 'http://metadata.google.internal/computeMetadata/v1/instance'
    const get = (file: string) => `$(echo $(wget -q -O - --header 'Metadata-Flavor: Google' ${base}/${file}))`
    type(job, '!network && echo up')
    await said(job, /^up\r?$/m)
    type(job, `!echo hostname=${get('hostname')}`)
    type(job, `!echo keys=${get('attributes/ssh-keys')}`)
    type(job, `!echo data=${get('attributes/user-data')}`)
    type(job, '!nc -w 2 10.0.2.2 22 && echo outside=some || echo outside=none')
    type(job, '!nslookup host.example 10.0.2.3 >/tmp && echo name=some || echo name=none')
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'pass', machine: { network: 'none', platform: 'gcp' }, metadata: { service: 'gcp' } })
    expect(found.metadata?.requests.map(({ path: asked, status }) => [status, asked])).toEqual(
      ['hostname', 'attributes/ssh-keys', 'attributes/user-data'].map((file) => [200, `/computeMetadata/v1/instance/${file}`]),
    )
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'the wire server and the metadata of Azure; a disc that cannot boot comes first; the disk is kept as the guest left it',
  async () => {
    const source = await bench.copy('bios-bootable')
    const before = await hashOf(source)
    const disc = path.join(bench.folder, 'disc.iso')
    await fs.writeFile(disc, makeIso({ label: 'NOTHING', files: { 'READ.ME': 'nothing to boot' } }))
    const output = path.join(bench.folder, 'kept.raw')
    const job = start({
      source,
      metadata: { service: 'azure', hostname: 'web' },
      cdrom: { path: disc },
      expect: { patterns: ['^Booting from DVD/CD', '<ExpectedState>Started', '(^|: )computer=web$'] },
      stayOn: true,
    })
    await said(job, /sample login: $/)
    expect(bench.core.bootTests.release(job.id)).toBe(false)
    type(job, '!network && echo up')
    await said(job, /^up\r?$/m)
    const imds = 'http://169.254.169.254/metadata/instance/compute/osProfile/computerName?api-version=2021-02-01\\&format=text'
    type(job, "!wget -q -O - 'http://168.63.129.16/machine/?comp=goalstate'")
    type(job, `!echo computer=$(wget -q -O - --header 'Metadata: true' ${imds})`)
    await passed(job)
    type(job, `!echo kept by the guest | dd of=/dev/vda seek=${GAP / 512} conv=notrunc && sync && echo written`)
    await said(job, /^written\r?$/m)
    const { bootTests: tests } = bench.core
    await expect(tests.keep(job.id, { output: source, replace: true })).rejects.toMatchObject({ code: 'output-is-source' })
    expect(await tests.keep(job.id, { output, format: 'raw', guest: 'pause' })).toBe(true)
    expect(await tests.keep(job.id, { output: `${output}.too` })).toBe(false)
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'pass', kept: output })
    expect((await fs.readFile(output)).toString('latin1', GAP, GAP + 17)).toBe('kept by the guest')
    expect(await hashOf(source)).toBe(before)
    const { output: result } = bench.core.jobs.get(job.id)
    expect(result?.proofs).toContain('The disk was kept as it was while the guest ran')
    expect(result?.proofs).toContain('Content compared with the source: identical')
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'a guest that switches itself off is kept when the test has passed; where it may not be kept, nothing boots',
  async () => {
    const source = await testImage('bios-bootable')
    const output = path.join(bench.folder, 'off.qcow2')
    const job = start({ source, keep: { output }, stayOn: true })
    await said(job, /sample login: $/)
    // What is typed would stand where the prompt is looked for.
    await passed(job)
    type(job, 'poweroff')
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'pass', kept: output })
    expect(bench.core.jobs.get(job.id).output?.proofs).toContain('The guest switched itself off before its disk was kept')
    expect(await bench.core.bootTests.keep(job.id, { output })).toBe(false)
    const again = await bench.core.jobs.wait(start({ source, keep: { output } }).id)
    expect(again.error?.code).toBe('output-exists')
    const unknown = await bench.core.jobs.wait(start({ source, metadata: {} }).id)
    expect(unknown.error).toMatchObject({
      code: 'bad-input',
      details: { reason: expect.stringContaining('aws, azure, gcp, oci, openstack, vmware') },
    })
    const noDisc = await bench.core.jobs.wait(start({ source, cdrom: { path: '/nowhere.iso' } }).id)
    expect(noDisc.error?.code).toBe('file-not-found')
    await nothingLeft()
  },
  PATIENCE,
)

test('what the guest is to be told is read before anything is written', async () => {
  const source = await testImage('bios-bootable')
  const edits: Edit[] = [{ kind: 'kernel-args', entry: '*', changes: [{ op: 'append', arg: 'x=1' }] }]
  const gone = { file: path.join(bench.folder, 'gone.yaml') }
  for (const told of [{ metadata: { service: 'aws', userData: gone } }, { seed: { ignition: gone } }] as const) {
    const ended = await bench.core.jobs.wait(start({ source, edits, ...told }).id)
    expect(ended.error?.code).toBe('file-not-found')
    expect(ended.commands.filter(({ line }) => / create /.test(line))).toEqual([])
  }
  await nothingLeft()
})
