import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Core, JobsApi } from '#core/core-api'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { progressLine } from './follow-job.js'
import { table, visibleLines } from './print.js'
import { runCli } from './run-cli.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-cli-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})

const JOB: Job = {
  id: 'j1',
  kind: 'convert-image',
  title: 'Convert a\u001b[2J',
  input: {},
  state: 'running',
  steps: [{ id: 'convert', title: 'Write', weight: 1, state: 'running', seconds: null }],
  progress: 0.426,
  rate: 118e6,
  secondsLeft: 12,
  message: '',
  commands: [],
  createdAt: '2025-01-01T00:00:00Z',
  startedAt: null,
  endedAt: null,
  output: null,
  error: null,
  owner: null,
}

/** Runs a command line against a core of which the test gives the parts that it needs. */
async function run(args: string[], core: object = {}, more: { tty?: boolean; signal?: AbortSignal } = {}) {
  const out: Buffer[] = []
  const err: Buffer[] = []
  const sink = (chunks: Buffer[]) => ({
    isTTY: more.tty ?? false,
    write: (data: string | Uint8Array) => void chunks.push(Buffer.from(data)),
  })
  const close = vi.fn<() => Promise<void>>(async () => {})
  const code = await runCli(args, {
    version: '9.9',
    stdout: sink(out),
    stderr: sink(err),
    signal: more.signal ?? new AbortController().signal,
    openCore: async () => ({ folderProblems: [], close, ...core }) as unknown as Core,
  })
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), close }
}

