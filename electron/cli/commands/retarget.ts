import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { FORMATS, findSubformat } from '#shared/images/formats'
import { platformFacts } from '#shared/platforms/plan-retarget'
import { PLATFORM_ARCHES, type PlatformRow } from '#shared/platforms/platform'
import { findPlatform, PLATFORMS } from '#shared/platforms/platforms'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { closest } from '#shared/text/closest'
import { choiceOf } from '../choice.js'
import { type Command, type CommandInput, UsageError } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table } from '../print.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'
import { targetOfName } from '../target-format.js'

const EXTRAS = ['default', 'all', 'none'] as const

export const retargetCommand: Command = {
  name: 'retarget',
  summary: 'Make an image fit a platform: arguments, consoles, GRUB, format',
  positionals: 'IMAGE',
  needs: '--platform P -o OUT|--in-place',
  counts: { min: 1, max: 1 },
  options: {
    platform: { type: 'string', value: 'P', help: "Platform, as 'diskwright platforms' lists them" },
    arch: { type: 'string', value: 'ARCH', help: `Architecture of the image, where it is not found: ${PLATFORM_ARCHES.join(', ')}` },
    extras: { type: 'string', value: 'E', help: `Recommended arguments of the platform: ${EXTRAS.join(', ')}` },
    ...SAVE_OPTIONS,
    to: { type: 'string', value: 'FORMAT[:SUB]', help: 'Format of OUT (default: what its name says, else what the platform takes)' },
  },
  examples: [
    'diskwright retarget disk.qcow2 --platform vmware --dry-run',
    'diskwright retarget disk.qcow2 --platform azure -o azure.vhd',
    'diskwright retarget disk.qcow2 --platform oci --in-place',
  ],
  async run(input, context) {
    const { core, print, signal } = context
    const source = path.resolve(input.positionals[0] ?? '')
    const row = platformOf(input.text('platform'))
    if (row === undefined) throw new UsageError("say for which platform: --platform P ('diskwright platforms' lists them)")
    const edit: Extract<Edit, { kind: 'retarget' }> = { kind: 'retarget', platform: row.id, ...choices(input) }
    const target = withPlatformFormat(input, row)
    checkSaveOptions(target)
    const plan = await core.planRetarget(source, row.id, { ...choices(input), signal })
    for (const line of planLines(plan)) print.line(line)
    for (const note of packingNotes(target, row)) print.line(`Note: ${note}`)
    print.line()
    return saveEdits(context, target, source, [edit])
  },
}

export const platformsCommand: Command = {
  name: 'platforms',
  summary: 'Platforms that an image can be made for, and what each takes',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright platforms', 'diskwright platforms --json'],
  async run(_input, { print }) {
    print.result(PLATFORMS.map((row) => ({ ...platformFacts(row), ignitionId: row.ignitionId, consoles: row.consoles })))
    for (const line of table([['Id', 'Name', 'Image', 'Ignition'], ...PLATFORMS.map(platformLine)])) print.line(line)
    return EXIT.ok
  },
}

function platformLine(row: PlatformRow): string[] {
  const { image } = row
  const names = [row.ignitionId.default, ...Object.entries(row.ignitionId.byOs ?? {}).map(([os, id]) => `${id} (${os})`)]
  const disk = image === null ? '-' : `${FORMATS[image.format].label} ${image.subformat}`
  return [row.id, row.name, image?.container ? `${disk} in ${image.container}` : disk, names.join(', ')]
}

/** The platform that a word means: ours, or what Ignition calls it. Undefined without a word. Throws `UsageError`. */
export function platformOf(word: string | undefined): PlatformRow | undefined {
  if (word === undefined) return undefined
  const row = findPlatform(word.toLowerCase(), 'other')
  if (row) return row
  const meant = closest(
    word.toLowerCase(),
    PLATFORMS.map(({ id }) => id),
  )
  throw new UsageError(
    `unknown platform ${word}${meant === undefined ? "; 'diskwright platforms' lists them" : `; did you mean ${meant}?`}`,
  )
}

function choices(input: CommandInput): Pick<Extract<Edit, { kind: 'retarget' }>, 'arch' | 'extras'> {
  const arch = choiceOf(input, 'arch', PLATFORM_ARCHES)
  const extras = choiceOf(input, 'extras', EXTRAS)
  return { ...(arch === undefined ? {} : { arch }), ...(extras === undefined ? {} : { extras }) }
}

/** The same input, with `--to` as the platform wants it where the user does not say and the name of the output does not either. */
export function withPlatformFormat(input: CommandInput, row: PlatformRow): CommandInput {
  const output = input.text('output')
  const { image } = row
  if (output === undefined || input.text('to') !== undefined || image === null) return input
  const named = targetOfName(output)
  if (named !== undefined && named.format !== image.format) return input
  if (!findSubformat(image.format, image.subformat)) return input
  const to = `${image.format}:${image.subformat}`
  return { ...input, text: (name) => (name === 'to' ? to : input.text(name)) }
}

function packingNotes(input: CommandInput, { name, image }: PlatformRow): string[] {
  if (image === null || image.container === null || input.text('output') === undefined) return []
  const written = input.text('to') ?? `${image.format}:${image.subformat}`
  return [`${name} takes the disk packed as ${image.container}; what is written is the disk itself (${written.replace(':', ', ')})`]
}

function planLines(plan: RetargetPlanReport): string[] {
  const { platform, current, perEntry, imageAdvice, offered, notes } = plan
  const id = plan.ignitionId === null ? '' : `, ignition.platform.id=${plan.ignitionId}`
  return [
    `${current === null ? 'Unknown platform' : current} -> ${platform.name} (${plan.arch}${plan.archFrom === 'assumed' ? ', assumed' : ''}${id})`,
    ...(plan.ownTable ? ["The image's own table /boot/coreos/platforms.json says what it takes."] : []),
    ...perEntry.flatMap((entry) => [
      `${entry.isDefault ? '*' : ' '} ${entry.title}${entry.problem === null ? '' : ` (stays as it is: ${entry.problem})`}`,
      ...entry.leaves.map((arg) => `    - ${arg}`),
      ...entry.arrives.map((arg) => `    + ${arg}`),
      ...entry.moves.map((arg) => `    ~ ${arg} (moves)`),
    ]),
    ...imageAdvice.map((advice) => `${advice.severity}: ${advice.text}`),
    ...offered.map(({ arg, why }) => `with --extras all: ${arg} (${why})`),
    ...notes.map((note) => `Note: ${note}`),
  ]
}
