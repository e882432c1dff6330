import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { bootToLogin } from '../images/boot-image.js'
import { failureOf, filesIn, hashOf, openBench, type TestBench } from './workbench.js'

const ENTRY = '2:/loader/entries/ostree-1-ock.conf'
const TO_VMWARE: readonly Edit[] = [
  {
    kind: 'kernel-args',
    entry: ENTRY,
    changes: [
      { op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' },
      { op: 'append', arg: 'console=tty0' },
    ],
  },
]

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

function saveAs(source: string, output: string, edits: readonly Edit[] = TO_VMWARE): JobRequestDraft {
  return { kind: 'save-image', input: { source, edits: [...edits], target: { mode: 'new-file', output, replace: false } } }
}

async function argsOf(image: string): Promise<string[]> {
  const { entries } = await bench.core.listBootEntries(image)
  return entries.find((entry) => entry.id === ENTRY)?.args ?? []
}

test('the main job: platform and console changed on an XFS /boot, saved as a new image, the source untouched', async () => {
  const source = await bench.copy('ock')
  const output = path.join(bench.folder, 'ock vmware.qcow2')
  const before = await hashOf(source)
  const job = await bench.succeed(saveAs(source, output))

  expect(await argsOf(output)).toEqual(
    (await argsOf(source)).map((arg) => (arg === 'ignition.platform.id=qemu' ? 'ignition.platform.id=vmware' : arg)).concat('console=tty0'),
  )
  expect(await hashOf(source)).toBe(before)
  expect((await bench.core.inspect(output)).ignitionPlatform).toBe('vmware')
  await bench.host.run('qemu-img', ['check', '-f', 'qcow2', output])
  expect((await bench.core.inspect(output)).backingChain).toEqual([])
  expect(job.output).toMatchObject({
    path: output,
    engine: 'uml',
    proofs: [
      'Edits read back from the image: as in the preview (1 change)',
      'Content compared with the source: identical',
      'qemu-img check: no errors',
    ],
  })
  expect(job.commands.some((command) => command.line.startsWith('qemu-img convert'))).toBe(true)
  expect(job.progress).toBe(1)
})

test('what was saved really boots, with the arguments that were staged, as a VMDK', { timeout: 600_000 }, async () => {
  const source = await bench.copy('bootable')
  const [entry] = (await bench.core.listBootEntries(source)).entries
  const output = path.join(bench.folder, 'boots.vmdk')
  await bench.succeed({
    kind: 'save-image',
    input: {
      source,
      edits: [
        {
          kind: 'kernel-args',
          entry: entry?.id ?? '',
          changes: [
            { op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' },
            { op: 'append', arg: 'dw.note="two words"' },
          ],
        },
      ],
      target: { mode: 'new-file', output, format: 'vmdk', replace: false },
    },
  })
  const serial = await bootToLogin(bench.host, { path: output, driver: 'vmdk' })
  expect(serial).toContain('ignition.platform.id=vmware console=ttyS0 dw.note="two words"')
  expect(serial).not.toContain('ignition.platform.id=qemu')
})

test('in place: the name holds the result, the backup the original, byte for byte', async () => {
  const source = await bench.copy('ock', 'in place.qcow2')
  await fs.chmod(source, 0o640)
  const before = await hashOf(source)
  const { revision } = await bench.core.inspect(source)
  const job = await bench.succeed({
    kind: 'save-image',
    input: { source, revision, edits: [...TO_VMWARE], target: { mode: 'in-place', keepBackup: true } },
  })
  expect(await argsOf(source)).toContain('ignition.platform.id=vmware')
  expect(job.output?.backup).toMatch(/in place\.qcow2\.backup-\d{8}-\d{6}$/)
  expect(await hashOf(job.output?.backup ?? '')).toBe(before)
  expect((await fs.stat(source)).mode & 0o777).toBe(0o640)
})

test('in place without a backup: snapshots and overlays that would be lost are reason enough to refuse', async () => {
  const source = await bench.copy('ock', 'precious.qcow2')
  execFileSync('qemu-img', ['snapshot', '-c', 'before', source])
  const inPlace: JobRequestDraft = {
    kind: 'save-image',
    input: { source, edits: [...TO_VMWARE], target: { mode: 'in-place', keepBackup: false } },
  }
  expect((await bench.run(inPlace)).error?.code).toBe('format-not-writable')
  const { warnings } = await bench.core.planSave(inPlace.input)
  expect(warnings.join(' ')).toContain('snapshots')
  execFileSync('qemu-img', ['snapshot', '-d', 'before', source])

  await Promise.all(Array.from({ length: 600 }, (_, index) => fs.writeFile(path.join(bench.folder, `a${index}`), 'x'.repeat(600))))
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', source, path.join(bench.folder, 'zz overlay.qcow2')])
  expect((await bench.run(inPlace)).error?.code).toBe('image-in-use')
})

test('an image that changed since it was read is not saved over', async () => {
  const source = await bench.copy('ock', 'changed.qcow2')
  const { revision } = await bench.core.inspect(source)
  await fs.utimes(source, new Date(), new Date(0))
  const job = await bench.run({
    kind: 'save-image',
    input: { source, revision, edits: [...TO_VMWARE], target: { mode: 'in-place', keepBackup: true } },
  })
  expect(job.error?.code).toBe('image-changed')
})

test('no result, and nothing left, when the edits make no sense', async () => {
  const source = await bench.copy('ock', 'senseless.qcow2')
  const before = await filesIn(bench.folder)
  const cases: readonly (readonly [Edit, string])[] = [
    [{ kind: 'kernel-args', entry: '2:/loader/entries/none.conf', changes: [{ op: 'append', arg: 'quiet' }] }, 'boot-entry-not-found'],
    [{ kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'delete', arg: 'absent' }] }, 'argument-not-found'],
    [{ kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'append', arg: 'a\nlinux /evil' }] }, 'argument-invalid'],
    [{ kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'replace', key: 'ip', from: 'dhcp', to: 'dhcp' }] }, 'nothing-to-save'],
  ]
  for (const [edit, code] of cases) {
    const job = await bench.run(saveAs(source, path.join(bench.folder, 'never.qcow2'), [edit]))
    expect([job.state, job.error?.code]).toEqual(['failed', code])
  }
  expect(await filesIn(bench.folder)).toEqual(before)
})

