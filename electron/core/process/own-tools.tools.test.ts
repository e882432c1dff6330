import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fileHolders } from './file-holders.js'
import { noteTool } from './own-tools.js'

/** Holds a file open until it is killed. */
async function holder(file: string, noted: boolean): Promise<() => Promise<void>> {
  const child = spawn('sh', ['-c', 'exec 9<"$1"; echo open; read word', 'sh', file], { stdio: ['pipe', 'pipe', 'ignore'] })
  if (noted) noteTool(child)
  await once(child.stdout, 'data')
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

test('a tool that we run is no holder of a file; any other process is', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-holders-'))
  const file = path.join(folder, 'disk')
  await fs.writeFile(file, 'x')
  const endOwn = await holder(file, true)
  expect(await fileHolders(file)).toEqual([])
  const endOther = await holder(file, false)
  expect(await fileHolders(file)).toEqual([expect.stringMatching(/^sh \(\d+\)$/)])
  await endOther()
  await endOwn()
  expect(await fileHolders(file)).toEqual([])
  await fs.rm(folder, { recursive: true })
})
