import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TOOL_IDS, TOOLS } from '#core/process/tool-table'
import { imageInfoSchema } from '#shared/images/image-info'
import { doctorReportSchema } from '#shared/tools/doctor'
import { filesIn } from '../core/workbench.js'
import { builderHost } from '../images/builder-host.js'
import { type CommandLine, openCommandLine } from './command-line.js'

let cli: CommandLine
let image: string
let tools: string
beforeAll(async () => {
  cli = await openCommandLine()
  image = await cli.copy('no-table')
})
afterAll(() => cli.close())
beforeEach(async () => {
  tools = await fs.mkdtemp(path.join(path.dirname(cli.folder), 'tools-'))
  const host = await builderHost()
  for (const id of TOOL_IDS) if (host.has(id)) await fs.symlink(host.find(id), path.join(tools, TOOLS[id].binary))
})

async function replaceTool(name: string, script: string): Promise<void> {
  await fs.rm(path.join(tools, name))
  await fs.writeFile(path.join(tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
const withTools = () => ({ env: { DISKWRIGHT_TOOL_PATH: tools } })

test('a needed tool is missing: exit code 4, its name and its package', async () => {
  await fs.rm(path.join(tools, 'qemu-storage-daemon'))
  expect(await cli.run(['inspect', image], withTools())).toMatchObject({
    code: 4,
    out: '',
    err: expect.stringContaining('qemu-storage-daemon'),
  })
  const { code, out } = await cli.run(['doctor', '--json'], withTools())
  const report = doctorReportSchema.parse(JSON.parse(out))
  expect([code, report.ok, report.installAll?.includes('qemu-system-common')]).toEqual([4, false, true])
})

test('without an engine an image can be looked at and converted, and changing it says what is missing', async () => {
  for (const name of ['linux.uml', 'guestfish']) await fs.rm(path.join(tools, name))
  expect((await cli.run(['boot', 'list', image], withTools())).code).toBe(0)
  expect((await cli.run(['boot', 'set', image, '--append', 'x', '-o', 'never.qcow2'], withTools())).code).toBe(4)
  expect(await filesIn(cli.folder)).toEqual(['no-table.qcow2'])
})

test('user namespaces are switched off, as by AppArmor on Ubuntu: everything is read without the sandbox, and said so', async () => {
  await replaceTool('bwrap', 'echo "bwrap: setting up uid map: Permission denied" >&2; exit 1')
  const { code, out } = await cli.run(['inspect', image, '--json'], withTools())
  expect(code).toBe(0)
  expect(imageInfoSchema.parse(JSON.parse(out))).toMatchObject({
    osName: 'Debian GNU/Linux 12 (bookworm)',
    warnings: [{ code: 'no-partition-table' }, { code: 'sandbox-missing', detail: expect.stringContaining('Permission denied') }],
  })
  expect((await cli.run(['doctor'], withTools())).out).toContain('Sandbox: not usable. bwrap does not work here: bwrap: setting up uid map')
  expect((await cli.run(['convert', image, '-o', 'open.vdi'], withTools())).code).toBe(0)
  await fs.rm(path.join(cli.folder, 'open.vdi'))
  // Its export was mounted among the mounts of this machine; nothing of that stays.
  expect(await fs.readFile('/proc/self/mountinfo', 'utf8')).not.toContain(cli.dirs.runtime.replaceAll(' ', '\\040'))
  expect(await filesIn(path.join(cli.dirs.runtime, 'exports'))).toEqual([])
})

test('without Node.js it is said what is needed: exit code 4', async () => {
  const script = `for tool in bash dirname readlink; do ln -s "$(command -v "$tool")" "$ONLY/$tool"; done; PATH=$ONLY "$DISKWRIGHT" --version`
  const only = await fs.mkdtemp(path.join(path.dirname(cli.folder), 'no-node-'))
  expect(await cli.shell(script, { ONLY: only })).toMatchObject({
    code: 4,
    out: '',
    err: expect.stringContaining('Node.js is not in PATH'),
  })
})

test('no HOME, an odd umask and another time zone change nothing', async () => {
  const bare = { HOME: undefined, XDG_RUNTIME_DIR: undefined, LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham' }
  expect((await cli.run(['inspect', image], { env: bare })).code).toBe(0)
  const output = path.join(cli.folder, 'umask.vdi')
  const { out } = await cli.shell(`umask 0; "$DISKWRIGHT" convert "$FROM" -o "$TO" --json 2>/dev/null`, {
    TZ: 'Pacific/Chatham',
    FROM: image,
    TO: output,
  })
  const job = JSON.parse(out) as { id: string; createdAt: string }
  expect(Math.abs(Date.parse(job.createdAt) - Date.now())).toBeLessThan(60_000)
  for (const folder of Object.values(cli.dirs)) expect((await fs.stat(folder)).mode & 0o777).toBe(0o700)
  expect((await fs.stat(path.join(cli.dirs.state, 'jobs', job.id))).mode & 0o777).toBe(0o700)
  expect((await fs.stat(path.join(cli.dirs.state, 'jobs', job.id, 'job.json'))).mode & 0o777).toBe(0o600)
  await fs.rm(output)
})

test('state folders that cannot be made: reading works and says so, a job is refused with the folder named', async () => {
  const file = path.join(cli.folder, 'no-table.qcow2')
  const nowhere = Object.fromEntries(
    ['CONFIG', 'STATE', 'CACHE', 'RUNTIME'].map((name) => [`DISKWRIGHT_${name}_DIR`, `${file}/${name.toLowerCase()}`]),
  )
  const { code, out, err } = await cli.run(['inspect', image], { env: nowhere })
  expect([code, out.includes('Debian GNU/Linux 12')]).toEqual([0, true])
  expect(err).toContain(`diskwright: cannot be written to: ${file}/state (ENOTDIR)\n`)
  const refused = await cli.run(['convert', image, '-o', 'refused.vdi'], { env: nowhere })
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining(`${file}/state/jobs`) })
  expect(await filesIn(cli.folder)).toEqual(['no-table.qcow2'])
})
