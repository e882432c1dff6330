import fs from 'node:fs/promises'
import path from 'node:path'
import type { EngineContent, EngineOperation } from '../engine.js'

export interface WrittenOperations {
  /** Files of this machine whose content is to be written; the guest reads them at these very places. */
  readonly hostFiles: readonly string[]
  readonly contentBytes: number
}

export interface WriteOptions {
  /**
   * How contents of this machine's files get to the guest: by a symbolic link, for a guest that runs with no more rights than the
   * user, or as a copy, for one that has more.
   */
  readonly hostFiles: 'link' | 'copy'
}

/**
 * Writes the operations as `guestSteps` reads them: in `ops`, a folder for each, numbered by place in the list, with a file for each
 * field; and beside these the order that they are carried out in.
 */
export async function writeOperations(
  folder: string,
  operations: readonly EngineOperation[],
  options: WriteOptions = { hostFiles: 'link' },
): Promise<WrittenOperations> {
  const ops = path.join(folder, 'ops')
  await fs.mkdir(ops, { recursive: true })
  await fs.writeFile(
    path.join(ops, 'order'),
    guestOrder(operations)
      .map((index) => `${index + 1}\n`)
      .join(''),
  )
  const filesystems = new Set(operations.flatMap((operation) => ('filesystem' in operation ? [operation.filesystem] : [])))
  await fs.writeFile(path.join(ops, 'filesystems'), [...filesystems].map((type) => `${type}\n`).join(''))
  const hostFiles = new Set<string>()
  let contentBytes = 0
  for (const [index, operation] of operations.entries()) {
    const own = path.join(ops, String(index + 1))
    await fs.mkdir(own)
    await Promise.all(textFields(operation).map(([name, value]) => fs.writeFile(path.join(own, name), value)))
    if (!('content' in operation)) continue
    const placed = await placeContent(path.join(own, 'content'), operation.content, options)
    if (placed.hostFile !== undefined) hostFiles.add(placed.hostFile)
    contentBytes += placed.bytes
  }
  return { hostFiles: [...hostFiles], contentBytes }
}

/** Places in the list, grouped by partition: every partition is mounted once, and within one the order stays. */
export function guestOrder(operations: readonly EngineOperation[]): number[] {
  const groups = new Map<number, number[]>()
  for (const [index, operation] of operations.entries()) {
    const partition = 'partition' in operation ? operation.partition : 0
    groups.set(partition, [...(groups.get(partition) ?? []), index])
  }
  return [...groups.values()].flat()
}

/** Every field that is not null, by its name in the interface; the mode in octal digits. */
function textFields(operation: EngineOperation): [string, string][] {
  const fields: [string, unknown][] = Object.entries(operation)
  return fields
    .filter(([name, value]) => name !== 'content' && value !== null)
    .map(([name, value]) => [name, name === 'mode' && typeof value === 'number' ? value.toString(8) : String(value)])
}

async function placeContent(place: string, content: EngineContent, options: WriteOptions): Promise<{ hostFile?: string; bytes: number }> {
  if (content instanceof Uint8Array) {
    await fs.writeFile(place, content)
    return { bytes: content.length }
  }
  const real = await fs.realpath(content.hostFile)
  const { size } = await fs.stat(real)
  if (options.hostFiles === 'copy') {
    await fs.copyFile(real, place, fs.constants.COPYFILE_FICLONE)
    return { bytes: size }
  }
  await fs.symlink(real, place)
  return { hostFile: real, bytes: size }
}