test('an existing file, the source itself and a folder that is not there are refused before any work', async () => {
  const source = await bench.copy('ock', 'refused.qcow2')
  const taken = path.join(bench.folder, 'taken.qcow2')
  await fs.writeFile(taken, 'mine')
  expect((await bench.run(saveAs(source, taken))).error?.code).toBe('output-exists')
  expect(await fs.readFile(taken, 'utf8')).toBe('mine')
  expect((await bench.run(saveAs(source, source))).error?.code).toBe('output-is-source')
  expect((await bench.run(saveAs(source, path.join(bench.folder, 'no/where.qcow2')))).error?.code).toBe('folder-not-writable')
})

test('an ext4 /boot on MBR, saved to another format', async () => {
  const source = await bench.copy('mbr')
  const { entries } = await bench.core.listBootEntries(source)
  const [entry] = entries
  if (!entry) throw new Error('the image has no boot entry')
  const output = path.join(bench.folder, 'mbr.vmdk')
  await bench.succeed({
    kind: 'save-image',
    input: {
      source,
      edits: [{ kind: 'kernel-args', entry: entry.id, changes: [{ op: 'append', arg: 'dyndbg="file x +p"' }] }],
      target: { mode: 'new-file', output, format: 'vmdk', subformat: 'streamOptimized', replace: false },
    },
  })
  const saved = await bench.core.listBootEntries(output)
  expect(saved.entries.find((candidate) => candidate.id === entry.id)?.args).toEqual([...entry.args, 'dyndbg="file x +p"'])
  expect((await bench.core.inspect(output)).variant).toBe('streamOptimized')
})

test('cancel in the middle of the engine run leaves nothing', async () => {
  const source = await bench.copy('ock', 'cancelled.qcow2')
  const before = await filesIn(bench.folder)
  const { id } = bench.core.jobs.start(saveAs(source, path.join(bench.folder, 'cancelled-out.qcow2')))
  await expect.poll(() => bench.core.jobs.get(id).steps.find((step) => step.id === 'write')?.state, { timeout: 20_000 }).toBe('running')
  bench.core.jobs.cancel(id)
  const job = await bench.core.jobs.wait(id)
  expect([job.state, job.output]).toEqual(['cancelled', null])
  expect(await filesIn(bench.folder)).toEqual(before)
  expect(await filesIn(path.join(bench.core.dirs.runtime, 'staging'))).toEqual([])
  expect(await bench.core.recovery.list()).toEqual([])
})

test('an image that a program writes to can be looked at, but neither saved nor converted', async () => {
  const source = await bench.copy('ock', 'running.qcow2')
  const disk = JSON.stringify({ driver: 'qcow2', 'node-name': 'disk', file: { driver: 'file', filename: source } })
  const writer = await bench.host.start('qemu-storage-daemon', ['--blockdev', disk, '--chardev', 'stdio,id=m', '--monitor', 'm'])
  await new Promise((resolve) => writer.stdout.once('data', resolve))
  try {
    expect((await bench.core.inspect(source)).warnings.map((warning) => warning.code)).toContain('image-in-use')
    expect((await bench.run(saveAs(source, path.join(bench.folder, 'x.qcow2')))).error?.code).toBe('image-in-use')
    const output = path.join(bench.folder, 'x.vmdk')
    const job = await bench.run({
      kind: 'convert-image',
      input: { source, output, format: 'vmdk', options: [], verify: true, replace: false },
    })
    expect(job.error?.code).toBe('image-in-use')
  } finally {
    await writer.stop()
  }
  expect((await bench.core.inspect(source)).warnings.map((warning) => warning.code)).not.toContain('image-in-use')
})

test('failureOf itself is not blind', async () => {
  await expect(failureOf(Promise.resolve())).rejects.toThrow('did not fail')
})
