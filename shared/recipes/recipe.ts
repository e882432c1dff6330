import { z } from 'zod'
import { editSchema } from '../edits/edit.js'
import { AppError } from '../errors/app-error.js'
import { diskFormatSchema, imageFormatSchema } from '../images/image-info.js'
import { expectationSchema } from './expectation.js'
import { recipeBootTestSchema } from './recipe-boot-test.js'

/**
 * Version 1 of the recipe format: what was done to one image, to be done to another. It holds no path of the machine it was recorded
 * on but those of files that edits bring in, and no secret.
 */
export const recipeSchema = z
  .object({
    diskwright: z.literal(1),
    name: z.string().max(200).optional(),
    description: z.string().max(4000).optional(),
    /** What it was recorded on; told when it is applied to something else, never required. */
    source: z
      .object({
        name: z.string().optional(),
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
        os: z.string().optional(),
        format: imageFormatSchema.optional(),
      })
      .optional(),
    /** Versions of the tools it was recorded with, by name. */
    tools: z.record(z.string(), z.string()).optional(),
    /** What has to hold of the image; all of it is checked before anything is written. */
    expects: z.array(expectationSchema).max(1000).optional(),
    edits: z.array(editSchema).min(1).max(2000),
    /** Format of the result; default is that of the image. */
    target: z.object({ format: diskFormatSchema, subformat: z.string().optional() }).optional(),
    /** The result is booted in a throw-away machine, and has to come as far as this says. */
    bootTest: recipeBootTestSchema.optional(),
  })
  .strict()
export type Recipe = z.infer<typeof recipeSchema>

/**
 * Checks data, as read from YAML or JSON, against the schema.
 * @throws AppError `recipe-invalid` with the first places that are wrong
 */
export function checkRecipe(data: unknown): Recipe {
  const parsed = recipeSchema.safeParse(data)
  if (parsed.success) return parsed.data
  const reasons = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.map(String).join('.') || 'the recipe'}: ${issue.message}`)
  throw new AppError('recipe-invalid', { details: { reason: reasons.join('; ') } })
}

/** JSON Schema of recipes, as published in `resources/recipe.schema.json`. */
export function recipeJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(recipeSchema, { io: 'input' }), title: 'Diskwright recipe' }
}
