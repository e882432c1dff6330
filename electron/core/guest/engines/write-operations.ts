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
 * Writes the operations as `guestSteps` reads them, below `ops`: `order`, the places in the list in the order that they are carried
 * out; `filesystems`, each type once; `fields`, a sequence of number, name and value, each ended by a NUL; `N/content`, new contents.
 * Few files, because every file that the guest opens costs time.
 */
export async function writeOperations(
  folder: string,
  operations: readonly EngineOperation[],
  options: WriteOptions = { hostFiles: 'link' },
): Promise<WrittenOperations> {
  const ops = path.join(folder, 'ops')
  await fs.mkdir(ops, { recursive: true })
  const filesystems = new Set(operations.flatMap((operation) => ('filesystem' in operation ? [operation.filesystem] : [])))
  const order = guestOrder(operations).map((index) => index + 1)
  const fields = operations.flatMap((operation, index) => textFields(operation).map(([name, value]) => `${index + 1}\0${name}\0${value}\0`))
  await Promise.all([
    fs.writeFile(path.join(ops, 'order'), asLines(order)),
    fs.writeFile(path.join(ops, 'filesystems'), asLines([...filesystems])),
    fs.writeFile(path.join(ops, 'fields'), fields.join('')),
  ])
  const placed = await Promise.all(
    operations.map(
      async (operation, index): Promise<Placed> =>
        'content' in operation ? placeContent(path.join(ops, String(index + 1)), operation.content, options) : { bytes: 0 },
    ),
  )
  const hostFiles = placed.flatMap((one) => one.hostFile ?? [])
  return { hostFiles: [...new Set(hostFiles)], contentBytes: placed.reduce((sum, one) => sum + one.bytes, 0) }
}

function asLines(words: readonly (string | number)[]): string {
  return words.map((word) => `${word}\n`).join('')
}

/** Places in the list. Files come first, grouped by partition: every partition is mounted once, and within one the order stays. */
export function guestOrder(operations: readonly EngineOperation[]): number[] {
  const groups = new Map<number, number[]>()
  const disk: number[] = []
  for (const [index, operation] of operations.entries()) {
    if ('path' in operation) groups.set(operation.partition, [...(groups.get(operation.partition) ?? []), index])
    else disk.push(index)
  }
  return [...groups.values(), disk].flat()
}

/** Every field that is not null, by its name in the interface; the mode in octal digits. */
function textFields(operation: EngineOperation): [string, string][] {
  const fields: [string, unknown][] = Object.entries(operation)
  return fields
    .filter(([name, value]) => name !== 'content' && value !== null)
    .map(([name, value]) => [name, name === 'mode' && typeof value === 'number' ? value.toString(8) : String(value)])
}

interface Placed {
  readonly hostFile?: string
  readonly bytes: number
}

async function placeContent(folder: string, content: EngineContent, options: WriteOptions): Promise<Placed> {
  const place = path.join(folder, 'content')
  await fs.mkdir(folder)
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
