import { expect, test } from 'vitest'
import { sha256Of } from './push-manifest.js'
import { type PushableBlob, pushBlob } from './push-blob.js'
import { type DoubleRules, UploadDouble } from './testing/upload-double.js'

const KIB = 1024
const MIB = KIB * KIB

function blobOf(bytes: number): PushableBlob & { readonly content: Buffer } {
  const content = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 1) content[at] = (at * 31 + (at >> 8)) & 0xff
  return {
    content,
    digest: sha256Of(content),
    bytes,
    async *read(from, to) {
      for (let at = from; at < to; at += 64 * KIB) yield content.subarray(at, Math.min(to, at + 64 * KIB))
    },
  }
}

async function push(blob: ReturnType<typeof blobOf>, rules: DoubleRules, mountFrom: string[] = []) {
  const session = new UploadDouble(rules)
  const waits: number[] = []
  const seen: number[] = []
  const wait = async (seconds: number): Promise<void> => void waits.push(seconds)
  const pushed = await pushBlob(session, blob, { chunkBytes: MIB, mountFrom, wait, onBytes: (bytes) => void seen.push(bytes) })
  const arrived = session.blobs.get(blob.digest)
  return { session, pushed, waits, seen, isRight: arrived?.equals(blob.content) ?? false }
}

const patches = (session: UploadDouble): string[] => session.requests.filter((line) => line.startsWith('PATCH'))

test.each([true, false])('goes in pieces with their ranges, by locations that are relative (%s) or not', async (relativeLocations) => {
  const { session, pushed, isRight, seen } = await push(blobOf(2.5 * MIB), { relativeLocations })
  expect(isRight).toBe(true)
  expect(pushed).toEqual({ how: 'sent', sentBytes: 2.5 * MIB })
  expect(patches(session)).toEqual(['PATCH 0-1048575', 'PATCH 1048576-2097151', 'PATCH 2097152-2621439'])
  expect(seen.at(-1)).toBe(2.5 * MIB)
})

test('what fits into a piece goes at once', async () => {
  const { session, isRight } = await push(blobOf(MIB), {})
  expect(isRight).toBe(true)
  expect(session.requests.map((line) => line.split(' ')[0])).toEqual(['HEAD', 'POST', 'PUT'])
})

test('an empty blob goes, too', async () => {
  expect((await push(blobOf(0), {})).isRight).toBe(true)
})

test('a blob that is there is not sent', async () => {
  const blob = blobOf(2 * MIB)
  const session = new UploadDouble()
  session.blobs.set(blob.digest, blob.content)
  const pushed = await pushBlob(session, blob, { wait: async () => {} })
  expect(pushed).toEqual({ how: 'present', sentBytes: 0 })
  expect(session.requests).toHaveLength(1)
})

test('is mounted from a repository that has it, and sent where none has', async () => {
  const mountable = new Set(['team/other'])
  expect((await push(blobOf(MIB), { mountable }, ['team/none', 'team/other'])).pushed).toEqual({ how: 'mounted', sentBytes: 0 })
  expect((await push(blobOf(MIB), { mountable }, ['team/none'])).isRight).toBe(true)
})

test('after a break inside of a piece only what the registry lacks is sent', async () => {
  const { session, pushed, isRight, waits } = await push(blobOf(4 * MIB), {
    fault: (method, number) => (method === 'PATCH' && number === 3 ? { cut: 256 * KIB } : undefined),
  })
  expect(isRight).toBe(true)
  expect(patches(session).at(3)).toBe(`PATCH ${2 * MIB + 256 * KIB}-${3 * MIB + 256 * KIB - 1}`)
  expect(pushed.sentBytes).toBeLessThan(4 * MIB + 512 * KIB)
  expect(waits).toEqual([1])
})

test('a registry that forgets what was cut gets all of it again', async () => {
  const { session, isRight } = await push(blobOf(3 * MIB), {
    forgetsCuts: true,
    fault: (method, number) => (method === 'PATCH' && number === 3 ? { cut: 256 * KIB } : undefined),
  })
  expect(isRight).toBe(true)
  expect(patches(session).at(3)).toBe('PATCH 0-1048575')
})

test('a piece whose answer was lost is not sent twice', async () => {
  const { pushed, isRight } = await push(blobOf(3 * MIB), {
    fault: (method, number) => (method === 'PATCH' && number === 2 ? { answerLost: true } : undefined),
  })
  expect(isRight).toBe(true)
  expect(pushed.sentBytes).toBe(3 * MIB)
})

test('an end whose answer was lost is seen to have arrived', async () => {
  const { session, isRight } = await push(blobOf(3 * MIB), { fault: (method) => (method === 'PUT' ? { answerLost: true } : undefined) })
  expect(isRight).toBe(true)
  expect(session.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1)
})

