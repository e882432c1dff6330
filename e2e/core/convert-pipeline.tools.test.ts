import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { rawDisk, vmwareOvf } from '../images/packed.js'
import { filesIn, hashOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let source: string
beforeAll(async () => {
  bench = await openBench()
  source = await bench.copy('bootable', 'boot.qcow2')
})
afterAll(() => bench.close())

type Draft = JobInputDraft<'convert-image'>
const convert = (input: Omit<Draft, 'source'> & Partial<Draft>) => ({ kind: 'convert-image' as const, input: { source, ...input } })

async function emptyFolder(name: string): Promise<string> {
  const folder = path.join(bench.folder, name)
  await fs.mkdir(folder)
  return folder
}

test('edits, growth, packing and proof are one job: what Google Cloud gets has its backup GPT at the end', async () => {
  const before = await hashOf(source)
  const folder = await emptyFolder('gcp')
  const output = path.join(folder, 'boot-gcp.tar.gz')
  const request = convert({ output, format: 'raw', artifact: 'gcp-tar', fitSize: true, edits: [{ kind: 'retarget', platform: 'gcp' }] })
  const plan = await bench.core.planConvert(request.input)
  expect(plan.steps?.slice(0, 3)).toEqual([
    'Make the image fit Google Cloud',
    'Grow to 1 GiB, the backup GPT moves to the end',
    'Pack as tar.gz: Raw, sparse',
  ])
  const job = await bench.succeed(request)
  expect(job.output?.engine).toBe('uml')
  expect(job.output?.proofs.join('\n')).toMatch(/Edits read back from the image: as in the preview \(\d changes\)/)
  expect(await filesIn(folder)).toEqual(['boot-gcp.tar.gz'])

  const raw = path.join(folder, 'unpacked.raw')
  await bench.succeed({ kind: 'convert-image', input: { source: output, output: raw, format: 'raw' } })
  const info = await bench.core.inspect(raw)
  expect([info.virtualBytes, info.warnings]).toEqual([1024 ** 3, []])
  await bench.host.run('sfdisk', ['--verify', raw])
  expect((await bench.core.listBootEntries(raw)).entries[0]?.args).toContain('ignition.platform.id=gcp')
  expect(await hashOf(source)).toBe(before)
})

test('an internal snapshot is read instead of the present state, and compared with what qemu-nbd reads of it', async () => {
  const image = path.join(bench.folder, 'states.qcow2')
  const write = (pattern: number) => promisify(execFile)('qemu-io', ['-f', 'qcow2', '-c', `write -P ${pattern} 1M 1M`, image])
  await bench.host.run('qemu-img', ['create', '-q', '-f', 'qcow2', image, '8M'])
  await write(7)
  await bench.host.run('qemu-img', ['snapshot', '-c', 'before update', image])
  await write(9)
  const output = path.join(bench.folder, 'state.raw')
  const job = await bench.succeed(convert({ source: image, snapshot: 'before update', output, format: 'raw' }))
  expect(job.steps.map(({ id }) => id)).toEqual(['snapshot', 'prepare', 'convert', 'compare', 'check', 'publish'])
  expect((await fs.readFile(output))[1024 ** 2]).toBe(7)
  expect(job.output?.proofs[0]).toContain('identical')
  const ova = path.join(bench.folder, 'state.ova')
  await bench.succeed(convert({ source: image, snapshot: 'before update', output: ova, format: 'vmdk', artifact: 'vmware-ova' }))
  const [packed, again] = [path.join(bench.folder, 'state.vmdk'), path.join(bench.folder, 'again.raw')]
  await bench.succeed({ kind: 'unpack-image', input: { source: ova, output: packed } })
  await bench.succeed({ kind: 'convert-image', input: { source: packed, output: again, format: 'raw' } })
  expect(await hashOf(again)).toBe(await hashOf(output))
  const missing = await bench.run(convert({ source: image, snapshot: 'none', output: `${output}.2`, format: 'raw' }))
  expect([missing.error?.code, missing.error?.details.reason]).toEqual(['bad-input', expect.stringContaining('1 (before update)')])
})

test('a snapshot of an overlay is read through all of its backing files', async () => {
  const folder = await emptyFolder('deep')
  const at = (name: string) => path.join(folder, name)
  const run = (...args: string[]) => promisify(execFile)(args[0] ?? '', args.slice(1), { cwd: folder })
  await fs.writeFile(at('base.raw'), Buffer.alloc(4 * 1024 ** 2, 7))
  await run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'base.raw', '-F', 'raw', 'middle.qcow2')
  await run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'middle.qcow2', '-F', 'qcow2', 'top.qcow2')
  await run('qemu-img', 'snapshot', '-c', 'fresh', 'top.qcow2')
  await run('qemu-io', '-f', 'qcow2', '-c', 'write -P 9 1M 1M', 'top.qcow2')
  await bench.succeed(convert({ source: at('top.qcow2'), snapshot: 'fresh', output: at('fresh.raw'), format: 'raw' }))
  expect(await hashOf(at('fresh.raw'))).toBe(await hashOf(at('base.raw')))
})

