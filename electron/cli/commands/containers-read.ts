import type { Core } from '#core/core-api'
import type { ContainerImage, ContainerReport } from '#shared/containers/container-report'
import { platformText } from '#shared/containers/platform-match'
import { formatBytes } from '#shared/text/bytes'
import { ACCESS_OPTIONS, accessOf } from '../access-options.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { counted, table } from '../print.js'

const SIGNATURE_WORDS = {
  'not-required': 'none is asked for',
  verified: 'right',
  missing: 'MISSING',
  wrong: 'WRONG',
  refused: 'REFUSED',
  unchecked: 'NOT CHECKED',
} as const

const containersInspectCommand: Command = {
  name: 'containers inspect',
  summary: 'What a container image is: digest, platforms with their sizes, labels, signature; nothing of its content is fetched',
  positionals: 'REF',
  counts: { min: 1, max: 1 },
  options: ACCESS_OPTIONS,
  examples: ['diskwright containers inspect registry.example/os/boot:1.2', 'diskwright containers inspect --json oci-archive:image.tar'],
  async run(input, { core, print, signal }) {
    const reference = await meant(core, input.positionals[0] ?? '')
    const report = await core.containers.inspect(reference, { access: accessOf(input), signal })
    print.result(report)
    for (const line of describeContainer(report)) print.line(line)
    return EXIT.ok
  },
}

const containersTagsCommand: Command = {
  name: 'containers tags',
  summary: 'List the tags of a repository, the newest version first',
  positionals: 'REF',
  counts: { min: 1, max: 1 },
  options: { filter: { type: 'string', value: 'TEXT', help: 'Only tags that hold this text' }, ...ACCESS_OPTIONS },
  examples: ['diskwright containers tags registry.example/os/boot', 'diskwright containers tags registry.example/os/boot --filter 1.2'],
  async run(input, { core, print, signal }) {
    const reference = await meant(core, input.positionals[0] ?? '')
    const all = await core.containers.tags(reference, { access: accessOf(input), signal })
    const wanted = (input.text('filter') ?? '').toLowerCase()
    const tags = all.filter((tag) => tag.toLowerCase().includes(wanted))
    print.result(tags)
    for (const tag of tags) print.line(tag)
    if (tags.length === 0)
      print.note(all.length === 0 ? 'The repository has no tags.' : `None of its ${counted(all.length, 'tag')} holds that text.`)
    return EXIT.ok
  },
}

export const containerReadCommands: readonly Command[] = [containersInspectCommand, containersTagsCommand]

/** A report in lines for people. */
export function describeContainer(report: ContainerReport): string[] {
  const { reference, digest, isIndex, images, preferred, signature, mirror, plainHttp, notes } = report
  const rows = images.map((image) => [
    `${image.digest === preferred ? '*' : ' '} ${platformText(image.platform)}`,
    formatBytes(image.bytes),
    String(image.layers.length),
    image.createdAt?.slice(0, 10) ?? '-',
    image.digest,
  ])
  const shown = images.find((image) => image.digest === preferred)
  return [
    `${reference}: ${isIndex ? `index of ${counted(images.length, 'image')}` : kindWords(shown)}`,
    `  Digest: ${digest}`,
    ...table([['  Platform', 'Size', isLayered(images) ? 'Layers' : 'Files', 'Made', 'Digest'], ...rows], [1, 2]).map(
      (line) => `  ${line}`,
    ),
    ...(shown === undefined ? [] : labelLines(shown)),
    `  Signature: ${SIGNATURE_WORDS[signature.state]} (${signature.detail})`,
    ...(mirror === null ? [] : [`  Mirror: ${mirror}`]),
    ...(plainHttp ? ['  Warning: it came without TLS'] : []),
    ...notes.map((note) => `  Note: ${note}`),
  ]
}

function labelLines({ labels, layers }: ContainerImage): string[] {
  const titles = layers.flatMap(({ title, bytes }) => (title === null ? [] : [`  File: ${title}, ${formatBytes(bytes)}`]))
  const all = Object.entries(labels).map(([name, value]) => `  Label: ${name}=${value}`)
  return [...titles, ...all]
}

function isLayered(images: readonly ContainerImage[]): boolean {
  return images.some(({ kind }) => kind === 'image')
}

function kindWords(image: ContainerImage | undefined): string {
  if (image?.kind !== 'artifact') return 'image'
  return `artifact${image.artifactType === null ? '' : ` (${image.artifactType})`}`
}

/** The one reference that is meant; a short name of several registries stays one, and is looked for at each. */
async function meant(core: Core, text: string): Promise<string> {
  const { references } = await core.containers.resolve(text)
  const [only] = references
  return references.length === 1 && only !== undefined ? only : text
}
