import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { Recipe } from '#shared/recipes/recipe'
import { parseRecipe } from '#shared/recipes/recipe-text'

/** Reads a recipe; files that it brings in are named from the folder where it lies. Throws `file-not-found`, `recipe-invalid`. */
export async function readRecipe(file: string): Promise<Recipe> {
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new AppError('file-not-found', { details: { path: file }, cause: thrown })
  })
  const recipe = parseRecipe(text)
  return { ...recipe, edits: recipe.edits.map((edit) => resolveHostFile(edit, path.dirname(file))) }
}

function resolveHostFile(edit: Edit, folder: string): Edit {
  if (edit.kind !== 'write-file' || !('hostFile' in edit.content)) return edit
  return { ...edit, content: { ...edit.content, hostFile: path.resolve(folder, edit.content.hostFile) } }
}
