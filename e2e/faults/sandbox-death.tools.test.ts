import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import { expect, test } from 'vitest'
import { commandLine } from '#core/process/command-line'
import { processesLeft } from './left-behind.js'

const PATHS: Readonly<Record<string, string>> = { sh: '/usr/bin/sh', bwrap: '/usr/bin/bwrap' }

test('bwrap that ends before it let its second process go on leaves none behind, once Diskwright is gone', async () => {
  const mark = `diskwright-death-${randomUUID()}`
  const { argv } = commandLine({
    tool: '/usr/bin/sleep',
    args: ['1000'],
    options: { access: {} },
    env: { MARK: mark },
    find: (tool) => PATHS[tool] ?? tool,
    sandboxUsable: true,
    infoFd: 4,
  })
  // Where its news cannot be written, bwrap ends; the second process waits for a word of it by then.
  const full = await fs.open('/dev/full', 'w')
  const [file, ...args] = argv
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe', full.fd] })
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).not.toBe(0)
    child.stdio[3]?.destroy()
    expect(await processesLeft([mark])).toEqual([])
  } finally {
    await full.close()
  }
})
