import type { ImageFiles } from './guest-files.js'

/** Of one image; more than this is read anew. */
const MAX_BYTES = 32 * 1024 * 1024
/** A name in a listing, with what Node keeps for it. */
const LISTED_BYTES = 200

/** What was read of one image in one state. */
export class FileCache {
  private readonly answers = new Map<string, Promise<unknown>>()
  private readonly facts = new Map<string, unknown>()
  private bytes = 0

  /** The answer to a question, asked once. Failures are not kept. */
  get<T>(question: string, ask: () => Promise<T>, weigh: (answer: T) => number): Promise<T> {
    const known = this.answers.get(question) as Promise<T> | undefined
    if (known) return known
    const answer = ask()
    this.answers.set(question, answer)
    answer.then(
      (value) => {
        this.add(weigh(value))
      },
      () => this.answers.delete(question),
    )
    return answer
  }

  /** What `tell` was given; undefined where that was nothing yet. Null is an answer too: there is none. */
  told<T>(question: string): T | null | undefined {
    return this.facts.get(question) as T | null | undefined
  }

  tell<T>(question: string, answer: T | null, bytes: number): void {
    this.add(bytes)
    this.facts.set(question, answer)
  }

  private add(bytes: number): void {
    this.bytes += bytes
    if (this.bytes <= MAX_BYTES) return
    this.answers.clear()
    this.facts.clear()
    this.bytes = 0
  }
}

/** Files whose answers are kept in `cache`; `open` is called when one is not known. */
export function cachedFiles(open: () => Promise<ImageFiles>, cache: FileCache): ImageFiles {
  const keep = <T>(
    question: readonly (string | number)[],
    ask: (files: ImageFiles) => Promise<T>,
    weigh: (answer: T) => number,
  ): Promise<T> => cache.get(JSON.stringify(question), async () => ask(await open()), weigh)
  const bytesOf = (bytes: Buffer | undefined): number => (bytes?.length ?? 0) + LISTED_BYTES
  const small = (): number => LISTED_BYTES
  return {
    list: (partition, folder) =>
      keep(
        ['list', partition, folder],
        (files) => files.list(partition, folder),
        (entries) => (entries.length + 1) * LISTED_BYTES,
      ),
    find: (partition, file) => keep(['find', partition, file], (files) => files.find(partition, file), small),
    read: async (partition, file, max) => {
      const known = cache.told<Buffer>(contentOf(partition, file))
      if (known && known.length <= max) return known
      return keep(['read', partition, file, max], (files) => files.read(partition, file, max), bytesOf)
    },
    readIfPresent: (partition, file, max) =>
      keep(['readIfPresent', partition, file, max], (files) => files.readIfPresent(partition, file, max), bytesOf),
    readPart: (partition, file, offset, length) =>
      keep(['readPart', partition, file, offset, length], (files) => partOf(files, partition, file, offset, length), bytesOf),
    readMany: async (partition, files) => {
      const unknown = files.filter(({ path }) => cache.told(contentOf(partition, path)) === undefined)
      const read = unknown.length === 0 ? [] : ((await (await open()).readMany?.(partition, unknown)) ?? [])
      for (const [at, { path }] of unknown.entries()) cache.tell(contentOf(partition, path), read[at] ?? null, bytesOf(read[at]))
      return files.map(({ path }) => cache.told<Buffer>(contentOf(partition, path)) ?? undefined)
    },
    isReadable: (partition) => keep(['isReadable', partition], (files) => files.isReadable(partition), small),
    stat: (partition, file) => keep(['stat', partition, file], (files) => files.stat(partition, file), small),
    stats: (partition, paths) =>
      keep(
        ['stats', partition, ...paths],
        (files) => files.stats(partition, paths),
        () => (paths.length + 1) * LISTED_BYTES,
      ),
    readLink: (partition, file) => keep(['readLink', partition, file], (files) => files.readLink(partition, file), small),
    realPath: (partition, file) => keep(['realPath', partition, file], (files) => files.realPath(partition, file), small),
    listMany: async (partition, folders, signal) => (await open()).listMany(partition, folders, signal),
    stream: async function* (partition, file, range) {
      yield* (await open()).stream(partition, file, range)
    },
  }
}

function contentOf(partition: number, file: string): string {
  return JSON.stringify(['content', partition, file])
}

async function partOf(files: ImageFiles, partition: number, file: string, offset: number, length: number): Promise<Buffer> {
  if (files.readPart) return files.readPart(partition, file, offset, length)
  return (await files.read(partition, file, Number.MAX_SAFE_INTEGER)).subarray(offset, offset + length)
}
