import { posix } from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestEntry, Partition } from '#shared/images/image-info'
import type { GuestFiles, ImageFiles } from '../guest-files.js'

/** Files of an image for tests, by `PARTITION:PATH`; folders are what the paths say. */
export type MemoryImage = Readonly<Record<string, string | Uint8Array>>

/** `links`: targets of symbolic links, by `PARTITION:PATH` too; they are not followed. */
export function memoryFiles(image: MemoryImage, links: Readonly<Record<string, string>> = {}): GuestFiles & Pick<ImageFiles, 'readLink'> {
  const paths = [...Object.keys(image), ...Object.keys(links)].map((key) => ({
    partition: Number(key.split(':')[0]),
    path: key.slice(key.indexOf(':') + 1),
  }))
  const bytesOf = (partition: number, file: string): Buffer | undefined => {
    const content = image[`${partition}:${file}`]
    return content === undefined ? undefined : Buffer.from(content)
  }
  const list = async (partition: number, folder: string): Promise<GuestEntry[]> => {
    const prefix = folder === '/' ? '/' : `${folder}/`
    const below = paths
      .filter((row) => row.partition === partition && row.path.startsWith(prefix))
      .map((row) => row.path.slice(prefix.length))
    const names = [...new Set(below.map((rest) => rest.split('/')[0] ?? ''))]
    return names.map((name) => {
      if (links[`${partition}:${prefix}${name}`] !== undefined) return { name, kind: 'link', sizeBytes: null }
      const content = bytesOf(partition, prefix + name)
      return content ? { name, kind: 'file', sizeBytes: content.length } : { name, kind: 'folder', sizeBytes: null }
    })
  }
  const find: GuestFiles['find'] = async (partition, file) =>
    (await list(partition, posix.dirname(file))).find((entry) => entry.name === posix.basename(file))
  const read: GuestFiles['read'] = async (partition, file) => {
    const content = bytesOf(partition, file)
    if (!content) throw new AppError('guest-file-not-found', { details: { file, partition } })
    return content
  }
  return {
    list,
    find,
    read,
    readIfPresent: async (partition, file) => bytesOf(partition, file),
    isReadable: async () => true,
    readLink: async (partition, file) => links[`${partition}:${file}`],
  }
}

/** A partition of a GPT with a file system of that kind. */
export function memoryPartition(number: number, kind: 'xfs' | 'ext' | 'fat' = 'xfs', more: Partial<Partition> = {}): Partition {
  const type = { xfs: 'xfs', ext: 'ext4', fat: 'vfat (FAT32)' }[kind]
  return {
    number,
    startBytes: number * 1024 ** 3,
    sizeBytes: 1024 ** 3,
    type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
    typeName: 'Linux file system',
    name: null,
    bootable: false,
    isEsp: kind === 'fat',
    filesystem: { kind, type, label: null, uuid: `0000000${number}-0000-4000-8000-000000000000`, usedBytes: null },
    ...more,
  }
}
