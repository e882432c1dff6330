import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { chooseImage } from './choose-image.js'
import type { ContainerSource } from './container-source.js'

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** An index of images, of which it does not say what they are for: their configurations do. */
function sourceOf(architectures: readonly string[]) {
  const texts = new Map<string, string>()
  const keep = (value: unknown) => {
    const text = JSON.stringify(value)
    texts.set(digestOf(text), text)
    return { digest: digestOf(text), size: text.length }
  }
  const manifests = architectures.map((architecture, at) => {
    const config = { mediaType: MEDIA_TYPES.config, ...keep({ os: 'linux', architecture, config: { Labels: { at: String(at) } } }) }
    return { mediaType: MEDIA_TYPES.manifest, ...keep({ schemaVersion: 2, mediaType: MEDIA_TYPES.manifest, config, layers: [] }) }
  })
  const root = keep({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests }).digest
  const seen = { open: 0, most: 0 }
  const source = {
    reference: { transport: 'docker', registry: 'registry.example', repository: 'disk', path: null, tag: 'v1', digest: null },
    manifest: async (digest: string = root) => {
      seen.open += 1
      seen.most = Math.max(seen.most, seen.open)
      await new Promise((resolve) => setImmediate(resolve))
      seen.open -= 1
      const bytes = Buffer.from(texts.get(digest) ?? '')
      return { digest, bytes, mediaType: digest === root ? MEDIA_TYPES.index : MEDIA_TYPES.manifest }
    },
    async *blob({ digest }: { digest: string }) {
      yield Buffer.from(texts.get(digest) ?? '')
    },
  } as unknown as ContainerSource
  return { source, seen }
}

test('what an index does not say is looked up one by one', async () => {
  const { source, seen } = sourceOf(Array.from({ length: 60 }, (_, at) => (at === 40 ? 's390x' : `cpu${at}`)))
  const chosen = await chooseImage(source, { platform: { architecture: 's390x' } })
  expect(chosen.config?.labels).toEqual({ at: '40' })
  expect(seen.most).toBe(1)
})

test('an index that says it of none of many is refused before they are fetched', async () => {
  const { source } = sourceOf(Array.from({ length: 65 }, (_, at) => `cpu${at}`))
  await expect(chooseImage(source, { platform: { architecture: 'cpu1' } })).rejects.toMatchObject({ code: 'container-invalid' })
})
