import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FORMATS } from '#shared/images/formats'
import type { JobInputDraft, JobRequestDraft } from '#shared/jobs/job-requests'
import { ALL_VARIANTS } from '../images/formats.js'
import { filesIn, hashOf, openBench, type TestBench } from './workbench.js'

type ConvertRequest = Extract<JobRequestDraft, { kind: 'convert-image' }>

let bench: TestBench
let source: string
beforeAll(async () => {
  bench = await openBench()
  source = await bench.copy('mbr', 'the source.qcow2')
})
afterAll(() => bench.close())

function convert(
  input: Pick<JobInputDraft<'convert-image'>, 'output' | 'format'> & Partial<JobInputDraft<'convert-image'>>,
): ConvertRequest {
  return { kind: 'convert-image', input: { source, options: [], verify: true, replace: false, ...input } }
}

test.each(ALL_VARIANTS)('qcow2 to $format $subformat, compared, and back', async ({ format, subformat }) => {
  const folder = await fs.mkdtemp(path.join(bench.folder, 'to '))
  const output = path.join(folder, `result.${FORMATS[format].extensions[0]}`)
  const job = await bench.succeed(convert({ output, format, subformat }))
  expect(job.output?.proofs).toContain('Content compared with the source: identical')
  expect((await filesIn(folder)).filter((name) => name.startsWith('.'))).toEqual([])
  const info = await bench.core.inspect(output)
  expect([info.format, info.virtualBytes]).toEqual([format, (await bench.core.inspect(source)).virtualBytes])
  const back = path.join(folder, 'back.qcow2')
  await bench.succeed(convert({ source: output, output: back, format: 'qcow2' }))
  await bench.host.run('qemu-img', ['compare', '-f', 'qcow2', '-F', 'qcow2', source, back])
})

test('the plan names the space and the exact command, and the job runs that command', async () => {
  const output = path.join(bench.folder, 'planned.qcow2')
  const plan = await bench.core.planConvert(convert({ output, format: 'qcow2', subformat: 'compressed' }).input)
  expect(plan).toMatchObject({ fits: true, exists: false })
  expect(plan.neededBytes).toBeGreaterThan(plan.estimateBytes)
  expect(plan.commands[0]).toMatch(/^qemu-img convert -p .*-c .*-O qcow2 -o compat=1.1/)
  const job = await bench.succeed(convert({ output, format: 'qcow2', subformat: 'compressed' }))
  const ran = job.commands.find((command) => command.line.startsWith('qemu-img convert'))
  expect(ran?.line.replace(/\S*\.part'?$/, '')).toBe(plan.commands[0]?.replace(/\S*planned\.qcow2'?$/, ''))
  expect(job.output?.bytes).toBeLessThan(plan.neededBytes)
})

test('a result that differs from the source is not kept', async () => {
  const folder = await fs.mkdtemp(path.join(bench.folder, 'differs '))
  const hidden = path.join(folder, 'x.raw')
  const { id } = bench.core.jobs.start(convert({ output: hidden, format: 'raw' }))
  // The part file is spoilt before it is compared, as a failing disk would.
  await expect.poll(() => filesIn(folder), { interval: 1, timeout: 20_000 }).not.toEqual([])
  const part = path.join(folder, (await filesIn(folder))[0] ?? '')
  const spoil = setInterval(
    () =>
      void fs.open(part, 'r+').then(
        async (handle) => {
          await handle.write(Buffer.from('spoilt'), 0, 6, 700_000)
          await handle.close()
        },
        () => {},
      ),
    1,
  )
  const job = await bench.core.jobs.wait(id)
  clearInterval(spoil)
  expect(job.error?.code).toBe('verify-mismatch')
  expect(await filesIn(folder)).toEqual([])
})

test('an old file is replaced only when that was asked for', async () => {
  const output = path.join(bench.folder, 'old.vdi')
  await fs.writeFile(output, 'old')
  expect((await bench.run(convert({ output, format: 'vdi' }))).error?.code).toBe('output-exists')
  expect(await fs.readFile(output, 'utf8')).toBe('old')
  await bench.succeed(convert({ output, format: 'vdi', replace: true }))
  expect((await bench.core.inspect(output)).format).toBe('vdi')
})

test('without verification the result says so', async () => {
  const job = await bench.succeed(convert({ output: path.join(bench.folder, 'unverified.raw'), format: 'raw', verify: false }))
  expect(job.steps.find((step) => step.id === 'compare')?.state).toBe('skipped')
  expect(job.output?.proofs).toContain('Content not compared: verification was switched off')
})

test('unknown subformats and options that name files are refused', async () => {
  const output = path.join(bench.folder, 'never.qcow2')
  expect((await bench.run(convert({ output, format: 'qcow2', subformat: 'no-such' }))).error?.code).toBe('bad-input')
  expect((await bench.run(convert({ output, format: 'qcow2', options: ['data_file=/etc/passwd'] }))).error?.code).toBe('bad-input')
  expect((await bench.run(convert({ output, format: 'qcow2', options: ['backing_file=/etc/passwd'] }))).error?.code).toBe('bad-input')
})

test('nothing that was converted touched the source', async () => {
  const untouched = await bench.copy('mbr', 'untouched.qcow2')
  expect(await hashOf(source)).toBe(await hashOf(untouched))
})
