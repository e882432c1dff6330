import { z } from 'zod'
import { AppError } from '#shared/errors/app-error'
import { MAX_MANIFEST_BYTES, readManifest } from '#shared/containers/manifest'
import { MANIFEST_ACCEPT } from '#shared/containers/media-types'
import { type ContainerReference, printReference } from '#shared/containers/reference'
import type { RegistrySession } from '../../../registry/registry-session.js'
import type { BlobDescriptor, ContainerSource, ManifestBytes } from '../container-source.js'
import { resumedBlob } from './resumed-blob.js'
import { digestOf, requireDigest, verifiedBlob } from './verified-blob.js'

/** Of all manifests of an index together, which are kept while it is open; they have some kilobytes each. */
const MAX_HELD = 64 * 1024 * 1024
const TAG_PAGE = 1000
const MAX_TAGS = 100_000
const MAX_TAG_BYTES = 16 * 1024 * 1024
/** In the middle of one part of a blob. */
const MAX_BREAKS = 2
/** What is read in vain from a registry that gives out all where a part was asked for. */
const MAX_FROM_START = 8 * 1024 * 1024

const tagList = z.object({ tags: z.array(z.string()).nullish() })

/** An image at a registry (OCI distribution specification 1.1). What its tag leads to is looked up once. */
export function registrySource(reference: ContainerReference, session: RegistrySession): ContainerSource {
  const fetched = new Map<string, Promise<ManifestBytes>>()
  let hasRanges = true
  let held = 0
  const readPart = async (
    blob: BlobDescriptor,
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
    breaks: number,
  ): Promise<Buffer> => {
    if (signal?.aborted) throw new AppError('cancelled')
    const end = Math.min(blob.bytes, offset + length)
    if (end <= offset) return Buffer.alloc(0)
    const response = await session.request({
      method: 'GET',
      path: `blobs/${blob.digest}`,
      headers: { range: `bytes=${offset}-${end - 1}` },
      okStatuses: [200, 206],
    })
    if (response.status === 206) {
      return response.bytes(end - offset).catch((thrown: unknown) => {
        // A connection may break in the middle of an answer; nothing of it was used yet.
        if (breaks === MAX_BREAKS || !(thrown instanceof AppError) || thrown.code !== 'registry-unreachable') throw thrown
        return readPart(blob, offset, length, signal, breaks + 1)
      })
    }
    hasRanges = false
    const taken = await takeFirst(response.body, Math.min(end, MAX_FROM_START))
    await response.discard()
    if (end > MAX_FROM_START)
      throw new AppError('container-unsupported', {
        details: { feature: 'Reading from the middle of a blob', reason: 'The registry gives out whole blobs only' },
      })
    return taken.subarray(offset)
  }
  const readBlobAt: NonNullable<ContainerSource['readBlobAt']> = (blob, offset, length, signal) => readPart(blob, offset, length, signal, 0)
  const hold = (manifest: ManifestBytes): ManifestBytes => {
    held += manifest.bytes.length
    if (held > MAX_HELD)
      throw new AppError('container-invalid', { details: { reason: `Its manifests are larger than ${MAX_HELD / 1024 ** 2} MiB together` } })
    return manifest
  }
  return {
    reference,
    // Which one answers is known when it did.
    get mirror() {
      return session.isMirror ? session.endpoint : null
    },
    get plainHttp() {
      return session.isPlainHttp
    },
    manifest(digest) {
      const wanted = digest ?? reference.digest ?? reference.tag ?? 'latest'
      const manifest = fetched.get(wanted) ?? fetchManifest(session, reference, wanted).then(hold)
      fetched.set(wanted, manifest)
      manifest.then(
        ({ digest: found }) => fetched.set(found, manifest),
        () => fetched.delete(wanted),
      )
      return manifest
    },
    blob: (blob, options) => verifiedBlob(blob, resumedBlob(session, blob, options)),
    get readBlobAt() {
      return hasRanges ? readBlobAt : null
    },
    tags: () => listTags(session),
    close: () => session.close(),
  }
}

async function fetchManifest(session: RegistrySession, reference: ContainerReference, wanted: string): Promise<ManifestBytes> {
  const named = wanted.startsWith('sha256:') ? reference : { ...reference, tag: wanted }
  const response = await session
    .request({ method: 'GET', path: `manifests/${wanted}`, headers: { accept: MANIFEST_ACCEPT } })
    .catch((thrown: unknown) => {
      if (!(thrown instanceof AppError) || thrown.code !== 'container-not-found') throw thrown
      throw new AppError('container-not-found', {
        details: { ...thrown.data.details, reference: printReference(named) },
        cause: thrown,
      })
    })
  const bytes = await response.bytes(MAX_MANIFEST_BYTES)
  const digest = digestOf(bytes)
  const said = response.headers['docker-content-digest'] ?? ''
  if (wanted.startsWith('sha256:')) requireDigest(bytes, wanted)
  else if (said.startsWith('sha256:')) requireDigest(bytes, said)
  const [type = ''] = (response.headers['content-type'] ?? '').split(';')
  return { digest, mediaType: readManifest(bytes.toString('utf8'), type.trim()).mediaType, bytes }
}

async function listTags(session: RegistrySession): Promise<string[]> {
  const tags = new Set<string>()
  for (let path: string | null = `tags/list?n=${TAG_PAGE}`; path !== null; ) {
    const response = await session.request({ method: 'GET', path })
    const bytes = await response.bytes(MAX_TAG_BYTES)
    const page = tagList.safeParse(parse(bytes.toString('utf8')))
    if (!page.success) throw failed(session, 'Its list of tags makes no sense')
    const before = tags.size
    for (const tag of page.data.tags ?? []) tags.add(tag)
    if (tags.size > MAX_TAGS) throw failed(session, `It has more than ${MAX_TAGS} tags there`)
    // A page that brings nothing new would lead round in a circle.
    path = tags.size === before ? null : nextPage(session, response.headers.link ?? '', response.url)
  }
  return [...tags]
}

/** RFC 5988, as the specification has it: `</v2/name/tags/list?n=2&last=b>; rel="next"`. */
function nextPage(session: RegistrySession, link: string, from: string): string | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link)?.[1]
  if (target === undefined) return null
  const next = URL.canParse(target, from) ? new URL(target, from) : null
  if (next === null || next.origin !== new URL(from).origin) throw failed(session, 'The next page of its tags lies at another place')
  return next.href
}

async function takeFirst(body: AsyncIterable<Uint8Array>, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes >= length) break
  }
  return Buffer.concat(pieces).subarray(0, length)
}

function failed(session: RegistrySession, reason: string): AppError {
  return new AppError('registry-failed', { details: { registry: session.endpoint, reason } })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
