import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bootReportSchema } from '#shared/boot/boot-entry'
import { appErrorDataSchema } from '#shared/errors/app-error-data'
import { guestEntrySchema, imageInfoSchema } from '#shared/images/image-info'
import { outputPlanSchema } from '#shared/jobs/job-requests'
import { doctorReportSchema } from '#shared/tools/doctor'
import { builderHost } from '../images/builder-host.js'
import { ODD_NAMES } from '../images/hostile.js'
import { type CommandLine, openCommandLine } from './command-line.js'
import { BLOB_BYTES, buildHostileDisk, EVIL, noise } from './hostile-disk.js'

// Anything that a terminal would act on, but line ends and tabs.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/
const fileDocument = z.object({ path: z.string(), bytes: z.number(), text: z.string().optional(), base64: z.string().optional() })

let cli: CommandLine
let ock: string
beforeAll(async () => {
  cli = await openCommandLine()
  ock = await cli.copy('ock')
  await buildHostileDisk(await builderHost({ ...process.env, ...cli.env }), path.join(cli.folder, 'hostile.qcow2'))
})
afterAll(() => cli.close())

test('alone it shows its help, and each command has one', async () => {
  const alone = await cli.run([])
  expect(alone).toMatchObject({ code: 2, err: '' })
  expect(alone.out).toContain('convert IMAGE… ')
  expect(await cli.run(['help', 'boot'])).toMatchObject({ code: 0, out: expect.stringContaining('boot set IMAGE') })
  expect(await cli.run(['boot', 'set', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--in-place') })
  expect(await cli.run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^diskwright \d+\.\d+\.\d+\n$/) })
  expect(await cli.run(['inspct', 'x'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('did you mean inspect?') })
})

test('doctor: all that is here, usable and why', async () => {
  const report = await cli.json(doctorReportSchema, ['doctor'])
  expect(report).toMatchObject({ ok: true, sandbox: { usable: true } })
  expect(report.engines.find((engine) => engine.id === 'uml')).toMatchObject({ usable: true, chosen: true })
  const { code, out } = await cli.run(['doctor'])
  expect(code).toBe(0)
  expect(out).toMatch(/^ok +qemu-img +\d/m)
})

test('inspect: the schema of the window, words and aligned columns for people', async () => {
  expect(await cli.json(imageInfoSchema, ['inspect', ock])).toMatchObject({ format: 'qcow2', osName: 'Oracle Linux Server 8.10' })
  const { code, out } = await cli.run(['inspect', 'ock.qcow2'])
  expect(code).toBe(0)
  expect(out).toContain('Virtual size       15 GiB\n')
  expect(out).toContain('Warning: EFI system partition has the wrong type\n')
  const rows = out.split('\n').filter((line) => /^ *\d|^No/.test(line))
  expect(new Set(rows.map((row) => row.search(/Type|Microsoft|Linux file/))).size).toBe(1)
})

test('boot list and a dry run: entries, and the change that would be made', async () => {
  const report = await cli.json(bootReportSchema, ['boot', 'list', ock])
  expect(report.entries.map((entry) => entry.isDefault)).toEqual([true, false])
  expect((await cli.run(['boot', 'list', ock])).out).toContain('* 2:/loader/entries/ostree-1-ock.conf\n')
  const before = await fs.readdir(cli.folder)
  const dry = await cli.run(['boot', 'set', ock, '--replace', 'ignition.platform.id=qemu=vmware', '--delete=ip=dhcp', '--dry-run'])
  expect(dry).toMatchObject({ code: 0, err: '' })
  expect(dry.out.split('\n').filter((line) => /^[+-]/.test(line))).toEqual([
    '-     ip=dhcp',
    '-     ignition.platform.id=qemu',
    '+     ignition.platform.id=vmware',
  ])
  const plan = await cli.json(outputPlanSchema, ['convert', ock, '-o', 'x.vmdk', '--dry-run'])
  expect(plan).toMatchObject({ exists: false, fits: true })
  expect((await cli.run(['convert', ock, '-o', 'ock.qcow2', '--dry-run'])).code).toBe(2)
  expect(await fs.readdir(cli.folder)).toEqual(before)
})

test('files: listed, printed, copied out; which partition is asked for when it is not clear', async () => {
  const entries = await cli.json(z.array(guestEntrySchema), ['files', 'ls', ock, '/boot/loader/entries'])
  expect(entries.map((entry) => entry.name).toSorted()).toEqual(['ostree-0-ock.conf', 'ostree-1-ock.conf'])
  expect((await cli.run(['files', 'cat', ock, '/loader/entries/ostree-1-ock.conf', '-p', '2'])).out).toMatch(/^title /)
  expect((await cli.run(['files', 'ls', ock])).out.split('\n').map((line) => line.trim().split(/ +/).at(-1))).toEqual(
    expect.arrayContaining(['boot', 'etc', 'usr']),
  )
  expect(await cli.run(['files', 'ls', ock, '/', '-p', '7'])).toMatchObject({ code: 2, err: expect.stringContaining('no partition 7') })
  expect(await cli.run(['files', 'cat', ock, '/no/such', '-p', '2'])).toMatchObject({ code: 2, out: '' })
  expect(await cli.run(['files', 'cat', ock, '/loader', '-p', '2'])).toMatchObject({ code: 2, err: expect.stringContaining('is a folder') })
})

test('a large binary file comes through a pipe byte for byte; JSON and a terminal get what they can hold', async () => {
  const cat = await cli.run(['files', 'cat', 'hostile.qcow2', '/blob'])
  expect([cat.code, cat.err, cat.bytes.length]).toEqual([0, '', BLOB_BYTES])
  expect(cat.bytes.equals(noise(BLOB_BYTES))).toBe(true)
  const { out } = await cli.run(['files', 'cat', 'hostile.qcow2', '/blob', '--json'])
  expect(JSON.parse(out).error).toMatchObject({ code: 'guest-file-too-large' })
  expect(await cli.json(fileDocument, ['files', 'cat', 'hostile.qcow2', '/notes.txt'])).toMatchObject({ text: `${EVIL}\nsecond\tline\n` })
})

test('what a guest says cannot act on the terminal', async () => {
  for (const args of [
    ['boot', 'list', 'hostile.qcow2'],
    ['boot', 'set', 'hostile.qcow2', '--append', 'x', '--entry', 'one', '--dry-run'],
    ['inspect', 'hostile.qcow2'],
    ['files', 'ls', 'hostile.qcow2', '/names'],
    ['files', 'cat', 'hostile.qcow2', '/names/\u001b[31mwhite'],
  ]) {
    const { out, err } = await cli.run(args)
    expect(out + err, args.join(' ')).not.toMatch(CONTROL)
    expect(out + err).not.toBe('')
  }
  expect((await cli.run(['files', 'ls', 'hostile.qcow2', '/names'])).out).toContain('U+001B[31mred')
  // On a terminal, which script(1) provides, the content of files as well.
  const terminal = await cli.shell(`script -qec '"$DISKWRIGHT" files cat hostile.qcow2 /notes.txt' /dev/null`)
  expect(terminal.out).toBe('U+001B[2JU+001B]0;ownedU+0007U+000DAll is well\r\nsecond\tline\r\n')
})

test('files get: under its own name in this folder, never over another file, never elsewhere', async () => {
  const away = await fs.mkdtemp(path.join(cli.folder, 'get '))
  const get = (...args: string[]) => cli.run(['files', 'get', ock, '/loader/entries/ostree-1-ock.conf', '-p', '2', ...args], { cwd: away })
  expect(await get()).toMatchObject({ code: 0, out: expect.stringContaining('ostree-1-ock.conf (594 bytes)') })
  expect(await get()).toMatchObject({ code: 2, err: expect.stringContaining('--replace') })
  await fs.writeFile(path.join(away, 'mine'), 'mine')
  await fs.symlink('mine', path.join(away, 'link'))
  expect((await get('-o', 'link')).code).toBe(2)
  expect((await get('-o', 'link', '--replace')).code).toBe(2)
  expect((await get('-o', 'no/folder')).code).toBe(1)
  expect((await get('-o', '.')).code).toBe(2)
  expect((await get('-o', ock, '--replace')).code).toBe(2)
  expect((await get('-o', 'mine', '--replace')).code).toBe(0)
  expect((await fs.readdir(away)).toSorted()).toEqual(['link', 'mine', 'ostree-1-ock.conf'])
  // A guest path that climbs stays inside the image, and its last part names the file here.
  const climbing = await cli.run(['files', 'get', ock, '/../../loader/../loader/entries/ostree-0-ock.conf', '-p', '2'], { cwd: away })
  expect(climbing.code).toBe(0)
  expect(await fs.readdir(away)).toContain('ostree-0-ock.conf')
  expect((await cli.run(['files', 'get', ock, '/loader/..', '-p', '2'], { cwd: away })).code).toBe(2)
})

test.each(ODD_NAMES)('an image named %j', async (name) => {
  await fs.copyFile(path.join(cli.folder, 'hostile.qcow2'), path.join(cli.folder, name))
  expect(await cli.json(imageInfoSchema, ['inspect', '--', name])).toMatchObject({ name })
  if (name.startsWith('-')) {
    expect((await cli.run(['inspect', name])).code).toBe(2)
    expect((await cli.run(['inspect', `./${name}`])).code).toBe(0)
  }
  await fs.rm(path.join(cli.folder, name))
})

test('errors: words on stderr and an exit code, or one JSON document', async () => {
  await fs.writeFile(path.join(cli.folder, 'text.txt'), 'only text\n')
  expect(await cli.run(['inspect', 'none.qcow2'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^diskwright: The file is not there\n/),
  })
  expect((await cli.run(['inspect', 'text.txt'])).code).toBe(1)
  const { code, out, err } = await cli.run(['inspect', 'none.qcow2', '--json'])
  expect([code, err]).toEqual([2, ''])
  expect(appErrorDataSchema.parse(JSON.parse(out).error).code).toBe('file-not-found')
  expect((await cli.run(['inspect'])).err).toBe('diskwright inspect: expected IMAGE\nSee: diskwright inspect --help\n')
})

test('compare: packed or not, a disk of an archive by its name; exit code 1 where they differ, 2 where it is not said which', async () => {
  const pack =
    'head -c 1M /dev/zero > a.raw && { cat a.raw; echo x; head -c 510 /dev/zero; } > b.raw && gzip -k a.raw && tar -cf two.tar a.raw b.raw'
  expect(await cli.shell(`cd "$FOLDER" && ${pack}`, { FOLDER: cli.folder })).toMatchObject({ code: 0 })
  const compare = (...args: string[]) => cli.run(['compare', 'a.raw.gz', ...args])
  expect(await compare('a.raw')).toMatchObject({ code: 0, out: expect.stringContaining('The content is identical') })
  expect(await compare('two.tar', '--other-member', 'b.raw')).toMatchObject({
    code: 1,
    out: expect.stringContaining('512 bytes differ in 1 place'),
  })
  expect(await compare('two.tar')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('say which one: a.raw, b.raw') })
})

test('a pipe that closes early is no error; a full disk is', async () => {
  for (const args of ['files cat hostile.qcow2 /blob', 'doctor', '--help']) {
    const { out, err } = await cli.shell(`set -o pipefail; "$DISKWRIGHT" ${args} | head -c 1; echo " \${PIPESTATUS[0]}"`)
    expect([args, out.slice(1), err]).toEqual([args, ' 0\n', ''])
  }
  const full = await cli.shell('"$DISKWRIGHT" inspect hostile.qcow2 >/dev/full; echo $?')
  expect(full).toMatchObject({ out: '1\n', err: expect.stringContaining('could not be written') })
})
