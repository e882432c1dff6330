import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { DIGESTS, type DigestName, type MachineChoice, machineSchema } from '#shared/jobs/convert-request'
import { ARTIFACT_IDS, type ArtifactId } from '#shared/platforms/artifact-ids'
import { artifactOfPlatform } from '#shared/platforms/artifacts'
import { closest } from '#shared/text/closest'
import { oneOf } from './choice.js'
import { type CommandContext, type CommandInput, UsageError } from './command.js'
import { platformOf } from './commands/retarget.js'
import { memoryMibOf } from './memory-option.js'

/** What the options of a conversion ask for, whatever number of results it has. */
export interface ConvertAsk {
  readonly artifacts: readonly ArtifactId[]
  readonly edits: readonly Edit[]
  readonly machine: MachineChoice | undefined
  readonly digests: readonly DigestName[]
}

/** Throws `UsageError`, and what reading the recipe throws, also when an image is not what it expects. */
export async function readConvertAsk(input: CommandInput, context: CommandContext): Promise<ConvertAsk> {
  if (input.flag('retarget') && input.flag('no-retarget')) throw new UsageError('--retarget and --no-retarget contradict each other')
  return { artifacts: artifactsOf(input), machine: machineOf(input), digests: digestsOf(input), edits: await editsOf(input, context) }
}

function artifactsOf(input: CommandInput): ArtifactId[] {
  const words = input.texts('for').flatMap((text) => text.split(',').filter((word) => word !== ''))
  const named = words.map(artifactOf)
  const places = input.texts('platform').flatMap((text) => text.split(',').filter((word) => word !== ''))
  return [...new Set([...named, ...places.map(artifactForPlatform)])]
}

function artifactOf(word: string): ArtifactId {
  const found = ARTIFACT_IDS.find((id) => id === word.toLowerCase())
  if (found) return found
  const meant = closest(word.toLowerCase(), ARTIFACT_IDS)
  throw new UsageError(`unknown preset ${word}${meant === undefined ? "; 'diskwright artifacts' lists them" : `; did you mean ${meant}?`}`)
}

function artifactForPlatform(word: string): ArtifactId {
  const row = platformOf(word)
  const found = row && artifactOfPlatform(row.id)
  if (found) return found.id
  throw new UsageError(`there is no preset for ${row?.name ?? word}: give --to FORMAT`)
}

function digestsOf(input: CommandInput): DigestName[] {
  const words = input.texts('digest').flatMap((text) => text.split(',').map((word) => oneOf('digest', word, DIGESTS)))
  return DIGESTS.filter((name) => words.includes(name))
}

function machineOf(input: CommandInput): MachineChoice | undefined {
  const memory = input.text('memory')
  const given = {
    hardwareVersion: numberOf(input, 'hardware-version'),
    cpus: numberOf(input, 'cpus'),
    memoryMib: memory === undefined ? undefined : memoryMibOf(memory),
    firmware: input.text('firmware'),
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  if (Object.keys(said).length === 0) return undefined
  const parsed = machineSchema.safeParse(said)
  if (parsed.success) return parsed.data
  throw new UsageError(parsed.error.issues.map(({ path: place, message }) => `${OPTION_OF[String(place[0])] ?? ''}: ${message}`).join('; '))
}

const OPTION_OF: Readonly<Record<string, string>> = {
  hardwareVersion: '--hardware-version',
  cpus: '--cpus',
  memoryMib: '--memory',
  firmware: '--firmware',
}

function numberOf(input: CommandInput, option: string): number | undefined {
  const text = input.text(option)
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw new UsageError(`--${option} wants a number, not ${text}`)
  return Number(text)
}

async function editsOf(input: CommandInput, { core, signal }: CommandContext): Promise<readonly Edit[]> {
  const file = input.text('recipe')
  if (file === undefined) return []
  const recipe = await core.readRecipe(path.resolve(file), { anyHostFile: input.flag('allow-host-files') })
  for (const image of recipe.expects === undefined ? [] : input.positionals) {
    await core.previewEdits(path.resolve(image), recipe.edits, { expects: recipe.expects ?? [], idempotent: true, signal })
  }
  return recipe.edits
}
