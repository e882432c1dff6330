import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ContainerLayer } from '#shared/containers/container-report'
import { AppError } from '#shared/errors/app-error'
import { tarHeader } from '#shared/archives/ustar-header'
import type { Host } from '../../process/host.js'
import type { ContainerSource } from './container-source.js'
import { ImageIndex } from './index-image.js'

const host = { bind: () => host } as unknown as Host

function layerOf(names: readonly string[]): { layer: ContainerLayer; bytes: Buffer } {
  const bytes = Buffer.concat([...names.map((name) => tarHeader({ name, size: 0, mode: 0o644 })), Buffer.alloc(1024)])
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const layer = { digest, mediaType: '', bytes: bytes.length, compression: 'none', kind: 'tar', title: null } as const
  return { layer, bytes }
}

/** A place that gives layers by their digest, and counts what it gives. */
function placeOf(layers: readonly { layer: ContainerLayer; bytes: Buffer }[], withRanges: boolean): ContainerSource & { given: number } {
  const bytesOf = (digest: string): Buffer => layers.find(({ layer }) => layer.digest === digest)?.bytes ?? Buffer.alloc(0)
  const place = {
    given: 0,
    async *blob({ digest }: { digest: string }) {
      place.given += bytesOf(digest).length
      yield bytesOf(digest)
    },
    readBlobAt: withRanges
      ? async ({ digest }: { digest: string }, offset: number, length: number) => {
          const bytes = bytesOf(digest).subarray(offset, offset + length)
          place.given += bytes.length
          return bytes
        }
      : null,
  }
  return place as unknown as ContainerSource & { given: number }
}

const never = new AbortController().signal

for (const withRanges of [true, false]) {
  test(`layers of one image are read together, ${withRanges ? 'by ranges' : 'as they stream'}`, async () => {
    const layers = [layerOf(['a', 'b/c']), layerOf(['b/.wh.c', 'b/d'])]
    const index = new ImageIndex(layers.map(({ layer }) => layer))
    await index.read(host, placeOf(layers, withRanges), null, never)
    expect(
      index
        .tree()
        .list('/b')
        ?.map(({ name }) => name),
    ).toEqual(['d'])
    expect(index.readBytes).toBe(index.totalBytes)
  })
}

test('an image with more entries than the limit is refused, over all layers together', async () => {
  const layers = [layerOf(['a', 'b', 'c']), layerOf(['d', 'e', 'f'])]
  const read = (most: number) =>
    new ImageIndex(
      layers.map(({ layer }) => layer),
      () => {},
      most,
    ).read(host, placeOf(layers, true), null, never)
  await read(6)
  const failed = await read(5).catch((thrown: unknown) => thrown)
  expect(failed).toBeInstanceOf(AppError)
  expect((failed as AppError).code).toBe('archive-too-large')
})

test('a link that no kernel takes is none, and is not kept', async () => {
  const link = Buffer.from('l'.repeat(1024 ** 2))
  const header = (name: string, type: string, size: number): Buffer => {
    const bytes = Buffer.from(tarHeader({ name, size, mode: 0o644 }))
    bytes.write(type, 156)
    bytes.fill(0x20, 148, 156)
    bytes.write(
      `${bytes
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    )
    return bytes
  }
  const bytes = Buffer.concat([header('long', 'K', link.length), link, header('a', '2', 0), Buffer.alloc(1024)])
  const layer = { ...layerOf([]).layer, bytes: bytes.length }
  const index = new ImageIndex([layer])
  await index.read(host, placeOf([{ layer, bytes }], true), null, never)
  expect(index.tree().list('/')).toMatchObject([{ name: 'a', kind: 'other', link: null }])
})
