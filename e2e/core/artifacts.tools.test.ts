import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintFile } from '#core/operations/lint-file'
import { ARTIFACT_IDS } from '#shared/platforms/artifact-ids'
import { artifact, artifactName } from '#shared/platforms/artifacts'
import { artifactReportSchema } from '#shared/jobs/artifact-report'
import { filesIn, hashOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let source: string
let original: string
beforeAll(async () => {
  bench = await openBench()
  source = await bench.copy('bootable', 'boot-1.qcow2')
  original = await hashOf(source)
})
afterAll(() => bench.close())

test.each(ARTIFACT_IDS)('%s: made, compared, within the rules of its format and platform, with its digest and report', async (id) => {
  const preset = artifact(id)
  const folder = await fs.mkdtemp(path.join(bench.folder, `${id} `))
  const output = path.join(folder, artifactName('boot-1.qcow2', id))
  const job = await bench.succeed({
    kind: 'convert-image',
    input: { source, output, format: preset.format, artifact: id, fitSize: true, digests: ['sha256'], report: true },
  })
  expect(job.title).toBe(`Convert boot-1.qcow2 to ${preset.name}`)
  expect(job.output?.proofs).toContain('Content compared with the source: identical')
  expect(job.steps.filter(({ state }) => state === 'waiting' || state === 'failed')).toEqual([])

  const name = path.basename(output)
  expect(name).toMatch(new RegExp(`^boot-1-.*\\.${preset.extension}$`))
  expect(await filesIn(folder)).toEqual([name, `${name}.report.json`, `${name}.report.txt`, `${name}.sha256`])
  expect(job.output?.sidecars?.toSorted()).toEqual([`${output}.report.json`, `${output}.report.txt`, `${output}.sha256`])
  expect(await fs.readFile(`${output}.sha256`, 'utf8')).toBe(`${await hashOf(output)}  ${name}\n`)
  expect(job.output?.sha256).toBe(await hashOf(output))

  const report = artifactReportSchema.parse(JSON.parse(await fs.readFile(`${output}.report.json`, 'utf8')))
  expect(report).toMatchObject({ artifact: { id }, lint: { counts: { error: 0 } }, result: { digests: { sha256: job.output?.sha256 } } })
  expect(report.tools['qemu-img']).toMatch(/\d/)
  expect(report.commands.length).toBeGreaterThan(0)
  expect((await lintFile(output, { artifact: id })).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  await fs.rm(folder, { recursive: true })
})

test('nothing that was made touched the source', async () => {
  expect(await hashOf(source)).toBe(original)
})