test('no file that the source consists of is replaced, whichever name is given for the result', async () => {
  const folder = await emptyFolder('chain')
  const [base, top] = [path.join(folder, 'base.raw'), path.join(folder, 'top.qcow2')]
  await fs.writeFile(base, Buffer.alloc(8 * 1024 ** 2, 7))
  await bench.host.run('qemu-img', ['create', '-q', '-u', '-f', 'qcow2', '-b', 'base.raw', '-F', 'raw', top, '8M'])
  await fs.link(base, path.join(folder, 'other.raw.sha256'))
  const before = await hashOf(base)
  for (const output of [base, path.join(folder, 'other.raw')]) {
    const job = await bench.run(convert({ source: top, output, format: 'raw', digests: ['sha256'], replace: true }))
    expect(job.error?.code).toBe('output-is-source')
  }
  expect(await hashOf(base)).toBe(before)
  expect(await filesIn(folder)).toEqual(['base.raw', 'other.raw.sha256', 'top.qcow2'])
})

test('a compressed image, and one beside an OVF, become what is in them', async () => {
  const folder = await emptyFolder('compressed')
  const at = (name: string) => path.join(folder, name)
  await rawDisk(at('disk.raw'), 2)
  await promisify(execFile)('sh', ['-c', 'gzip -kn disk.raw && xz -k disk.raw'], { cwd: folder })
  const listed = vmwareOvf([{ href: 'disk.raw.gz', bytes: (await fs.stat(at('disk.raw.gz'))).size, capacityMib: 2 }])
  await fs.writeFile(at('machine.ovf'), listed.replace('ovf:href="disk.raw.gz"', 'ovf:href="disk.raw.gz" ovf:compression="gzip"'))
  for (const name of ['disk.raw.gz', 'disk.raw.xz', 'machine.ovf']) {
    await bench.succeed(convert({ source: at(name), output: at(`${name}.out`), format: 'raw' }))
    expect(await hashOf(at(`${name}.out`))).toBe(await hashOf(at('disk.raw')))
  }
  const onto = await bench.run(convert({ source: at('machine.ovf'), output: at('disk.raw.gz'), format: 'raw', replace: true }))
  expect(onto.error?.code).toBe('output-is-source')
})

test('sizes that the format or the platform does not take are refused before anything is written', async () => {
  const folder = await emptyFolder('sizes')
  const huge = path.join(folder, 'huge.raw')
  await bench.host.run('qemu-img', ['create', '-q', '-f', 'raw', huge, '3T'])
  const refused = async (input: Omit<Draft, 'source' | 'output'>) => {
    const { error } = await bench.run(convert({ source: huge, output: path.join(folder, 'x'), ...input }))
    return [error?.code, error?.details.platform]
  }
  expect(await refused({ format: 'vhd', subformat: 'dynamic' })).toEqual(['size-not-taken', 'VHD'])
  expect(await refused({ format: 'qcow2', artifact: 'digitalocean-qcow2' })).toEqual(['size-not-taken', 'DigitalOcean'])
  await fs.truncate(huge, 1024 ** 2 + 512)
  expect(await refused({ format: 'vhd', subformat: 'fixed', artifact: 'azure-vhd' })).toEqual(['size-not-taken', 'Microsoft Azure'])
  expect(await refused({ format: 'qcow2', artifact: 'azure-vhd' })).toEqual(['bad-input', undefined])
  expect(await filesIn(folder)).toEqual(['huge.raw'])
})

test('the source under another name, and files that are in the way beside the result, are refused', async () => {
  const folder = await emptyFolder('names')
  const linked = path.join(folder, 'linked.qcow2')
  await fs.link(source, linked)
  const code = async (input: Partial<Draft>) => {
    const output = path.join(folder, 'made.raw')
    return (await bench.run(convert({ output, format: 'raw', digests: ['sha256'], report: true, ...input }))).error?.code
  }
  expect(await code({ output: linked, replace: true })).toBe('output-is-source')
  for (const name of ['made.raw.sha256', 'made.raw.report.txt']) {
    await fs.writeFile(path.join(folder, name), 'mine')
    expect(await code({})).toBe('output-exists')
    await fs.rm(path.join(folder, name))
  }
  expect(await filesIn(folder)).toEqual(['linked.qcow2'])
})
