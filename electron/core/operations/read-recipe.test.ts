import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRecipe } from './read-recipe.js'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-recipe-'))
  await fs.mkdir(path.join(folder, 'recipe/more'), { recursive: true })
  await fs.writeFile(path.join(folder, 'secret'), 'secret')
  await fs.writeFile(path.join(folder, 'recipe/beside'), 'beside')
  await fs.symlink('../../secret', path.join(folder, 'recipe/more/link'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function recipeWith(hostFile: string): Promise<string> {
  const file = path.join(folder, 'recipe/test.yaml')
  const edit = { kind: 'write-file', path: '/etc/motd', content: { hostFile } }
  await fs.writeFile(file, JSON.stringify({ diskwright: 1, edits: [edit] }))
  return file
}

test.each(['beside', './beside', 'more/not-there'])('%s lies beside the recipe', async (hostFile) => {
  const { edits } = await readRecipe(await recipeWith(hostFile))
  expect(edits).toMatchObject([{ content: { hostFile: path.join(folder, 'recipe', hostFile) } }])
})

test.each(['/etc/shadow', '../secret', 'more/link', 'more/../../secret', '../recipe-other/x'])(
  'a recipe may not bring in %s unless it is allowed to',
  async (hostFile) => {
    const file = await recipeWith(hostFile)
    await expect(readRecipe(file)).rejects.toMatchObject({ code: 'recipe-invalid' })
    expect((await readRecipe(file, { anyHostFile: true })).edits).toHaveLength(1)
  },
)