test('an upload that is gone begins anew', async () => {
  const { isRight } = await push(blobOf(3 * MIB), {
    fault: (method, number) => (method === 'PATCH' && number === 2 ? { lose: true } : undefined),
  })
  expect(isRight).toBe(true)
})

test('a wrong place is set right by what the registry says', async () => {
  const { isRight } = await push(blobOf(3 * MIB), {
    fault: (method, number) => (method === 'PATCH' && number === 2 ? { status: 416 } : undefined),
  })
  expect(isRight).toBe(true)
})

test('where pieces are refused all goes at once', async () => {
  const { session, isRight } = await push(blobOf(3 * MIB), { fault: (method) => (method === 'PATCH' ? { status: 405 } : undefined) })
  expect(isRight).toBe(true)
  expect(patches(session)).toHaveLength(1)
})

test('pieces become smaller where large ones are refused, and give up at half a mebibyte', async () => {
  const limit = (most: number): DoubleRules => ({ fault: (_method, _number, bytes) => (bytes > most ? { status: 413 } : undefined) })
  const { session, isRight } = await push(blobOf(3 * MIB), limit(600 * KIB))
  expect(isRight).toBe(true)
  expect(patches(session).at(1)).toBe(`PATCH 0-${512 * KIB - 1}`)
  expect((await push(blobOf(MIB), limit(600 * KIB))).isRight).toBe(true)
  await expect(push(blobOf(3 * MIB), limit(100 * KIB))).rejects.toMatchObject({ code: 'registry-failed' })
})

test('pieces are as large as the registry wants them', async () => {
  const { session } = await push(blobOf(6 * MIB), { leastChunk: 4 * MIB })
  expect(patches(session)).toEqual(['PATCH 0-4194303', 'PATCH 4194304-6291455'])
})

test('a registry that breaks for ever is given up, after longer and longer waits', async () => {
  const waits: number[] = []
  const session = new UploadDouble({ fault: (method) => (method === 'PATCH' ? { cut: 0 } : undefined) })
  const work = pushBlob(session, blobOf(3 * MIB), { chunkBytes: MIB, wait: async (seconds) => void waits.push(seconds) })
  await expect(work).rejects.toMatchObject({ code: 'registry-unreachable' })
  expect(waits).toEqual([1, 2, 4, 8, 16])
})

test('a refusal is no break', async () => {
  const fault: DoubleRules['fault'] = (method) => (method === 'POST' ? { status: 403 } : undefined)
  await expect(push(blobOf(3 * MIB), { fault })).rejects.toMatchObject({ code: 'registry-denied' })
})

test('bytes that are not those of the digest are told', async () => {
  const blob = { ...blobOf(2 * MIB), digest: sha256Of('something else') }
  await expect(push(blob, {})).rejects.toMatchObject({ code: 'blob-mismatch' })
})

/** As the journal of an upload; the program ends when it was told something for the third time. */
class Memory {
  readonly known = new Map<string, string | null>()
  private told = 0

  constructor(private readonly endsAfter = Number.POSITIVE_INFINITY) {}

  get(digest: string): string | null {
    return this.known.get(digest) ?? null
  }

  async set(digest: string, location: string | null): Promise<void> {
    this.known.set(digest, location)
    this.told += 1
    if (this.told === this.endsAfter) throw new Error('the program ended')
  }
}

test('after the program ended, another one sends only the rest', async () => {
  const blob = blobOf(5 * MIB)
  const session = new UploadDouble()
  const first = new Memory(3)
  const wait = async (): Promise<void> => {}
  await expect(pushBlob(session, blob, { chunkBytes: MIB, memory: first, wait })).rejects.toThrow('the program ended')
  const next = new Memory()
  for (const [digest, location] of first.known) next.known.set(digest, location)
  expect(await pushBlob(session, blob, { chunkBytes: MIB, memory: next, wait })).toEqual({ how: 'sent', sentBytes: 2 * MIB })
  expect(session.blobs.get(blob.digest)?.equals(blob.content)).toBe(true)
  expect(next.get(blob.digest)).toBeNull()
})

test('an upload that the registry forgot in between begins anew', async () => {
  const blob = blobOf(3 * MIB)
  const memory = new Memory()
  memory.known.set(blob.digest, 'https://registry.example/v2/team/disk/blobs/uploads/gone')
  const session = new UploadDouble()
  expect(await pushBlob(session, blob, { chunkBytes: MIB, memory, wait: async () => {} })).toEqual({ how: 'sent', sentBytes: 3 * MIB })
})
