import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { recipeJsonSchema } from '#shared/recipes/recipe'
import { parseRecipe } from '#shared/recipes/recipe-text'
import { builderHost } from '../images/builder-host.js'
import { manyEdits, OCK_ENTRY } from './many-edits.js'
import { failureOf, hashOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let ock: string
beforeAll(async () => {
  bench = await openBench()
  ock = await bench.copy('ock')
})
afterAll(() => bench.close())

async function saveAs(source: string, name: string, edits: readonly Edit[], more = {}): Promise<string> {
  const output = path.join(bench.folder, name)
  const target = { mode: 'new-file' as const, output, replace: false }
  await bench.succeed({ kind: 'save-image', input: { source, edits: [...edits], target, ...more } })
  return output
}
const textOf = async (image: string, partition: number, file: string): Promise<string> =>
  (await bench.core.readFile({ path: image, partition, file })).toString('utf8')

test('twenty-five edits of every kind are written in one engine run, and each is there', async () => {
  const edits = manyEdits()
  expect(edits).toHaveLength(25)
  const before = await hashOf(ock)
  const output = await saveAs(ock, 'many edits.qcow2', edits)
  const { entries } = await bench.core.listBootEntries(output)
  expect(entries.map((entry) => entry.id)).toEqual([OCK_ENTRY])
  expect(entries[0]?.args).toEqual(expect.arrayContaining(['ignition.platform.id=vmware', 'console=tty0', 'net.ifnames=0']))
  const names = (await bench.core.listFiles({ path: output, partition: 3, folder: '/srv' })).map((entry) => entry.name)
  expect(names).toContain('renamed')
  expect(names).toContain('kept empty')
  expect(names).not.toContain(`it's a "file" 0 é.txt`)
  expect(await textOf(output, 3, `/srv/it's a "file" 13 é.txt`)).toBe('content 13\n'.repeat(14))
  expect(await textOf(output, 3, '/ostree/repo/config')).toBe('[core]\nmode=bare\n')
  expect((await bench.core.inspect(output)).partitions[0]?.typeName).toBe('EFI system')
  expect(await hashOf(ock)).toBe(before)
})

test('a recipe is exported, applied to another copy, and applied again to its own result', async () => {
  const edits: Edit[] = [
    { kind: 'kernel-args', entry: OCK_ENTRY, changes: [{ op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'aws' }] },
    { kind: 'write-file', partition: 3, path: '/srv/motd', content: { text: 'hello\n' } },
  ]
  const { text, recipe, notes } = await bench.core.exportRecipe(ock, edits)
  expect([parseRecipe(text), notes]).toEqual([recipe, []])
  expect(recipe.source?.sha256).toBe(await hashOf(ock))
  const first = await saveAs(ock, 'first.qcow2', recipe.edits, { expects: recipe.expects })
  const again = await saveAs(first, 'again.qcow2', recipe.edits, { expects: recipe.expects, idempotent: true })
  expect(await textOf(again, 3, '/srv/motd')).toBe('hello\n')
  const twice = await bench.run({
    kind: 'save-image',
    input: {
      source: first,
      edits: recipe.edits,
      expects: recipe.expects,
      target: { mode: 'new-file', output: path.join(bench.folder, 'never.qcow2'), replace: false },
    },
  })
  expect(twice.error?.code).toBe('recipe-mismatch')
  expect(twice.error?.toolOutput).toContain('expected the argument ignition.platform.id=qemu')
})

test('a recipe for another image is refused with every difference, before anything is written', async () => {
  const mbr = await bench.copy('mbr')
  const { recipe } = await bench.core.exportRecipe(ock, [
    { kind: 'kernel-args', entry: OCK_ENTRY, changes: [{ op: 'append', arg: 'quiet' }] },
    { kind: 'set-partition-type', partition: 2, type: 'BC13C2FF-59E6-4262-A352-B275FD6F7172' },
  ])
  const refusal = await failureOf(bench.core.previewEdits(mbr, recipe.edits, { expects: recipe.expects }))
  expect(refusal.code).toBe('recipe-mismatch')
  expect(refusal.data.toolOutput?.split('\n')).toHaveLength(2)
})

test('the shell script does the same work with guestfish and qemu-img', async () => {
  const edits: Edit[] = manyEdits().filter((edit) => edit.kind !== 'kernel-args' || edit.entry === '*')
  const script = path.join(bench.folder, 'the script.sh')
  await fs.writeFile(script, await bench.core.shellScript(ock, edits), { mode: 0o755 })
  const output = path.join(bench.folder, 'by script.qcow2')
  const host = await builderHost({ ...process.env, LIBGUESTFS_BACKEND: 'direct', LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' })
  await host.run('sh', [script, ock, output], {
    env: { LIBGUESTFS_BACKEND: 'direct', LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' },
    timeoutMs: 300_000,
  })
  const ours = await saveAs(ock, 'by us.qcow2', edits)
  for (const file of ['/srv/renamed', `/srv/it's a "file" 7 é.txt`, '/ostree/repo/config']) {
    expect(await textOf(output, 3, file)).toBe(await textOf(ours, 3, file))
  }
  const ids = async (image: string) => (await bench.core.listBootEntries(image)).entries.map(({ id, args }) => [id, args])
  expect(await ids(output)).toEqual(await ids(ours))
  expect((await bench.core.inspect(output)).partitions[0]?.type).toBe((await bench.core.inspect(ours)).partitions[0]?.type)
})

test('the published schema of recipes is that of the code', async () => {
  const published = path.resolve(import.meta.dirname, '../../resources/recipe.schema.json')
  expect(JSON.parse(await fs.readFile(published, 'utf8'))).toEqual(recipeJsonSchema())
})
