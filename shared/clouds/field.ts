import { z } from 'zod'

/** What a wizard and `--set` fill in. A secret's value is a reference (see `secretReferenceSchema`), never the secret itself. */
export const fieldValueSchema = z.union([
  z.string().max(100_000),
  z.number(),
  z.boolean(),
  z.array(z.string().max(4096)).max(1000),
  z.record(z.string().max(256), z.string().max(4096)),
])
export type FieldValue = z.infer<typeof fieldValueSchema>
export const fieldValuesSchema = z.record(z.string().max(64), fieldValueSchema)
export type FieldValues = z.infer<typeof fieldValuesSchema>

/**
 * Where a secret is: kept for this session or in the keyring by the window, or, at the command line, in a variable of the environment or a
 * file. `session:` and `keyring:` are followed by the name it was kept under.
 */
export const secretReferenceSchema = z.string().regex(/^(session|keyring|env|file):.+$/, 'not a reference to a secret')

/**
 * `remote-select`: the choices are asked for at the provider (`clouds.choices`), and what is typed is taken as well. `file`: absolute path of a
 * file that the user chose. `tags`: a record of names and values. `list`: several texts.
 */
export const FIELD_KINDS = ['text', 'secret', 'select', 'remote-select', 'bool', 'int', 'file', 'tags', 'list'] as const
export type FieldKind = (typeof FIELD_KINDS)[number]

/**
 * Steps of the wizard that fields belong to. Two are folded: `connection` at the account, as the live lists after it are asked for by it, and
 * `advanced` on the step before the checks.
 */
export const FIELD_GROUPS = ['account', 'connection', 'destination', 'image', 'advanced'] as const
export type FieldGroup = (typeof FIELD_GROUPS)[number]

export interface FieldChoice {
  readonly value: string
  readonly label: string
  /** One line of what to know of it. */
  readonly help?: string
}

/** One thing to fill in, as the window draws it and `diskwright upload --fields` prints it. Plain data. */
export interface Field {
  readonly id: string
  readonly label: string
  readonly kind: FieldKind
  readonly group: FieldGroup
  readonly required?: boolean
  /** What is taken where nothing is filled in; what is known of the image decides it often. */
  readonly default?: FieldValue
  readonly help?: string
  readonly placeholder?: string
  /** Regular expression that the whole text has to match, and what to say when it does not. */
  readonly pattern?: { readonly re: string; readonly message: string }
  readonly min?: number
  readonly max?: number
  /** Of a `select`. */
  readonly choices?: readonly FieldChoice[]
  /** Fields that the choices of a `remote-select` depend on: they are asked for again when one of these changes. */
  readonly dependsOn?: readonly string[]
}

/** A choice that a provider was asked for. */
export const fieldChoiceSchema = z.object({ value: z.string(), label: z.string(), help: z.string().optional() })

export const fieldSchema = z.object({
  id: z.string(),
  label: z.string(),
  kind: z.enum(FIELD_KINDS),
  group: z.enum(FIELD_GROUPS),
  required: z.boolean().optional(),
  default: fieldValueSchema.optional(),
  help: z.string().optional(),
  placeholder: z.string().optional(),
  pattern: z.object({ re: z.string(), message: z.string() }).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  choices: z.array(fieldChoiceSchema).optional(),
  dependsOn: z.array(z.string()).optional(),
})
