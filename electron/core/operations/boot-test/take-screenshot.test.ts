import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { takeScreenshot } from './take-screenshot.js'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-shot-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const PICTURE = Buffer.concat([Buffer.from('P6\n1 1\n255\n'), Buffer.from([255, 0, 0])])

/** Writes its pictures when all have been asked for, as one that is busy does. */
function busyQemu(count: number) {
  let begin: () => void = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  let asked = 0
  return {
    execute: async (_command: string, args: Readonly<Record<string, unknown>> = {}) => {
      asked += 1
      if (asked === count) begin()
      await begun
      fs.writeFileSync(String(args.filename), PICTURE)
    },
  }
}

test('pictures that are taken at once do not take each other away, and leave no file behind', async () => {
  const qmp = busyQemu(3)
  const pictures = await Promise.all([1, 2, 3].map(() => takeScreenshot(qmp, folder)))
  expect(pictures.map((picture) => picture?.toString('latin1', 1, 4))).toEqual(['PNG', 'PNG', 'PNG'])
  expect(fs.readdirSync(folder)).toEqual([])
})

test('of a machine that has ended there is none', async () => {
  expect(await takeScreenshot({ execute: () => Promise.reject(new Error('gone')) }, folder)).toBeNull()
})
