import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { convertDefinition, makeFolders, makeRunner } from './testing/job-fixture.js'

test('no secret of an edit stands in the record of a job; a retry has it while the app runs, and is refused without it', async () => {
  const folders = makeFolders()
  const passwordHash = `$6$salt$${'x'.repeat(86)}`
  const edit: Edit = { kind: 'user', name: 'ada', groups: [], sudo: 'none', passwordHash }
  const seen: unknown[] = []
  const source = path.join(folders.root, 'a')
  fs.writeFileSync(source, 'a')
  const definitions = {
    ...convertDefinition(async () => Promise.reject(new AppError('internal'))),
    'save-image': {
      title: () => 'Save',
      steps: () => [{ id: 'write', title: 'Write', weight: 1 }],
      locks: () => ({ reads: [source], writes: [] }),
      run: async (input: { edits: readonly Edit[] }) => {
        seen.push(...input.edits)
        return Promise.reject(new AppError('engine-failed'))
      },
    },
  }
  const { runner } = await makeRunner(folders.dirs, definitions)
  try {
    const target = { mode: 'new-file' as const, output: path.join(folders.root, 'out'), replace: false }
    const first = await runner.wait(runner.start({ kind: 'save-image', input: { source, edits: [edit], target } }).id)
    await runner.wait(runner.retry(first.id).id)
    expect(seen).toEqual([edit, edit])
    const records = fs.readdirSync(folders.dirs.state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(records.length).toBeGreaterThan(0)
    for (const entry of records) expect(fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8')).not.toContain(passwordHash)
    await runner.close()

    const later = await makeRunner(folders.dirs, definitions)
    expect(() => later.runner.retry(first.id)).toThrow(expect.objectContaining({ code: 'bad-input' }))
    // What is left of it is a text as good as any other: no job may write it into an image.
    const kept: Edit = { kind: 'ignition-config', config: '(left out)', delivery: 'auto' }
    expect(() => later.runner.start({ kind: 'save-image', input: { source, edits: [kept], target } })).toThrow(
      expect.objectContaining({ code: 'bad-input' }),
    )
    await later.runner.close()
  } finally {
    await runner.close()
    folders.remove()
  }
})
