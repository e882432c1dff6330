import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { hostFilesOf } from '#shared/edits/host-files'
import { AppError } from '#shared/errors/app-error'
import type { Recipe } from '#shared/recipes/recipe'
import { parseRecipe } from '#shared/recipes/recipe-text'
import { readText } from '../files/read-text.js'

export interface ReadRecipeOptions {
  /** Lets it bring in files from anywhere on this machine. */
  readonly anyHostFile?: boolean
}

/**
 * Reads a recipe; files that it brings in are named from the folder where it lies. They have to be in it or below: a recipe from
 * somebody else could bring in what only this user may read.
 * @throws AppError `recipe-invalid`, and as `readText`
 */
export async function readRecipe(file: string, { anyHostFile = false }: ReadRecipeOptions = {}): Promise<Recipe> {
  const recipe = parseRecipe(await readText(file))
  const folder = path.dirname(file)
  const edits = recipe.edits.map((edit) => resolveHostFile(edit, folder))
  if (!anyHostFile) await requireBeside(hostFilesOf(edits), folder)
  return { ...recipe, edits }
}

/** Links are followed: one beside the recipe can lead anywhere. */
async function requireBeside(files: readonly string[], folder: string): Promise<void> {
  const top = await realpath(folder)
  for (const file of files) {
    const real = await realpath(file).catch(() => path.resolve(top, path.relative(folder, file)))
    if (real.startsWith(top === '/' ? '/' : `${top}/`)) continue
    const reason = `it brings in ${file}, which is not in the folder of the recipe: copy it there, or allow host files if you trust the recipe (--allow-host-files)`
    throw new AppError('recipe-invalid', { details: { path: file, reason } })
  }
}

function resolveHostFile(edit: Edit, folder: string): Edit {
  if (edit.kind !== 'write-file' || !('hostFile' in edit.content)) return edit
  return { ...edit, content: { ...edit.content, hostFile: path.resolve(folder, edit.content.hostFile) } }
}
