import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergePieces, sparseMemberHeader, storedBytes } from './gnu-sparse.js'
import { readSparseBlock, readTarHeader, type SparsePiece, sparseProblem } from './tar-header.js'

const BLOCK = 512

function readBack(bytes: Uint8Array): { pieces: SparsePiece[]; realSize: number; size: number; blocks: number } {
  const header = readTarHeader(bytes.subarray(0, BLOCK))
  if (header === null || header === 'end' || header.sparse === null) throw new Error('no sparse header')
  const pieces = [...header.sparse.pieces]
  let at = BLOCK
  for (let isExtended = header.sparse.isExtended; isExtended; at += BLOCK) {
    const block = readSparseBlock(bytes.subarray(at, at + BLOCK))
    if (block === null) throw new Error('no sparse block')
    pieces.push(...block.pieces)
    isExtended = block.isExtended
  }
  return { pieces, realSize: header.sparse.realSize, size: header.size, blocks: at / BLOCK }
}

const ANY_PIECES = fc
  .array(fc.record({ hole: fc.integer({ min: 1, max: 2 ** 25 }), blocks: fc.integer({ min: 1, max: 2 ** 22 }) }), { maxLength: 60 })
  .map((gaps) => {
    let end = 0
    return gaps.map(({ hole, blocks }): SparsePiece => {
      const piece = { offset: end + hole * BLOCK, length: blocks * BLOCK }
      end = piece.offset + piece.length
      return piece
    })
  })

test('any map, however long and far beyond 8 GiB, is read back as it was', () => {
  fc.assert(
    fc.property(ANY_PIECES, fc.integer({ min: 0, max: 100 }), (pieces, blocks) => {
      const last = pieces.at(-1)
      const realSize = (last ? last.offset + last.length : 0) + blocks * BLOCK
      const bytes = sparseMemberHeader({ name: 'disk.raw', mode: 0o644, mtime: 0, realSize, pieces })
      const read = readBack(bytes)
      expect(read.pieces.filter(({ length }) => length > 0)).toEqual(pieces)
      expect(read).toMatchObject({ realSize, size: storedBytes(pieces), blocks: bytes.length / BLOCK })
      expect(sparseProblem(read.pieces, realSize, read.size)).toBe(null)
    }),
  )
})

test('a file that ends in a hole says where it ends', () => {
  const read = (pieces: SparsePiece[]) => readBack(sparseMemberHeader({ name: 'd', mode: 0o644, mtime: 1, realSize: 4096, pieces })).pieces
  expect(read([{ offset: 0, length: 512 }])).toEqual([
    { offset: 0, length: 512 },
    { offset: 4096, length: 0 },
  ])
  expect(read([{ offset: 3584, length: 512 }])).toEqual([{ offset: 3584, length: 512 }])
  expect(read([])).toEqual([{ offset: 4096, length: 0 }])
})

test('pieces are joined over small holes, and over larger ones when there are too many', () => {
  const pieces = [0, 1, 2, 3, 10, 20].map((at) => ({ offset: at * 4096, length: 512 }))
  expect(mergePieces(pieces, 512, 100)).toEqual(pieces)
  expect(mergePieces(pieces, 4096, 100)).toEqual([
    { offset: 0, length: 3 * 4096 + 512 },
    { offset: 10 * 4096, length: 512 },
    { offset: 20 * 4096, length: 512 },
  ])
  expect(mergePieces(pieces, 512, 1)).toEqual([{ offset: 0, length: 20 * 4096 + 512 }])
  expect(mergePieces([], 512, 1)).toEqual([])
})
