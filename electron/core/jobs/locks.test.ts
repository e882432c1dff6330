import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { bundleForNode } from '../files/testing/bundle-for-node.js'
import { killChild, nextMessage, runChild } from '../files/testing/run-child.js'
import { createLockTable, type LockRequest, type LockTable } from './locks.js'
import { makeFolders } from './testing/job-fixture.js'

let root: string
let folder: string
let table: LockTable
beforeEach(() => {
  const folders = makeFolders()
  root = folders.root
  folder = path.join(folders.dirs.runtime, 'locks')
  table = createLockTable(folder)
  for (const name of ['a', 'b']) fs.writeFileSync(path.join(root, name), name)
  return folders.remove
})

const at = (name: string) => path.join(root, name)
function ask(title: string, mode: 'reads' | 'writes', files: string[], more: Partial<LockRequest> = {}) {
  const other = mode === 'reads' ? { writes: [] } : { reads: [] }
  return table.acquire({ reads: files, writes: files, ...other, holder: { jobId: 'id', title }, ...more })
}
/** Grants in the order in which they come. */
function record(order: string[], name: string, granted: Promise<() => void>): Promise<() => void> {
  return granted.then((release) => {
    order.push(name)
    return release
  })
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 30))

test('readers share, a writer waits for them, and later readers wait behind the writer', async () => {
  const order: string[] = []
  const first = await record(order, 'r1', ask('r1', 'reads', [at('a')]))
  const second = await record(order, 'r2', ask('r2', 'reads', [at('a')]))
  const writer = record(order, 'w', ask('w', 'writes', [at('a')]))
  await soon()
  const late = record(order, 'r3', ask('r3', 'reads', [at('a')]))
  const other = await record(order, 'b', ask('b', 'writes', [at('b')]))
  expect(order).toEqual(['r1', 'r2', 'b'])
  first()
  first()
  await soon()
  expect(order).toEqual(['r1', 'r2', 'b'])
  second()
  const releaseWriter = await writer
  await soon()
  expect(order).toEqual(['r1', 'r2', 'b', 'w'])
  releaseWriter()
  const releaseLate = await late
  for (const release of [releaseLate, other]) release()
  expect(fs.readdirSync(folder)).toEqual([])
})

test('one file under another name is the same file; an output that does not exist yet is locked by its place', async () => {
  fs.symlinkSync(at('a'), at('soft'))
  fs.linkSync(at('a'), at('hard'))
  const release = await ask('w', 'writes', [at('a'), at('new')])
  let granted = 0
  const waiting = [at('soft'), at('hard'), at('new')].map((file) => ask('r', 'reads', [file]).then((give) => (granted++, give)))
  await soon()
  expect(granted).toBe(0)
  release()
  for (const give of await Promise.all(waiting)) give()
})

test('several locks are taken together or not at all, so crossing requests do not block each other', async () => {
  const first = await ask('1', 'writes', [at('a'), at('b')])
  const inside = new Set<string>()
  const work = async (name: string, files: string[]) => {
    const release = await ask(name, 'writes', files)
    expect([...inside]).toEqual([])
    inside.add(name)
    await soon()
    inside.delete(name)
    release()
  }
  const all = [work('2', [at('b'), at('a')]), work('3', [at('a'), at('b')]), work('4', [at('a')])]
  first()
  await Promise.all(all)
})

test('waiting says for whom, and stops when it is cancelled without blocking who waits behind', async () => {
  const release = await ask('Convert a', 'reads', [at('a')])
  const controller = new AbortController()
  const waitedFor: string[] = []
  const writer = ask('w', 'writes', [at('a')], { signal: controller.signal, onWait: (holder) => waitedFor.push(holder.title) })
  await expect.poll(() => waitedFor).toEqual(['Convert a'])
  const behind = ask('r', 'reads', [at('a')])
  controller.abort()
  await expect(writer).rejects.toMatchObject({ code: 'cancelled' })
  ;(await behind)()
  release()
})

test('another process is refused with who holds it, and takes over when that one was killed', async () => {
  const module = await bundleForNode(new URL('./locks.ts', import.meta.url), at('bundle'))
  const child = runChild(
    module,
    `await m.createLockTable(${JSON.stringify(folder)}).acquire({ reads: [${JSON.stringify(at('b'))}], writes: [${JSON.stringify(at('a'))}], holder: { jobId: 'j1', title: 'Save a' } })
     process.send('locked'); setInterval(() => {}, 1000)`,
  )
  try {
    await nextMessage(child)
    await expect(ask('r', 'reads', [at('a')])).rejects.toMatchObject({
      code: 'image-in-use',
      data: { details: { path: at('a'), process: 'Diskwright job j1, Save a', pid: child.pid } },
    })
    await expect(ask('w', 'writes', [at('b')])).rejects.toMatchObject({ code: 'image-in-use', data: { details: { wanted: 'write' } } })
    const shared = await ask('r', 'reads', [at('b')])
    shared()
  } finally {
    await killChild(child)
  }
  expect(fs.readdirSync(folder).length).toBeGreaterThan(0)
  const release = await ask('w', 'writes', [at('a'), at('b')])
  release()
  expect(fs.readdirSync(folder)).toEqual([])
})

test('a lock file that cannot be removed keeps nobody of this process waiting', async () => {
  const release = await ask('w', 'writes', [at('a')])
  for (const name of fs.readdirSync(folder)) {
    fs.rmSync(path.join(folder, name))
    fs.mkdirSync(path.join(folder, name))
  }
  expect(release).not.toThrow()
  const next = await ask('w', 'writes', [at('a')])
  next()
})
