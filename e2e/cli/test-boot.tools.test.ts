import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobSchema } from '#shared/jobs/job'
import { hashOf } from '../core/workbench.js'
import { processesLeft } from '../faults/left-behind.js'
import { toolsFolder } from '../faults/tools-folder.js'
import { type CommandLine, openCommandLine } from './command-line.js'

const SMALL = ['--no-kvm', '--timeout', '300', '--memory', '512M', '--cpus', '1']
const PATIENCE = 600_000

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
  await cli.copy('bios-bootable', 'good.qcow2')
  await cli.shell(`qemu-img create -q -f qcow2 '${cli.folder}/empty.qcow2' 8M`)
})
afterAll(() => cli.close())

test(
  'an image that boots passes; its console comes as plain lines, its log and its screen as files',
  async () => {
    const before = await hashOf(path.join(cli.folder, 'good.qcow2'))
    const args = ['--append', 'from.cli=1', '--expect', '^Booted with: .* from\\.cli=1 ', '--ready', 'login', '--ready', 'cmdline']
    const files = ['--show', '--save-log', 'boot.log', '--screenshot', 'screen.png']
    const { code, out, err } = await cli.run(['test-boot', 'good.qcow2', ...args, ...files, ...SMALL])
    expect([code, code === 0 ? '' : err]).toEqual([0, ''])
    expect(out).toMatch(/^PASS after \d+\.\d s: The guest came as far as was wanted\.\n/)
    expect(out).toMatch(/\d s {2}Kernel {12}\S/)
    expect(out).toContain('Machine: q35, bios, disk on virtio, TCG')
    expect(err).toContain('Diskwright sample system\n')
    // oxlint-disable-next-line no-control-regex -- none may reach the terminal
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    expect(await fs.readFile(path.join(cli.folder, 'boot.log'), 'latin1')).toContain('from.cli=1')
    expect((await fs.readFile(path.join(cli.folder, 'screen.png'))).subarray(1, 4).toString()).toBe('PNG')
    expect(await hashOf(path.join(cli.folder, 'good.qcow2'))).toBe(before)
  },
  PATIENCE,
)

test(
  'an image that does not boot fails with exit code 1, as JSON too',
  async () => {
    const { code, out } = await cli.run(['test-boot', 'empty.qcow2', '--firmware', 'bios', ...SMALL])
    expect(code).toBe(1)
    expect(out).toMatch(/^FAIL after \d+\.\d s: The firmware found nothing to boot\.\n/)
    expect(out).toContain('fail: The firmware found nothing to boot')
    const json = await cli.run(['test-boot', 'empty.qcow2', '--json', '--fail', '^SeaBIOS', ...SMALL])
    expect(json.code).toBe(1)
    const job = jobSchema.parse(JSON.parse(json.out))
    expect(job.state).toBe('succeeded')
    expect(job.output?.bootTest).toMatchObject({ verdict: 'fail', reason: 'A line matches ^SeaBIOS.' })
  },
  PATIENCE,
)

test('without qemu the exit code is 4, and says what to install', async () => {
  const tools = await toolsFolder(path.join(cli.folder, 'no-qemu'), { without: ['qemu-system-x86_64'] })
  const { code, err } = await cli.run(['test-boot', 'good.qcow2'], { env: { DISKWRIGHT_TOOL_PATH: tools } })
  expect(code).toBe(4)
  expect(err).toContain('qemu-system-x86_64 is not installed')
  expect(err).toContain('qemu-system-x86')
})

test('an image for 64-bit ARM needs the qemu of ARM, and what its machine has', async () => {
  const tools = await toolsFolder(path.join(cli.folder, 'no-qemu-arm'), { without: ['qemu-system-aarch64'] })
  const { code, err } = await cli.run(['test-boot', 'empty.qcow2', '--arch', 'aarch64'], { env: { DISKWRIGHT_TOOL_PATH: tools } })
  expect([code, err]).toEqual([4, expect.stringContaining('qemu-system-aarch64 is not installed')])
  expect(err).toContain('qemu-system-arm')
  const sata = await cli.run(['test-boot', 'empty.qcow2', '--arch', 'aarch64', '--bus', 'sata'])
  expect([sata.code, sata.err]).toEqual([2, expect.stringContaining('A machine of 64-bit ARM has no disk bus sata')])
})

