import { parseDocument, stringify } from 'yaml'
import { AppError } from '../errors/app-error.js'
import { checkRecipe, type Recipe } from './recipe.js'

const MAX_CHARS = 64 * 1024 * 1024
/** A recipe has no use for aliases; some hundreds of them can stand for gigabytes ("billion laughs"). */
const MAX_ALIASES = 0

/**
 * Reads a recipe from YAML or JSON text.
 * @throws AppError `recipe-invalid`
 */
export function parseRecipe(text: string): Recipe {
  if (text.length > MAX_CHARS) throw new AppError('recipe-invalid', { details: { reason: 'it is larger than 64 MiB' } })
  const document = parseDocument(text, { prettyErrors: true, version: '1.2', uniqueKeys: true })
  const [problem] = document.errors
  if (problem)
    throw new AppError('recipe-invalid', { details: { reason: problem.message.split('\n')[0] ?? '' }, toolOutput: problem.message })
  return checkRecipe(toData(document))
}

function toData(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (thrown) {
    throw new AppError('recipe-invalid', { details: { reason: thrown instanceof Error ? thrown.message : String(thrown) } })
  }
}

/** A recipe as YAML; texts of several lines as blocks. */
export function printRecipe(recipe: Recipe): string {
  return stringify(recipe, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false })
}
