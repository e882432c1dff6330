import { formatExactBytes } from '../text/bytes.js'
import { viewOf } from './byte-source.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { REACH_WORDS } from './reach.js'
import { isVdiInside, readVdiMap, VDI_HEADER, type VdiMap } from './vdi-map.js'

const SIGNATURE = 0xbeda107f
/** Block numbers from here on say that a block is not there, or holds zeros (VirtualBox, "VDICore.h"). */
const NOT_THERE = 0xfffffffe
const TYPES: Readonly<Record<number, string>> = { 1: 'dynamic', 2: 'static', 3: 'undo', 4: 'differencing' }
const PER_READ = 64 * 1024

/** VirtualBox disk image 1.1, as QEMU's block/vdi.c and VirtualBox's VDICore.h have it. */
export async function lintVdi({ source, findings }: LintWork): Promise<DiskFacts> {
  const view = await viewOf(source, 0, VDI_HEADER)
  const there = view.u32le(64) === SIGNATURE && view.length === VDI_HEADER
  findings.expect('vdi.signature', there, 'The VDI header is there', 'The signature of a VDI is missing')
  if (!there) return { format: 'vdi', subformat: null, virtualBytes: null }

  const version = view.u32le(68)
  findings.expect('vdi.version', version === 0x10001, 'Version 1.1', `Version ${version >>> 16}.${version & 0xffff} instead of 1.1`)
  const subformat = TYPES[view.u32le(76)] ?? null
  const alone = subformat === 'dynamic' || subformat === 'static'
  findings.expect('vdi.type', alone, `A ${subformat} disk`, `A disk of type ${subformat ?? view.u32le(76)} does not stand alone`)
  findings.expect('vdi.parent', view.isZero(424, 32), 'No parent disk', 'It names a parent disk')
  const map = readVdiMap(view)
  const { virtualBytes: size, blockBytes, blocks, allocated } = map
  findings.expect(
    'vdi.block-size',
    blockBytes === 1024 * 1024,
    'Blocks of 1 MiB',
    `Blocks of ${formatExactBytes(blockBytes)} instead of 1 MiB`,
  )
  const covers = size !== null && size > 0 && blocks * blockBytes >= size && allocated <= blocks
  findings.expect(
    'vdi.blocks',
    covers,
    'Its blocks cover the virtual size',
    `${blocks} blocks, ${allocated} of them used, do not fit the virtual size`,
  )
  const inside = isVdiInside(map, source.bytes)
  findings.expect('vdi.inside', inside, 'Block map and data are inside of the file', REACH_WORDS['block-map']())
  if (inside && covers) await lintMap({ source, findings }, map)
  return { format: 'vdi', subformat, virtualBytes: size }
}

async function lintMap({ source, findings }: Pick<LintWork, 'source' | 'findings'>, { mapAt, blocks, allocated }: VdiMap): Promise<void> {
  const used = new Uint8Array(allocated)
  let [count, wrong] = [0, 0]
  for (let at = 0; at < blocks; at += PER_READ) {
    const view = await viewOf(source, mapAt + at * 4, Math.min(PER_READ, blocks - at) * 4)
    for (let index = 0; index * 4 < view.length; index += 1) {
      const block = view.u32le(index * 4)
      if (block >= NOT_THERE) continue
      count += 1
      if (block >= allocated || used[block] === 1) wrong += 1
      else used[block] = 1
    }
  }
  const sound = wrong === 0 && count === allocated
  const problem =
    wrong > 0 ? `${wrong} entries of the block map are wrong` : `The block map uses ${count} blocks, the header says ${allocated}`
  findings.expect('vdi.map', sound, 'Each used block stands once in the block map', problem)
}
