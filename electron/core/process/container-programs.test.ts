import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { othersBringingLayers } from './container-programs.js'

let folder: string
let env: NodeJS.ProcessEnv
const children: ChildProcess[] = []

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-programs-'))
  env = { HOME: folder, CONTAINERS_STORAGE_CONF: path.join(folder, 'storage.conf') }
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  fs.rmSync(folder, { recursive: true })
})

/** A shell by another name that does nothing until it is killed. */
async function start(program: string, args: readonly string[], theirs: NodeJS.ProcessEnv): Promise<number> {
  const file = path.join(folder, program)
  if (!fs.existsSync(file)) fs.symlinkSync('/bin/sh', file)
  const child = spawn(file, ['-c', 'echo here; read never', ...args], { env: theirs, stdio: ['pipe', 'pipe', 'ignore'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child.pid ?? 0
}

test('podman of another that brings layers into the same storage is seen, and no other', async () => {
  const pull = await start('podman', ['pull', 'h/a'], env)
  await start('podman', ['ps'], env)
  await start('sh', ['pull'], env)
  await start('skopeo', ['copy'], { ...env, CONTAINERS_STORAGE_CONF: '/elsewhere' })
  // They are children of this process, and only those of `root` do not count.
  expect(othersBringingLayers(env, pull)).toEqual([`podman pull (${pull})`])
  expect(othersBringingLayers(env)).toEqual([])
})
