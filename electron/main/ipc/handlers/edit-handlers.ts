import path from 'node:path'
import type { Core } from '#core/core-api'
import { writeTextDurably } from '#core/files/durable-text'
import { chooseOutput, chooseRecipe, type DialogParent } from '../../host/dialogs.js'
import type { InputGrants } from '../input-grants.js'
import type { Handlers } from '../register-contract.js'

export type EditHandlers = Pick<
  Handlers,
  'edits.preview' | 'edits.recipe' | 'edits.script' | 'edits.saveText' | 'recipes.choose' | 'recipes.load'
>

export function editHandlers(core: Core, inputs: InputGrants, parent: DialogParent): EditHandlers {
  const load = async (file: string) => {
    const recipe = await core.readRecipe(file)
    inputs.grantEdits(recipe.edits)
    return { file, recipe }
  }
  return {
    'edits.preview': async ({ path: image, edits, expects }) => {
      inputs.assertEdits(edits)
      return core.previewEdits(image, edits, expects ? { expects } : {})
    },
    'edits.recipe': async ({ path: image, edits, bootTest = true }) => {
      inputs.assertEdits(edits)
      const { text, notes } = await core.exportRecipe(image, edits, { bootTest })
      return { text, notes }
    },
    'edits.script': async ({ path: image, edits }) => {
      inputs.assertEdits(edits)
      return { text: await core.shellScript(image, edits) }
    },
    'edits.saveText': async ({ source, suffix, extension, text }) => {
      const { dir, name } = path.parse(source)
      const chosen = await chooseOutput(
        parent,
        path.join(dir, `${name}${suffix}.${extension}`),
        extension === 'sh' ? 'Save script as' : 'Save recipe as',
      )
      if (chosen === null) return null
      // A script holds what it writes, passwords' hashes too.
      writeTextDurably(chosen.path, text, extension === 'sh' ? 0o700 : 0o644)
      return { path: chosen.path }
    },
    'recipes.choose': async () => {
      const file = await chooseRecipe(parent)
      return file === null ? null : load(file)
    },
    'recipes.load': ({ path: file }) => load(file),
  }
}
