import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createCore } from '#core/create-core'
import { findJobProcesses } from '#core/jobs/job-processes'
import { silentLogger } from '#core/log/logger'
import { type BootEntry, bootReportSchema } from '#shared/boot/boot-entry'
import { imageInfoSchema } from '#shared/images/image-info'
import { commandRecordSchema, type Job, jobOutputSchema, jobSchema, leftoverSchema } from '#shared/jobs/job'
import { filesIn, hashOf } from '../core/workbench.js'
import { builderHost } from '../images/builder-host.js'
import { type CommandLine, openCommandLine } from './command-line.js'
import { buildHostileDisk } from './hostile-disk.js'

const SLOW = ['--to', 'qcow2:compressed', '--json']

let cli: CommandLine
let work: string
let slow: string
beforeAll(async () => {
  cli = await openCommandLine()
  slow = path.join(cli.folder, 'slow.qcow2')
  await buildHostileDisk(await builderHost({ ...process.env, ...cli.env }), slow)
  work = path.join(cli.folder, 'work here')
  await fs.mkdir(work)
})
afterEach(async () => {
  for (const name of await fs.readdir(work)) await fs.rm(path.join(work, name), { recursive: true })
})
afterAll(() => cli.close())

const at = (name: string) => path.join(work, name)
async function entriesOf(image: string): Promise<BootEntry[]> {
  return (await cli.json(bootReportSchema, ['boot', 'list', image])).entries
}
/** A conversion that takes long enough to be met in the middle. */
async function startSlow(output: string) {
  const started = cli.start(['convert', slow, '-o', output, ...SLOW])
  const job = await cli.untilStep('convert')
  expect(job.input).toMatchObject({ output })
  return { ...started, job }
}

/** Stops the job's tool, so that the job cannot end by itself while others look at it. */
async function pause({ id }: Job): Promise<void> {
  const tool = () => findJobProcesses(new Set([id])).find(({ name }) => name === 'qemu-img')
  await expect.poll(tool, { interval: 10 }).toBeDefined()
  process.kill(tool()?.pid ?? 0, 'SIGSTOP')
}

test('boot set -o: a new image with the change, the source untouched, the job as a core on the same folders sees it', async () => {
  const source = await cli.copy('no-table', 'work here/a source.qcow2')
  const before = await hashOf(source)
  const change = ['boot', 'set', source, '--append=-x', '--replace', 'console=tty9']
  const output = at("out '1' ü.vmdk")
  const refused = await cli.run([...change, '-o', at('out "1".vmdk')])
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('double quote')])
  const job = await cli.json(jobSchema, [...change, '-o', output, '--to', 'vmdk'])
  expect(job).toMatchObject({ kind: 'save-image', state: 'succeeded', progress: 1, output: { path: output, engine: 'uml' } })
  expect((await entriesOf(output))[0]?.args).toEqual(['root=/dev/vda', 'console=tty9', 'quiet', '-x'])
  expect(await hashOf(source)).toBe(before)
  expect(await filesIn(work)).toEqual(['a source.qcow2', path.basename(output)])

  const core = await createCore({ dirs: cli.dirs, env: process.env, log: silentLogger })
  expect(core.jobs.list()[0]).toEqual(job)
  expect(core.jobs.log(job.id).commands.map((command) => command.line)).toEqual(job.commands.map((command) => command.line))
  await core.close()
  const shown = await cli.json(jobSchema.extend({ commands: z.array(commandRecordSchema), log: z.array(z.string()) }), [
    'jobs',
    'show',
    job.id,
  ])
  expect(shown).toMatchObject({ id: job.id, title: job.title, output: job.output })
  expect((await cli.run(['jobs', 'show', job.id])).out).toContain('# exit code 0, ')
})