/** Jobs that end as the test says. */
function jobs(ended: Partial<Job>, more: Partial<JobsApi> = {}) {
  const listeners = new Set<(job: Job) => void>()
  const started: unknown[] = []
  const api = {
    start: (request: unknown) => {
      started.push(request)
      return { ...JOB, state: 'queued' }
    },
    onChange: (listener: (job: Job) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    wait: async () => {
      for (let times = 0; times < 2; times++) for (const listener of listeners) listener(JOB)
      return { ...JOB, ...ended }
    },
    cancel: vi.fn<(id: string) => void>(),
    ...more,
  }
  return { api, started }
}
const MADE = { path: '/out\n.vmdk', bytes: 2048, proofs: ['Content compared: identical'] }

test('version, help and unknown commands need no core', async () => {
  expect(await run(['--version'])).toMatchObject({ code: 0, out: 'diskwright 9.9\n' })
  expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('boot set IMAGE') })
  expect(await run([])).toMatchObject({ code: 2, out: expect.stringContaining('Commands:') })
  expect(await run(['boot', 'set', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--in-place') })
  expect(await run(['boot', 'fly'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('boot list, boot set') })
  expect(await run(['delete\u001b'])).toMatchObject({ code: 2, err: expect.stringContaining('deleteU+001B') })
  expect(await run(['-V'])).toMatchObject({ code: 0, out: 'diskwright 9.9\n' })
  expect((await run(['boot', 'fly', '--json'])).out).toContain('"bad-input"')
})

test('help is for all, a group or one command; a typing mistake is named', async () => {
  expect((await run(['help', 'boot'])).out).toMatch(/boot list IMAGE[^]*boot set IMAGE/)
  expect((await run(['help', 'boot'])).out).not.toContain('convert IMAGE')
  expect((await run(['help', 'boot', 'set'])).out).toContain('Usage: diskwright boot set IMAGE -o OUT|--in-place [options]')
  expect(await run(['help', 'convrt'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('did you mean convert?') })
  expect(await run(['bot', 'lst'])).toMatchObject({ code: 2, err: expect.stringContaining('did you mean boot list?') })
  expect((await run(['boot'])).err).toContain('diskwright: boot wants one of: boot list, boot set, boot default')
  expect((await run(['--json=x'])).err).toContain('no command given')
  const usage = async (...args: string[]) => (await run(args)).err.split('\n')[0]
  expect(await usage('convert', 'a', '--outptu', 'b')).toBe('diskwright convert: unknown option --outptu; did you mean --output?')
  expect(await usage('convert', 'a', '-o')).toBe('diskwright convert: -o, --output needs a value')
  expect(await usage('boot', 'set', 'a', '--append', '-v')).toContain('given as --append=VALUE')
  expect(await usage('boot', 'set', 'a', '--all=yes')).toBe('diskwright boot set: --all takes no value')
})

test('bad usage says how it is meant, as JSON when that was asked for', async () => {
  expect(await run(['convert', 'a.raw'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/-o OUT or --folder DIR\nSee: diskwright convert --help/),
  })
  const { code, out, err } = await run(['convert', 'a.raw', '--json'])
  expect([code, err]).toEqual([2, ''])
  expect(JSON.parse(out).error).toMatchObject({ code: 'bad-input', details: { reason: 'say what to make: -o OUT or --folder DIR' } })
  for (const args of [
    ['boot', 'set', 'a', '-o', 'b'],
    ['boot', 'set', 'a', '--append', 'x'],
    ['boot', 'set', 'a', '--append', 'x', '-o', 'b', '--in-place'],
    ['boot', 'set', 'a', '--append', 'x', '-o', 'b', '--engine', 'steam'],
    ['boot', 'set', 'a', '--append', 'x', '--in-place', '--to', 'raw'],
    ['convert', 'a', '-o', 'b'],
    ['convert', 'a', '-o', 'b.raw', '--option', 'x'],
    ['files', 'ls', 'a', '-p', 'x'],
  ]) {
    expect((await run(args)).code, args.join(' ')).toBe(2)
  }
})

test('errors of the core are told in words on stderr, with the output of the tool; the core is closed', async () => {
  const inspect = () =>
    Promise.reject(new AppError('tool-failed', { details: { tool: 'qemu-img' }, toolOutput: 'bad\u001b[31m', command: 'qemu-img info x' }))
  const plain = await run(['inspect', 'x'], { inspect })
  expect(plain).toMatchObject({ code: 1, out: '' })
  expect(plain.err).toContain('diskwright: qemu-img failed')
  expect(plain.err).toContain('qemu-img info x')
  expect(plain.err).not.toContain('\u001b')
  expect(plain.close).toHaveBeenCalled()
  const json = await run(['inspect', 'x', '--json'], { inspect })
  expect(JSON.parse(json.out).error).toMatchObject({ code: 'tool-failed', title: 'qemu-img failed' })
})

test('a conversion becomes a job; its result is told', async () => {
  const { api, started } = jobs({ state: 'succeeded', output: MADE })
  const { code, out, err } = await run(
    ['convert', '-o', 'b.vmdk', '--to', 'vmdk:streamOptimized', '--option', 'a=b', '--no-verify', '--', '-a.raw'],
    { jobs: api },
  )
  expect(code).toBe(0)
  expect(started).toEqual([
    {
      kind: 'convert-image',
      input: {
        source: path.resolve('-a.raw'),
        output: path.resolve('b.vmdk'),
        format: 'vmdk',
        subformat: 'streamOptimized',
        options: ['a=b'],
        verify: false,
        replace: false,
      },
    },
  ])
  expect(out).toBe('/outU+000A.vmdk (2 KiB on disk)\n  Content compared: identical\n')
  expect(err).toBe('')
})

test('with --json events are JSON lines on stderr and the job is the one document on stdout', async () => {
  const { api } = jobs({ state: 'succeeded', output: MADE })
  const { out, err } = await run(['convert', 'a', '-o', 'b.raw', '--json'], { jobs: api }, { tty: true })
  expect(JSON.parse(out)).toMatchObject({ id: 'j1', state: 'succeeded', output: MADE })
  const lines = err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map((line) => [line.event, line.job.state])).toEqual([
    ['jobs.changed', 'queued'],
    ['jobs.changed', 'running'],
    ['jobs.changed', 'running'],
  ])
})

test('with --json all that is said on stderr is JSON lines, and no text of an image acts on a terminal', async () => {
  const { out, err } = await run(['inspect', 'x', '--json'], {
    folderProblems: ['/state (EROFS)'],
    inspect: () => Promise.reject(new AppError('image-damaged', { details: { reason: 'a\u009b2J\u202e' } })),
  })
  expect(JSON.parse(err)).toEqual({ event: 'note', text: 'diskwright: cannot be written to: /state (EROFS)' })
  expect(JSON.parse(out).error.details.reason).toBe('a\u009b2J\u202e')
  expect(out).toContain(String.raw`a\u009b2J\u202e`)
})

test('on a terminal one line shows the progress', async () => {
  expect(progressLine(JOB)).toBe('Convert aU+001B[2J  42 %  Write  118 MB/s  12 s left')
  const { api } = jobs({ state: 'succeeded', output: MADE })
  const { err } = await run(['convert', 'a', '-o', 'b.raw'], { jobs: api }, { tty: true })
  expect(err).toContain('\r\u001b[KConvert aU+001B[2J  42 %')
  expect(err.split('\r').filter((line) => line.includes('42 %'))).toHaveLength(1)
  expect(err).not.toContain('\n')
})

test('what is kept of a boot test is not written over the image, nor over each other', async () => {
  const { api, started } = jobs({ state: 'succeeded' })
  const image = path.join(folder, 'disk.qcow2')
  fs.writeFileSync(image, 'disk')
  const log = path.join(folder, 'log')
  for (const args of [
    ['--save-log', image],
    ['--screenshot', path.join(folder, '.', 'disk.qcow2')],
    ['--save-log', log, '--screenshot', log],
    ['--save-log', log, '--keep', log],
  ])
    expect((await run(['test-boot', image, ...args], { jobs: api })).code, args.join(' ')).toBe(2)
  expect(await run(['test-boot', image, '--save-log', path.join(folder, 'no/log')], { jobs: api })).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${folder}/no`),
  })
  expect(started).toEqual([])
})

test('Ctrl-C cancels the job and ends with 3; a failed job ends with its code', async () => {
  const controller = new AbortController()
  const cancelled = new AppError('cancelled').data
  const { api } = jobs(
    {},
    {
      wait: async () => {
        controller.abort()
        return { ...JOB, state: 'cancelled', error: cancelled }
      },
    },
  )
  expect((await run(['convert', 'a', '-o', 'b.raw'], { jobs: api }, { signal: controller.signal })).code).toBe(3)
  expect(api.cancel).toHaveBeenCalledExactlyOnceWith('j1')
  const missing = jobs({ state: 'failed', error: new AppError('tool-missing', { details: { tool: 'qemu-img' } }).data })
  expect((await run(['convert', 'a', '-o', 'b.raw'], { jobs: missing.api })).code).toBe(4)
})

test('a guest file goes out byte by byte, but harmless to a terminal, and whole into JSON', async () => {
  const content = Buffer.from([0x61, 0x1b, 0x0a, 0xff])
  const readFile = vi.fn<Core['readFile']>(async () => content)
  const raw: Uint8Array[] = []
  const sink = { write: (data: string | Uint8Array) => void raw.push(Buffer.from(data)) }
  await runCli(['files', 'cat', 'a', '/x', '-p', '3'], {
    version: '',
    stdout: sink,
    stderr: sink,
    signal: new AbortController().signal,
    openCore: async () => ({ folderProblems: [], readFile, close: async () => {} }) as unknown as Core,
  })
  expect(Buffer.concat(raw)).toEqual(content)
  expect(readFile).toHaveBeenCalledWith(expect.objectContaining({ path: path.resolve('a'), file: '/x', partition: 3 }), expect.anything())
  expect((await run(['files', 'cat', 'a', '/x'], { readFile }, { tty: true })).out).toBe('aU+001B\n\ufffd')
  expect(JSON.parse((await run(['files', 'cat', 'a', '/x', '--json'], { readFile })).out)).toEqual({
    path: '/x',
    bytes: 4,
    base64: content.toString('base64'),
  })
})

test('leftovers are listed and removed; what stays is told', async () => {
  const part = { jobId: 'j', jobTitle: 'Convert', kind: 'part-file', what: '/a.part', bytes: 1024 }
  const clean = vi.fn<() => Promise<object[]>>(async () => [part])
  const recovery = { list: async () => [part], clean }
  expect(await run(['jobs', 'recover', '--dry-run'], { recovery })).toMatchObject({ code: 0, out: 'part-file  1 KiB  /a.part  Convert\n' })
  expect(clean).not.toHaveBeenCalled()
  expect(await run(['jobs', 'recover'], { recovery })).toMatchObject({ code: 1, err: 'diskwright: could not be removed: /a.part\n' })
  expect((await run(['jobs', 'recover'], { recovery: { list: async () => [], clean: async () => [] } })).out).toBe(
    'Nothing was left behind.\n',
  )
})

test('tables are aligned; whole texts keep their lines', () => {
  expect(
    table([
      ['a', 'bb', 'c'],
      ['ääää', '', 'x'],
    ]),
  ).toEqual(['a     bb  c', 'ääää      x'])
  expect(table([])).toEqual([])
  expect(
    table(
      [
        ['9', 'a'],
        ['10', 'b'],
      ],
      [0],
    ),
  ).toEqual([' 9  a', '10  b'])
  expect(visibleLines('a\tb\r\nc')).toBe('a\tbU+000D\nc')
})
