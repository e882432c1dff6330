import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashOf } from '../core/workbench.js'
import { type CommandLine, openCommandLine } from './command-line.js'

let cli: CommandLine
let ock: string
beforeAll(async () => {
  cli = await openCommandLine()
  ock = await cli.copy('ock')
})
afterAll(() => cli.close())

interface Info {
  readonly virtualBytes: number
  readonly partitions: readonly {
    readonly number: number
    readonly sizeBytes: number
    readonly filesystem: { readonly sizeBytes?: number }
  }[]
}
const inspect = async (image: string): Promise<Info> => JSON.parse((await cli.run(['inspect', image, '--json'])).out) as Info

test('a dry run shows the plan and writes nothing', async () => {
  const before = await hashOf(ock)
  const { code, out } = await cli.run(['resize', 'ock.qcow2', '--size', '+64M', '--dry-run'])
  expect(code).toBe(0)
  expect(out).toMatch(/^Disk: Disk size\n- .*\n\+ /m)
  expect(out).toMatch(/^Disk: Backup GPT$/m)
  expect(out).toMatch(/^Partition \d: Partition size\n- /m)
  expect(out).toMatch(/^Partition \d: File system size\n- .*\n\+ all of the partition$/m)
  expect(await hashOf(ock)).toBe(before)
})

test('the disk, the last partition and its XFS grow, and all files stay', async () => {
  const files = async (image: string): Promise<string> => (await cli.run(['files', 'find', image, 'e'])).out
  const before = await inspect('ock.qcow2')
  const run = await cli.run(['resize', 'ock.qcow2', '--size', '+64M', '-o', 'larger.qcow2'])
  expect(run, run.err).toMatchObject({ code: 0 })
  expect(run.out).toContain('Edits read back from the image: as in the preview (4 changes)')
  const after = await inspect('larger.qcow2')
  expect(after.virtualBytes).toBe(before.virtualBytes + 64 * 1024 ** 2)
  const [was, is] = [before.partitions.at(-1), after.partitions.at(-1)]
  expect(is?.sizeBytes).toBeGreaterThan((was?.sizeBytes ?? 0) + 60 * 1024 ** 2)
  expect(is?.filesystem.sizeBytes).toBeGreaterThan((was?.filesystem.sizeBytes ?? 0) + 60 * 1024 ** 2)
  expect(await files('larger.qcow2')).toBe(await files('ock.qcow2'))
})

test('what cannot be is said before anything is written', async () => {
  const output = path.join(cli.folder, 'none.qcow2')
  const small = await cli.run(['resize', 'ock.qcow2', '--size', '16M', '-o', output])
  expect(small).toMatchObject({ code: 1, err: expect.stringMatching(/XFS has no way to shrink. The least that the disk can be made is/) })
  const first = await cli.run(['resize', 'ock.qcow2', '--size', '+64M', '--partition', '1', '-o', output])
  expect(first).toMatchObject({ code: 1, err: expect.stringContaining('Partition 1 cannot be grown') })
  expect(await cli.run(['resize', 'ock.qcow2', '-o', output])).toMatchObject({ code: 2, err: expect.stringContaining('--size SIZE') })
  const huge = await cli.run(['resize', 'ock.qcow2', '--size', '65T', '-o', output])
  expect(huge).toMatchObject({ code: 1, err: expect.stringContaining('A disk can be 64 TiB') })
})