test('boot set --all --in-place: every entry, a backup beside it; what is no change is refused', async () => {
  const image = at('two.qcow2')
  await fs.copyFile(slow, image)
  const before = await hashOf(image)
  const { code, out, err } = await cli.run(['boot', 'set', image, '--all', '--delete', 'quiet', '--in-place'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/The original is kept as .*two\.qcow2\.backup-\d{8}-\d{6}\n/)
  expect((await entriesOf(image)).map((entry) => entry.args.includes('quiet'))).toEqual([false, false])
  const [name, backup] = await filesIn(work)
  expect([name, await hashOf(at(backup ?? ''))]).toEqual(['two.qcow2', before])
  expect((await cli.run(['boot', 'set', image, '--entry', 'two', '--delete', 'quiet', '--in-place'])).code).toBe(2)
  expect((await cli.run(['boot', 'set', image, '--entry', 'none', '--append', 'x', '--in-place'])).code).toBe(2)
})

test('convert: subformat, options and no comparison; an old file stays unless it may go', async () => {
  const source = await cli.copy('mbr', 'work here/ünï\ncödé.qcow2')
  const job = await cli.json(jobSchema, ['convert', source, '-o', at('a.vmdk'), '--to', 'vmdk:streamOptimized'])
  expect(jobOutputSchema.parse(job.output).proofs).toContain('Content compared with the source: identical')
  expect(await cli.json(imageInfoSchema, ['inspect', at('a.vmdk')])).toMatchObject({ format: 'vmdk', variant: 'streamOptimized' })
  const again = ['convert', source, '-o', at('a.vmdk'), '--to', 'qcow2', '--option', 'cluster_size=2M', '--no-verify']
  expect(await cli.run(again)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--replace') })
  expect(await cli.run([...again, '--replace'])).toMatchObject({ code: 0, out: expect.stringContaining('not compared') })
  expect(await cli.json(imageInfoSchema, ['inspect', at('a.vmdk')])).toMatchObject({ format: 'qcow2' })
  expect((await cli.run(['convert', source, '-o', source, '--replace'])).code).toBe(2)
  expect((await cli.run(['convert', source, '-o', at('x.raw'), '--option', 'no_such=1'])).code).toBe(2)
  expect(await filesIn(work)).toEqual(['a.vmdk', 'ünï\ncödé.qcow2'])
})

test('Ctrl-C in the middle of a conversion: exit code 3, nothing left', async () => {
  const { child, ended, job } = await startSlow(at('stopped.vmdk'))
  child.kill('SIGINT')
  const { code, out } = await ended
  expect(code).toBe(3)
  expect(JSON.parse(out).error.code).toBe('cancelled')
  expect(await filesIn(work)).toEqual([])
  expect((await cli.json(z.array(jobSchema), ['jobs', 'list'])).find(({ id }) => id === job.id)?.state).toBe('cancelled')
})

test('a second process: told who writes there, lists the job, cancels it', async () => {
  const { ended, job } = await startSlow(at('held.vmdk'))
  await pause(job)
  const second = await cli.run(['convert', slow, '-o', at('held.vmdk'), '--replace'])
  expect(second).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`Diskwright job ${job.id}, Convert slow.qcow2 to qcow2`) })
  const inPlace = await cli.run(['boot', 'set', slow, '--entry', 'two', '--append', 'x', '--in-place'])
  expect(inPlace).toMatchObject({ code: 1, err: expect.stringContaining(job.id) })
  expect((await cli.run(['jobs', 'list'])).out).toMatch(new RegExp(`^${job.id} +running`, 'm'))
  expect(await cli.run(['jobs', 'cancel', job.id])).toMatchObject({ code: 0, out: `${job.title}: cancelled\n` })
  expect((await ended).code).toBe(3)
  expect(await filesIn(work)).toEqual([])
  expect((await cli.run(['jobs', 'cancel', job.id])).code).toBe(2)
  expect((await cli.run(['jobs', 'show', 'none'])).code).toBe(2)
})

test('killed: the next one says interrupted, names what was left and removes it', async () => {
  const { child, ended, job } = await startSlow(at('killed.vmdk'))
  child.kill('SIGKILL')
  await ended
  expect(await filesIn(work)).toEqual([`.killed.vmdk.${job.id}.part`])
  const left = z.object({ found: z.array(leftoverSchema), failed: z.array(leftoverSchema) })
  // Its tools die with it, as soon as the kernel gets to it.
  await expect
    .poll(async () => (await cli.json(left, ['jobs', 'recover', '--dry-run'])).found)
    .toMatchObject([{ jobId: job.id, kind: 'part-file', what: at(`.killed.vmdk.${job.id}.part`) }])
  expect((await cli.run(['jobs', 'list'])).out).toMatch(new RegExp(`^${job.id} +interrupted`, 'm'))
  expect(await cli.run(['jobs', 'recover'])).toMatchObject({ code: 0, err: '' })
  expect(await filesIn(work)).toEqual([])
  expect((await cli.run(['jobs', 'recover'])).out).toBe('Nothing was left behind.\n')
})

test('who reads the output and leaves does not end the work', async () => {
  const source = await cli.copy('mbr', 'work here/m.qcow2')
  const { out, err } = await cli.shell('"$DISKWRIGHT" convert "$FROM" -o "$TO" | true; echo ${PIPESTATUS[0]}', {
    FROM: source,
    TO: at('m.vdi'),
  })
  expect([out, err]).toEqual(['0\n', ''])
  expect(await filesIn(work)).toEqual(['m.qcow2', 'm.vdi'])
})

test('a terminal sees one line that moves, as wide as the terminal, and then only the result', async () => {
  const source = await cli.copy('mbr', 'work here/m.qcow2')
  const script = `stty cols 60; "$DISKWRIGHT" convert "$FROM" -o "$TO" --to qcow2:compressed`
  const { out } = await cli.shell('script -qec "$SCRIPT" /dev/null', { SCRIPT: script, FROM: source, TO: at('m packed.qcow2') })
  const frames = out.split('\r\u001b[K').map((frame) => frame.split('\r\n')[0] ?? '')
  expect(frames.some((frame) => /^Convert m\.qcow2 to qcow2 {2}\d+ %/.test(frame))).toBe(true)
  expect(Math.max(...frames.slice(0, -1).map((frame) => Array.from(frame).length))).toBeLessThan(60)
  expect(frames.slice(1, -1).filter((frame, index) => frame === frames[index])).toEqual([])
  expect(out.split('\r\u001b[K').at(-1)).toMatch(/^\S.*m packed\.qcow2 \(.* on disk\)\r\n {2}Content compared/)
})

test('the tour: a sample image opened, changed, saved, read back and converted, and nothing of it stays', async () => {
  expect(await cli.run(['tour'])).toMatchObject({ code: 2, err: expect.stringContaining('name an image') })
  await fs.mkdir(path.join(cli.dirs.cache, 'samples'), { recursive: true })
  await fs.rename(await cli.copy('no-table'), path.join(cli.dirs.cache, 'samples/sample.qcow2'))
  const tour = z.object({
    image: z.string(),
    folder: z.null(),
    steps: z.array(z.object({ step: z.string(), seconds: z.number(), result: z.string() })),
  })
  const { image, steps } = await cli.json(tour, ['tour'])
  expect(image).toBe(path.join(cli.dirs.cache, 'samples/sample.qcow2'))
  expect(steps.map(({ step }) => step)).toEqual(['Open', 'List', 'Change', 'Save', 'Read back', 'Convert'])
  expect(steps[4]?.result).toContain('a fresh reader sees')
})
