import path from 'node:path'
import { recipeJsonSchema } from '#shared/recipes/recipe'
import type { Command } from '../command.js'
import { schemaCommand } from '../schema-command.js'
import { EXIT } from '../exit-codes.js'
import { ALLOW_HOST_FILES } from './apply.js'

export const recipeScriptCommand: Command = {
  name: 'recipe script',
  summary: 'What a recipe does to an image, as a shell script of guestfish and qemu-img',
  positionals: 'RECIPE IMAGE',
  counts: { min: 2, max: 2 },
  options: { 'allow-host-files': ALLOW_HOST_FILES },
  examples: ['diskwright recipe script vmware.yaml disk.qcow2 > vmware.sh'],
  async run(input, { core, print, signal }) {
    const [recipeFile = '', image = ''] = input.positionals
    const recipe = await core.readRecipe(path.resolve(recipeFile), { anyHostFile: input.flag('allow-host-files') })
    const script = await core.shellScript(path.resolve(image), recipe.edits, signal)
    print.result({ script })
    for (const line of script.replace(/\n$/, '').split('\n')) print.line(line)
    return EXIT.ok
  },
}

export const recipeSchemaCommand = schemaCommand('recipe schema', 'JSON Schema of recipes', 'recipe.schema.json', recipeJsonSchema)
