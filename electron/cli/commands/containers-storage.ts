import type { ContainerStorage, StoredContainer, StoredImage } from '#shared/containers/container-requests'
import { AppError } from '#shared/errors/app-error'
import { formatBytes } from '#shared/text/bytes'
import { type Command, type CommandContext, UsageError } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { table } from '../print.js'

/** What podman shows of an id, and the least that is taken for one. */
const SHORT_ID = 12
const LEAST_ID = 4

export const containersStorageCommand: Command = {
  name: 'containers storage',
  summary: 'Images and containers that podman keeps on this machine, what they take, and which of them Diskwright made',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: {},
  examples: ['diskwright containers storage', 'diskwright containers storage --json'],
  async run(_input, { core, print, signal }) {
    const storage = await core.containers.storage(signal)
    print.result(storage)
    for (const line of describeStorage(storage)) print.line(line)
    if (storage.isToolMissing === true) return EXIT.toolMissing
    return storage.problem === null ? EXIT.ok : EXIT.failed
  },
}

export const containersRemoveCommand: Command = {
  name: 'containers rm',
  summary: "Remove images and containers from podman's storage; never by force, and never one that is in use",
  positionals: 'ID|NAME…',
  counts: { min: 1, max: 1000 },
  options: { yes: { type: 'boolean', help: 'Remove them; without it they are only shown' } },
  examples: ['diskwright containers rm 3f2a8c1b9d0e', 'diskwright containers rm localhost/disk:1 --yes'],
  async run(input, context) {
    const storage = await readStorage(context)
    const found = input.positionals.map((wanted) => findStored(storage, wanted))
    const images = found.flatMap(({ image }) => image?.id ?? [])
    const containers = found.flatMap(({ container }) => container?.id ?? [])
    return remove(context, storage, { images, containers }, input.flag('yes'))
  },
}

export const containersPruneCommand: Command = {
  name: 'containers prune',
  summary: "Remove what Diskwright itself made in podman's storage and nothing uses any more",
  positionals: '',
  counts: { min: 0, max: 0 },
  options: { yes: { type: 'boolean', help: 'Remove it; without it it is only shown' } },
  examples: ['diskwright containers prune', 'diskwright containers prune --yes'],
  async run(input, context) {
    const storage = await readStorage(context)
    return remove(context, storage, await context.core.containers.pruneList(), input.flag('yes'))
  },
}

/** The storage in lines for people. */
function describeStorage({ problem, root, driver, images, containers }: ContainerStorage): string[] {
  if (problem !== null) return [problem]
  const imageRows = images.map((image) => [
    image.id.slice(0, SHORT_ID),
    nameOf(image),
    formatBytes(image.bytes),
    image.createdAt ?? '-',
    image.architecture ?? '-',
    imageWords(image),
  ])
  const containerRows = containers.map((container) => [
    container.id.slice(0, SHORT_ID),
    container.name,
    container.bytes === null ? '-' : formatBytes(container.bytes),
    container.state,
    container.image,
    container.isOurs ? 'made by Diskwright' : '',
  ])
  return [
    `${root ?? '?'} (${driver ?? '?'})`,
    ...(images.length === 0 ? ['No images.'] : table([['Image', 'Name', 'Size', 'Made', 'For', ''], ...imageRows], [2])),
    ...(containers.length === 0 ? ['No containers.'] : table([['Container', 'Name', 'Size', 'State', 'Image', ''], ...containerRows], [2])),
  ]
}

/** The one image or container that is meant: by its name, or by the beginning of its id. Throws `UsageError`. */
function findStored(
  { images, containers }: ContainerStorage,
  wanted: string,
): { readonly image?: StoredImage; readonly container?: StoredContainer } {
  const isId = (id: string): boolean => wanted.length >= LEAST_ID && id.startsWith(wanted.replace(/^sha256:/, ''))
  const isName = (reference: string): boolean => reference === wanted || reference === `containers-storage:${wanted}`
  const found = [
    ...containers.filter(({ id, name }) => name === wanted || isId(id)).map((container) => ({ container })),
    ...images.filter(({ id, references }) => references.some(isName) || isId(id)).map((image) => ({ image })),
  ]
  const [first, ...more] = found
  if (!first) throw new UsageError(`there is no image or container ${wanted}; 'diskwright containers storage' lists them`)
  if (more.length > 0) throw new UsageError(`${wanted} may be one of ${found.length} images and containers: say more of its id`)
  return first
}

async function readStorage({ core, signal }: CommandContext): Promise<ContainerStorage> {
  const storage = await core.containers.storage(signal)
  if (storage.isToolMissing === true)
    throw new AppError('tool-missing', {
      details: { tool: 'podman', package: 'podman' },
      actions: [{ kind: 'install-tool', tool: 'podman' }],
    })
  if (storage.problem !== null) throw new AppError('tool-failed', { details: { tool: 'podman', problem: storage.problem } })
  return storage
}

async function remove(
  { core, print }: CommandContext,
  storage: ContainerStorage,
  what: { readonly images: readonly string[]; readonly containers: readonly string[] },
  isAgreed: boolean,
): Promise<ExitCode> {
  const chosen = {
    ...storage,
    images: storage.images.filter(({ id }) => what.images.includes(id)),
    containers: storage.containers.filter(({ id }) => what.containers.includes(id)),
  }
  if (chosen.images.length + chosen.containers.length === 0) {
    print.result({ removed: [], left: [] })
    print.line('There is nothing to remove.')
    return EXIT.ok
  }
  for (const line of describeStorage(chosen)) print.line(line)
  if (!isAgreed) throw new UsageError('nothing was removed; with --yes these are')
  const left = await core.containers.removeStored(what)
  const removed = [...what.containers, ...what.images].filter((id) => left.every((one) => one.id !== id))
  print.result({ removed, left })
  print.line(`Removed: ${removed.length}`)
  for (const { id, reason } of left) print.note(`Not removed: ${id.slice(0, SHORT_ID)}: ${reason}`)
  return left.length === 0 ? EXIT.ok : EXIT.failed
}

function nameOf({ references }: StoredImage): string {
  return references.map((reference) => reference.replace('containers-storage:', '')).join(', ') || '-'
}

function imageWords({ isBootable, isOurs, usedBy }: StoredImage): string {
  return [isBootable ? 'bootable' : '', isOurs ? 'made by Diskwright' : '', usedBy.length === 0 ? '' : `used by ${usedBy.join(', ')}`]
    .filter(Boolean)
    .join(', ')
}
