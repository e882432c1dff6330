import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { hashOfHostFile } from './host-file-hash.js'

test('a file is hashed; a device that never ends is not begun', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-hash-'))
  try {
    const file = path.join(folder, 'a')
    fs.writeFileSync(file, 'data')
    expect(await hashOfHostFile(file)).toBe(createHash('sha256').update('data').digest('hex'))
    for (const odd of ['/dev/zero', folder]) await expect(hashOfHostFile(odd)).rejects.toMatchObject({ code: 'not-a-regular-file' })
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})