test('a TPM that is asked for needs swtpm', async () => {
  const tools = await toolsFolder(path.join(cli.folder, 'no-swtpm'), { without: ['swtpm'] })
  const { code, err } = await cli.run(['test-boot', 'good.qcow2', '--tpm', ...SMALL], { env: { DISKWRIGHT_TOOL_PATH: tools } })
  expect([code, err]).toEqual([4, expect.stringContaining('swtpm is not installed')])
})

test.each([
  [['--ready', 'nothing']],
  [['--expect', '(']],
  [['--bus', 'floppy']],
  [['--arch', 'riscv64']],
  [['--memory', 'much']],
  [['--silence-after', 'x']],
  [['--entry', 'nowhere']],
  [['--platform', 'nowhere']],
  [['--metadata', 'nowhere']],
  [['--hostname', 'web']],
  [['--metadata', 'aws', '--hostname', 'two words']],
  [['--keep-to', 'raw']],
])('%j is bad input', async (args) => {
  expect((await cli.run(['test-boot', 'good.qcow2', ...args])).code).toBe(2)
})

test(
  'a machine stays on until a line comes; how to reach it is told, and its disk is kept',
  async () => {
    const options = ['--ssh', '--user', 'core', '--keep', 'kept.raw', '--keep-to', 'raw', '--keep-running', ...SMALL].join(' ')
    const script = `mkfifo line && exec 3<>line && "$DISKWRIGHT" test-boot good.qcow2 ${options} <line 2>err & machine=$!
      until grep -q 'Enter ends it' err 2>/dev/null; do kill -0 $machine || break; sleep 0.2; done
      echo >line; wait $machine; code=$?; cat err >&2; exit $code`
    const { code, out, err } = await cli.shell(script)
    expect([code, code === 0 ? '' : err]).toEqual([0, ''])
    expect(err).toMatch(
      /^SSH: ssh -p \d+ -o StrictHostKeyChecking=no -o UserKnownHostsFile=\/dev\/null (-o \w+=[\w/]+ )+core@127\.0\.0\.1$/m,
    )
    expect(err).toContain('Passed. The machine stays on: Enter ends it')
    expect(out).toContain(`The disk of the machine is kept as ${path.join(cli.folder, 'kept.raw')}`)
    expect((await fs.stat(path.join(cli.folder, 'kept.raw'))).size % 512).toBe(0)
    const again = await cli.run(['test-boot', 'good.qcow2', '--keep', 'kept.raw', ...SMALL])
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('kept.raw')])
  },
  PATIENCE,
)

test(
  'a disk that could not be kept is still there, with the edits of the test, until it is cleaned up',
  async () => {
    const options = ['--append', 'left.behind=1', '--expect', 'SeaBIOS', '--stay', '--keep', 'gone/kept.qcow2', ...SMALL].join(' ')
    // Kept where it stands: the guest has no ear for being asked so early.
    const script = `mkdir gone && mkfifo again && exec 3<>again && "$DISKWRIGHT" test-boot good.qcow2 ${options} --keep-running <again 2>err & machine=$!
      until grep -q 'Enter ends it' err 2>/dev/null; do kill -0 $machine || break; sleep 0.2; done
      rmdir gone; echo >again; wait $machine; code=$?; cat err >&2; exit $code`
    const { code, out, err } = await cli.shell(`rm -f err; ${script}`)
    expect([code, out]).toEqual([1, expect.stringMatching(/^PASS after /)])
    expect(err).toContain('Passed. The machine stays on')
    expect(out).toContain(`could not be kept as ${path.join(cli.folder, 'gone/kept.qcow2')}`)
    const disk = /over the image that was tested: (.*)$/m.exec(out)?.[1]
    const command = /Keep it elsewhere: (qemu-img .*)$/m.exec(out)?.[1]
    expect((await fs.readdir(path.dirname(disk ?? ''))).toSorted()).toEqual(['edits', 'run.qcow2'])
    expect((await cli.shell(command ?? 'false')).code).toBe(0)
    expect((await cli.run(['boot', 'list', 'NEW.qcow2'])).out).toContain('left.behind=1')
    expect((await cli.run(['jobs', 'recover'])).out).toContain(path.dirname(disk ?? ''))
    expect(await fs.readdir(path.join(cli.dirs.cache, 'boot-tests'))).toEqual([])
  },
  PATIENCE,
)

