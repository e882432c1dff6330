import path from 'node:path'
import { recipeJsonSchema } from '#shared/recipes/recipe'
import type { Command } from '../command.js'
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

export const recipeSchemaCommand: Command = {
  name: 'recipe schema',
  summary: 'JSON Schema of recipes',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright recipe schema > recipe.schema.json'],
  async run(_input, { print }) {
    const schema = recipeJsonSchema()
    print.result(schema)
    for (const line of JSON.stringify(schema, null, 2).split('\n')) print.line(line)
    return EXIT.ok
  },
}
