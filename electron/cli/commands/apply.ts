import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Recipe } from '#shared/recipes/recipe'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { bootResult, checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

/** For every command that reads a recipe. */
export const ALLOW_HOST_FILES = {
  type: 'boolean',
  help: 'Let the recipe bring in files of this machine from outside of its own folder',
} as const

export const applyCommand: Command = {
  name: 'apply',
  summary: 'Replay a recipe on an image. Exit code 1 when the result does not pass the boot test of the recipe',
  positionals: 'RECIPE IMAGE',
  needs: '-o OUT|--in-place',
  counts: { min: 2, max: 2 },
  options: {
    ...SAVE_OPTIONS,
    'allow-host-files': ALLOW_HOST_FILES,
    'no-boot-test': { type: 'boolean', help: 'Leave out the boot test that the recipe asks for' },
    idempotent: {
      type: 'boolean',
      help: 'Leave out edits that have their effect already; with --in-place and none left, only the boot test runs',
    },
  },
  examples: [
    'diskwright apply vmware.yaml ock-1.32.qcow2 -o vmware.qcow2',
    'diskwright apply vmware.yaml disk.qcow2 --dry-run',
    'diskwright apply vmware.yaml disk.qcow2 --in-place --idempotent',
  ],
  async run(input, context) {
    const [recipeFile = '', image = ''] = input.positionals
    checkSaveOptions(input)
    const { core, print } = context
    const recipe = await core.readRecipe(path.resolve(recipeFile), { anyHostFile: input.flag('allow-host-files') })
    if (recipe.name !== undefined) print.line(`Recipe: ${recipe.name}`)
    const bootTest = input.flag('no-boot-test') ? undefined : recipe.bootTest
    try {
      return await saveEdits(context, withTarget(input, recipe), path.resolve(image), recipe.edits, {
        ...(recipe.expects ? { expects: recipe.expects } : {}),
        ...(input.flag('idempotent') ? { idempotent: true } : {}),
        ...(bootTest ? { bootTest } : {}),
      })
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'nothing-to-save' || !input.flag('idempotent')) throw thrown
      print.line('Nothing to do: the image is what the recipe makes of it.')
      const result = { changed: false }
      // What the recipe promises of its result holds for this image too, which nobody may have booted yet.
      if (bootTest) return bootResult(context, path.resolve(image), bootTest, result)
      print.result(result)
      return EXIT.ok
    }
  },
}

/** The format that the recipe names, where the command line names none. */
function withTarget(input: Parameters<Command['run']>[0], recipe: Recipe): Parameters<Command['run']>[0] {
  const { target } = recipe
  if (!target || input.flag('in-place')) return input
  const to = target.subformat === undefined ? target.format : `${target.format}:${target.subformat}`
  return { ...input, text: (name) => (name === 'to' ? (input.text('to') ?? to) : input.text(name)) }
}
