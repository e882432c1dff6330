import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGES = ['oci-core', 'oci-objectstorage'].map((name) =>
  fileURLToPath(new URL(`../../node_modules/${name}/lib/model/`, import.meta.url)),
)

interface Model {
  readonly name: string
  readonly base: string | null
  readonly fields: ReadonlyMap<string, { readonly type: string; readonly isRequired: boolean }>
  readonly enums: ReadonlyMap<string, readonly string[]>
  /** `sourceType = "objectStorageTuple"`: how one of several models is told. */
  readonly marks: ReadonlyMap<string, string>
}

/**
 * What is wrong with a request's body by the models that Oracle generates from its own specification and ships with its SDK: unknown and
 * missing fields, values that are in no enumeration, wrong kinds. Null when it fits. Only types are read, nothing of the SDK is run.
 */
export function ociModelProblem(name: string, body: unknown): string | null {
  const model = modelOf(name)
  if (model === null) return `There is no model ${name}`
  return objectProblem(model, body, name)
}

const known = new Map<string, Model | null>()

function modelOf(name: string): Model | null {
  const found = known.get(name)
  if (found !== undefined) return found
  const file = `${name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()}.d.ts`
  const folder = PACKAGES.find((one) => fs.existsSync(path.join(one, file)))
  const model = folder === undefined ? null : readModel(name, fs.readFileSync(path.join(folder, file), 'utf8'))
  known.set(name, model)
  return model
}

function readModel(name: string, text: string): Model {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, '')
  const [, base = null, inside = ''] =
    new RegExp(`export interface ${name}(?: extends model\\.(\\w+))? \\{([\\s\\S]*?)\\n\\}`).exec(plain) ?? []
  const fields = [...inside.matchAll(/^ {4}"(\w+)"(\??): (\{[\s\S]*?^ {4}\}|[^\n]*?);$/gm)].map(
    ([, field = '', optional, type = '']) => [field, { type: type.replace(/\s+/g, ' '), isRequired: optional !== '?' }] as const,
  )
  const enums = [...plain.matchAll(/enum (\w+) \{([^}]*)\}/g)].map(
    ([, enumeration = '', values = '']) =>
      [`${name}.${enumeration}`, [...values.matchAll(/= "([^"]*)"/g)].map(([, value = '']) => value)] as const,
  )
  const marks = [...plain.matchAll(/const (\w+) = "([^"]*)"/g)].map(([, field = '', value = '']) => [field, value] as const)
  return { name, base: base ?? null, fields: new Map(fields), enums: new Map(enums), marks: new Map(marks) }
}

function objectProblem(model: Model, value: unknown, at: string): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} is no object`
  const fields = fieldsOf(model)
  for (const [name, inner] of Object.entries(value)) {
    const field = fields.get(name)
    if (field === undefined) return `${at} has a field ${name} that ${model.name} does not know`
    const problem = valueProblem(field.type, inner, `${at}.${name}`)
    if (problem !== null) return problem
  }
  const missing = [...fields].find(([name, { isRequired }]) => isRequired && !(name in value))?.[0]
  return missing === undefined ? null : `${at} lacks ${missing}`
}

function fieldsOf(model: Model): ReadonlyMap<string, { readonly type: string; readonly isRequired: boolean }> {
  const base = model.base === null ? null : modelOf(model.base)
  return base === null ? model.fields : new Map([...fieldsOf(base), ...model.fields])
}

function valueProblem(type: string, value: unknown, at: string): string | null {
  const list = /^Array<(.*)>$/.exec(type)?.[1]
  if (list !== undefined) {
    if (!Array.isArray(value)) return `${at} is no list`
    return firstProblem(value.map((one, index) => () => valueProblem(list, one, `${at}[${index}]`)))
  }
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1]
  if (map !== undefined) {
    if (typeof value !== 'object' || value === null) return `${at} is no map`
    return firstProblem(
      Object.entries(value).map(
        ([key, one]) =>
          () =>
            valueProblem(map, one, `${at}.${key}`),
      ),
    )
  }
  if (type === 'string' || type === 'Date') return typeof value === 'string' ? null : `${at} is no text`
  if (type === 'number' || type === 'boolean') return typeof value === type ? null : `${at} is no ${type}`
  if (type === 'any') return null
  const models = type.split(' | ').flatMap((one) => /^model\.(\w+)$/.exec(one)?.[1] ?? [])
  if (models.length > 0) return oneOfProblem(models, value, at)
  const enumeration = modelOf(type.split('.')[0] ?? '')?.enums.get(type) ?? baseEnum(type)
  if (enumeration === undefined) return `${at} is of a kind that this test does not know: ${type}`
  return enumeration.includes(String(value)) ? null : `${at} is none of ${enumeration.join(', ')}`
}

function baseEnum(type: string): readonly string[] | undefined {
  const [name = '', enumeration = ''] = type.split('.')
  const base = modelOf(name)?.base
  return base === null || base === undefined ? undefined : modelOf(base)?.enums.get(`${base}.${enumeration}`)
}

/** The model whose mark the value bears, among those that are named and those that extend them. */
function oneOfProblem(names: readonly string[], value: unknown, at: string): string | null {
  const candidates = names.flatMap((name) => [name, ...extensionsOf(name)]).flatMap((name) => modelOf(name) ?? [])
  const marked = candidates.find(
    ({ marks }) => marks.size > 0 && [...marks].every(([field, mark]) => (value as Record<string, unknown> | null)?.[field] === mark),
  )
  const only = candidates.length === 1 ? candidates[0] : undefined
  const model = marked ?? only
  return model === undefined ? `${at} is none of ${names.join(', ')}` : objectProblem(model, value, at)
}

const extensions = new Map<string, readonly string[]>()

function extensionsOf(name: string): readonly string[] {
  const found = extensions.get(name)
  if (found !== undefined) return found
  const files = PACKAGES.flatMap((folder) =>
    fs
      .readdirSync(folder)
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => path.join(folder, file)),
  )
  const pattern = new RegExp(`export interface (\\w+) extends model\\.${name} `)
  const names = files.flatMap((file) => pattern.exec(fs.readFileSync(file, 'utf8'))?.[1] ?? [])
  extensions.set(name, names)
  return names
}

function firstProblem(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const problem = check()
    if (problem !== null) return problem
  }
  return null
}