test(
  'apply boots what it made, as the recipe says; the result stays whatever the test finds, and the exit code tells',
  async () => {
    const recipe = (expectations: string) => `diskwright: 1
edits:
  - {kind: kernel-args, entry: default, changes: [{op: append, arg: by.recipe=1}]}
bootTest:
  machine: {memoryBytes: ${512 * 1024 ** 2}, cpus: 1}
  expect: {${expectations}, timeoutSeconds: 300}
`
    const write = (name: string, text: string) => fs.writeFile(path.join(cli.folder, name), text)
    await write('good.yaml', recipe("ready: [login, cmdline], patterns: ['by\\.recipe=1']"))
    await write('bad.yaml', recipe("fail: ['^SeaBIOS']"))
    const good = await cli.run(['apply', 'good.yaml', 'good.qcow2', '-o', 'applied.qcow2'])
    expect([good.code, good.code === 0 ? '' : good.err]).toEqual([0, ''])
    expect(good.out).toMatch(/^PASS after /m)
    const bad = await cli.run(['apply', 'bad.yaml', 'good.qcow2', '-o', 'not-booting.qcow2', '--json'])
    expect(bad.code).toBe(1)
    const { state, bootTestJob } = JSON.parse(bad.out)
    expect([state, jobSchema.parse(bootTestJob).output?.bootTest?.verdict]).toEqual(['succeeded', 'fail'])
    expect((await cli.run(['inspect', 'not-booting.qcow2'])).code).toBe(0)
    const without = await cli.run(['apply', 'bad.yaml', 'good.qcow2', '-o', 'untested.qcow2', '--no-boot-test'])
    expect([without.code, without.out]).toEqual([0, expect.not.stringContaining('FAIL')])
    // With nothing left to do, the image itself has to keep the promise.
    const again = await cli.run(['apply', 'bad.yaml', 'applied.qcow2', '--in-place', '--idempotent', '--json'])
    expect([again.code, again.code === 1 ? '' : again.err]).toEqual([1, ''])
    const result = JSON.parse(again.out)
    expect([result.changed, jobSchema.parse(result.bootTestJob).output?.bootTest?.verdict]).toEqual([false, 'fail'])
    const quiet = await cli.run(['apply', 'bad.yaml', 'applied.qcow2', '--in-place', '--idempotent', '--no-boot-test'])
    expect([quiet.code, quiet.out]).toEqual([0, expect.stringMatching(/Nothing to do.*\n$/)])
  },
  PATIENCE,
)

test(
  'killed while the machine runs: it goes too, and the next start cleans up',
  async () => {
    const { child, ended } = cli.start(['test-boot', 'good.qcow2', '--expect', 'never', '--show', ...SMALL])
    let said = ''
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (data: Buffer) => {
        said += data.toString('latin1')
        if (said.includes('Booting from')) resolve()
      })
    })
    const [job] = await fs.readdir(path.join(cli.dirs.state, 'jobs')).then((names) => names.toSorted().slice(-1))
    child.kill('SIGKILL')
    await ended
    expect(await processesLeft([job ?? ''])).toEqual([])
    expect((await cli.run(['jobs', 'recover'])).code).toBe(0)
    expect(await fs.readdir(path.join(cli.dirs.cache, 'boot-tests'))).toEqual([])
    const { out } = await cli.run(['jobs', 'show', job ?? '', '--json'])
    expect(out).toContain('"interrupted"')
  },
  PATIENCE,
)
