import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintArtifact } from '#shared/lint/lint-artifact'
import { lintFile, lintHost } from './lint-file.js'
import { BROKEN_DISKS } from './testing/broken-disks.js'
import { makeSamples, type Sample } from './testing/lint-samples.js'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-lint-'))
let samples: Record<string, Sample>

beforeAll(() => {
  samples = makeSamples(folder, (program, args, cwd, input) => void execFileSync(program, args, { cwd, input, stdio: 'pipe' }))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

const DISKS = ['raw', 'fixed', 'dynamic', 'vhdx', 'vdi', 'qcow2', 'sparse', 'stream', 'flat']
const PACKAGES = ['ova', 'google', 'oracle', 'oracle-gz', 'containerdisk']

function sample(name: string): Sample {
  const found = samples[name]
  if (!found) throw new Error(`no sample ${name}`)
  return found
}

test.each([...DISKS, ...PACKAGES])('what qemu-img and tar make of %s keeps all rules, named or not', async (name) => {
  const { file, expectation } = sample(name)
  const named = await lintFile(file, expectation)
  expect(named.findings.filter(({ severity }) => severity !== 'pass' && severity !== 'skipped')).toEqual([])
  expect(named.counts.pass).toBeGreaterThan(5)
  expect((await lintFile(file)).kind).toBe(named.kind)
})

test('the stream-optimized sample holds what qemu-img reads from it', () => {
  const compare = ['compare', '-f', 'raw', '-F', 'vmdk', 'disk.raw', 'stream.vmdk']
  expect(execFileSync('qemu-img', compare, { cwd: folder, encoding: 'utf8' })).toContain('identical')
})

test('a stream of qemu-img has no end: an error for VMware, a warning where readers do not mind', async () => {
  const severities = async (platform: 'vmware' | 'aws'): Promise<Record<string, string>> => {
    const { findings } = await lintFile(path.join(folder, 'qemu-stream.vmdk'), { platform })
    return Object.fromEntries(findings.map(({ check, severity }) => [check, severity]))
  }
  expect(await severities('vmware')).toMatchObject({ 'vmdk.end-of-stream': 'error', 'vmdk.footer': 'error', 'vmdk.tables': 'pass' })
  expect(await severities('aws')).toMatchObject({ 'vmdk.end-of-stream': 'warning', 'vmdk.footer': 'warning' })
})

for (const [check, name, edit, expectation] of BROKEN_DISKS) {
  test(`${check} is told of a broken ${name}`, async () => {
    const good = sample(name)
    const bytes = fs.readFileSync(good.file)
    const broken = path.join(folder, `broken-${path.basename(good.file)}`)
    fs.writeFileSync(broken, edit(bytes) ?? bytes)
    const report = await lintFile(broken, expectation ?? good.expectation)
    const told = report.findings.filter(({ severity }) => ['error', 'warning'].includes(severity)).map((finding) => finding.check)
    expect(told).toContain(check)
  })
}

test('each rule that the samples keep is broken by one of the rows', async () => {
  const provoked = new Set(BROKEN_DISKS.map(([check]) => check))
  const asked = new Set<string>()
  for (const name of DISKS) {
    const { file, expectation } = sample(name)
    for (const { check } of (await lintFile(file, expectation)).findings) asked.add(check)
  }
  expect([...asked].filter((check) => !provoked.has(check))).toEqual([])
})

test.each([...DISKS, ...PACKAGES])('whatever bytes of %s are changed, the answer is a report', async (name) => {
  const { file, expectation } = sample(name)
  const bytes = fs.readFileSync(file)
  const host = lintHost(folder, undefined)
  // Headers and tables are at both ends.
  const place = fc.oneof(fc.nat(4096), fc.nat(300 * 1024), fc.integer({ min: -40_960, max: -1 }))
  const change = fc.record({ place, value: fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255)) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), fc.boolean(), async (changes, named) => {
      const changed = Buffer.from(bytes)
      for (const { place: at, value } of changes) changed[(at + changed.length) % changed.length] = value
      const source = { bytes: changed.length, read: async (at: number, length: number) => changed.subarray(at, at + length) }
      const report = await lintArtifact(source, named ? expectation : {}, host)
      expect(report.findings.length).toBeGreaterThan(0)
    }),
    { numRuns: bytes.length > 16 * 1024 ** 2 || name === 'google' ? 8 : 60 },
  )
})
