import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { BootEntry } from '#shared/boot/boot-entry'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import { type Edit, type EditOf, editSchema } from '#shared/edits/edit'
import { describeEdit } from '#shared/edits/describe-edit'
import type { FileContent } from '#shared/edits/file-edits'
import { secretFields } from '#shared/edits/secrets'
import { AppError } from '#shared/errors/app-error'
import type { ImageInfo } from '#shared/images/image-info'
import type { Expectation } from '#shared/recipes/expectation'
import type { Recipe } from '#shared/recipes/recipe'
import { recipeBootTest } from '#shared/recipes/recipe-boot-test'

/** Files of this machine up to this size become part of the recipe; larger ones are named with their SHA-256. */
const INLINE_BYTES = 1024 * 1024

export interface RecipeFacts {
  readonly info: ImageInfo
  readonly entries: readonly BootEntry[]
  readonly tools: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** The boot test that was run of this image with these edits; undefined where none was. */
  readonly bootTest?: BootTestInput | undefined
}

/**
 * The recipe that makes of another image what the edits make of this one, and what it left out. The source is hashed whole, which
 * takes a while for a large one. What the edits rely on stands in `expects`, so that another image is refused with the difference.
 */
export async function exportRecipe(edits: readonly Edit[], facts: RecipeFacts): Promise<{ recipe: Recipe; notes: string[] }> {
  const { info, entries } = facts
  const notes: string[] = []
  const portable: Edit[] = []
  const named = new Map<string, string>()
  for (const edit of edits) {
    // What a file of this machine holds is known once it is read.
    const whole = await withContent(edit, named, notes)
    const clean = withoutSecrets(whole)
    const fields = secretFields(whole)
    const what = clean === null ? 'the whole edit' : fields.join(', ')
    if (fields.length > 0) notes.push(`${describeEdit(edit, entries)}: left out ${what}, because recipes hold no secrets.`)
    if (clean !== null) portable.push(clean)
  }
  if (portable.length === 0)
    throw new AppError('bad-input', { details: { reason: 'nothing of these edits can be in a recipe' }, toolOutput: notes.join('\n') })
  const expects = edits.flatMap((edit) => expectationsOf(edit, entries, info))
  const recipe: Recipe = {
    diskwright: 1,
    name: `Edits of ${info.name}`,
    source: {
      name: info.name,
      sha256: await hashOf(info.path, facts.signal),
      ...(info.osName === null ? {} : { os: info.osName }),
      format: info.format,
    },
    tools: { ...facts.tools },
    ...(expects.length === 0 ? {} : { expects: distinct(expects) }),
    edits: portable,
    ...bootTestOf(facts.bootTest, notes),
  }
  return { recipe, notes }
}

function bootTestOf(input: BootTestInput | undefined, notes: string[]): Pick<Recipe, 'bootTest'> {
  if (input === undefined) return {}
  const { bootTest, isWhole } = recipeBootTest(input)
  if (!isWhole)
    notes.push('The boot test: left out what it told the guest on its first boot and its disc, because recipes hold no secrets.')
  return { bootTest }
}

/** What these do depends on what is in the partition. */
function namesPartition(edit: Edit): edit is EditOf<'set-partition-type' | 'set-fs-uuid' | 'grow-partition' | 'shrink-partition'> {
  return ['set-partition-type', 'set-fs-uuid', 'grow-partition', 'shrink-partition'].includes(edit.kind)
}

function expectationsOf(edit: Edit, entries: readonly BootEntry[], info: ImageInfo): Expectation[] {
  if (edit.kind === 'kernel-args' && edit.entry !== '*') {
    const entry = entries.find((one) => (edit.entry === 'default' ? one.isDefault : one.id === edit.entry))
    const relied = edit.changes.flatMap((change) =>
      change.op === 'delete' ? [change.arg] : change.op === 'replace' ? [`${change.key}=${change.from}`] : [],
    )
    // An argument that an edit before it brought is no matter of the image.
    const has = relied.filter((arg) => entry?.args.includes(arg))
    return [{ kind: 'boot-entry', entry: edit.entry, ...(has.length === 0 ? {} : { has }) }]
  }
  if (namesPartition(edit)) {
    const partition = info.partitions.find(({ number }) => number === edit.partition)
    if (!partition?.filesystem) return []
    const { kind, type, label } = partition.filesystem
    const filesystem = kind === 'fat' ? 'vfat' : type
    return [{ kind: 'partition', partition: edit.partition, filesystem, ...(label ? { label } : {}) }]
  }
  return []
}

/** The edit without what only the owner may know; null where nothing is left of it. */
function withoutSecrets(edit: Edit): Edit | null {
  const fields = secretFields(edit)
  const rest = Object.fromEntries(Object.entries(edit).filter(([name]) => !fields.includes(name)))
  const parsed = editSchema.safeParse(rest)
  return parsed.success ? parsed.data : null
}

async function withContent(edit: Edit, named: Map<string, string>, notes: string[]): Promise<Edit> {
  if (edit.kind !== 'write-file' || !('hostFile' in edit.content)) return edit
  const { hostFile } = edit.content
  const { size } = await stat(hostFile)
  if (size <= INLINE_BYTES) return { ...edit, content: inline(await readFile(hostFile)) }
  const name = nameBeside(hostFile, named)
  notes.push(`${hostFile} is too large to be part of the recipe: put a copy named ${name} beside the recipe.`)
  return { ...edit, content: { hostFile: name, sha256: await hashOf(hostFile, undefined) } }
}

/** A name for a file in the folder of the recipe; two files of one name get different ones. */
function nameBeside(hostFile: string, named: Map<string, string>): string {
  const base = path.basename(hostFile)
  const free = (count: number): string => {
    const name = count === 1 ? base : `${count}-${base}`
    return (named.get(name) ?? hostFile) === hostFile ? name : free(count + 1)
  }
  const name = free(1)
  named.set(name, hostFile)
  return name
}

function inline(bytes: Buffer): FileContent {
  return isUtf8(bytes) && !bytes.includes(0) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
}

function distinct(expects: readonly Expectation[]): Expectation[] {
  return [...new Map(expects.map((expected) => [JSON.stringify(expected), expected])).values()]
}

async function hashOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash, signal ? { signal } : {})
  return hash.digest('hex')
}
