import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintFile } from './lint-file.js'
import { BROKEN_DISKS } from './testing/broken-disks.js'
import { BROKEN_PACKAGES } from './testing/broken-packages.js'
import { makeSamples, type Sample } from './testing/lint-samples.js'
import { makeOva, type Packing } from './testing/package-samples.js'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-lint-'))
const packing: Packing = {
  folder,
  run: (program, args, cwd, input) => void execFileSync(program, args, { cwd, input, stdio: 'pipe' }),
}
let samples: Record<string, Sample>

beforeAll(() => {
  samples = makeSamples(folder, packing.run)
  fs.writeFileSync(path.join(folder, 'package.txt'), 'a text and no disk\n')
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

for (const { check, kind, expectation, make } of BROKEN_PACKAGES) {
  test(`${check} is told of a broken ${kind}`, async () => {
    const report = await lintFile(make(packing), expectation)
    const told = report.findings.filter(({ severity }) => ['error', 'warning', 'note'].includes(severity)).map((finding) => finding.check)
    expect(told).toContain(check)
  })
}

test('each rule that the packages keep is broken by one of the rows', async () => {
  const provoked = new Set([...BROKEN_PACKAGES, ...BROKEN_DISKS.map(([check]) => ({ check }))].map(({ check }) => check))
  const asked = new Set<string>()
  for (const name of ['ova', 'google', 'oracle', 'oracle-gz', 'containerdisk']) {
    const found = samples[name]
    if (!found) throw new Error(`no sample ${name}`)
    for (const { check, severity } of (await lintFile(found.file, found.expectation)).findings) if (severity === 'pass') asked.add(check)
  }
  expect([...asked].filter((check) => !provoked.has(check))).toEqual([])
})

test('a manifest is read in both spellings', async () => {
  const file = makeOva(packing, 'spaced.ova', { mf: (text) => text.replace(/SHA256\(/g, 'SHA256 (') })
  const { findings } = await lintFile(file)
  expect(findings.find(({ check }) => check === 'ova.digests')?.severity).toBe('pass')
})
