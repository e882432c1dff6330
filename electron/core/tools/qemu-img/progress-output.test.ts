import { expect, test } from 'vitest'
import type { Host, RunOptions } from '../../process/host.js'
import { commitImage } from './commit.js'
import { compareImages } from './compare.js'
import { convertImage } from './convert.js'
import { rebaseImage } from './rebase.js'

const node = { driver: 'qcow2', path: '/a', backing: null }

test('of a tool that reports progress without end only the last of its output is kept', async () => {
  const kept: (boolean | undefined)[] = []
  const run = async (_tool: string, _args: readonly string[], options?: RunOptions) => {
    kept.push(options?.tailOnly)
    return { exitCode: 0, stdout: Buffer.alloc(0), stderr: '', durationMs: 1 }
  }
  const host = { run } as unknown as Host
  const seen = (): void => {}
  await convertImage(host, { args: ['convert'], access: {}, path: '/a' }, seen)
  await compareImages(host, { left: node, right: node, access: {} }, seen)
  await commitImage(host, { chain: { empty: node, overlay: node, base: node }, access: {} }, seen)
  await rebaseImage(host, { node, backing: null, access: {} }, seen)
  expect(kept).toEqual([true, true, true, true])
})
