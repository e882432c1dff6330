import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { readGiven } from './given.js'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-given-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Buffer): { file: string } {
  const made = path.join(folder, name)
  fs.writeFileSync(made, content)
  return { file: made }
}

test('a text is what was typed, or what stands in a file', async () => {
  expect(await readGiven({ text: '#cloud-config\n' })).toBe('#cloud-config\n')
  expect(await readGiven(file('users.yaml', '#cloud-config\nname: Zoë\n'))).toBe('#cloud-config\nname: Zoë\n')
})

test('what would not reach the guest as it is is refused', async () => {
  await expect(readGiven(file('packed.gz', gzipSync('#cloud-config\n')))).rejects.toMatchObject({ code: 'bad-input' })
  await expect(readGiven(file('long.yaml', 'x'.repeat(1024 ** 2 + 1)))).rejects.toMatchObject({ code: 'bad-input' })
  await expect(readGiven({ file: '/dev/zero' })).rejects.toMatchObject({ code: 'bad-input' })
  await expect(readGiven({ file: folder })).rejects.toMatchObject({ code: 'not-a-regular-file' })
  await expect(readGiven({ file: path.join(folder, 'none') })).rejects.toMatchObject({ code: 'file-not-found' })
})
