import { type ByteView, safeBytes } from '../images/byte-view.js'

export const VDI_HEADER = 512

/** What the header of a VDI says of its blocks (VirtualBox, "VDICore.h"). */
export interface VdiMap {
  readonly mapAt: number
  readonly dataAt: number
  readonly virtualBytes: number | null
  readonly blockBytes: number
  readonly blocks: number
  readonly allocated: number
}

export function readVdiMap(view: ByteView): VdiMap {
  return {
    mapAt: view.u32le(340),
    dataAt: view.u32le(344),
    virtualBytes: safeBytes(view.u64le(368)),
    blockBytes: view.u32le(376),
    blocks: view.u32le(384),
    allocated: view.u32le(388),
  }
}

/** Whether the map and all blocks that are in use are in the file. */
export function isVdiInside({ mapAt, dataAt, blockBytes, blocks, allocated }: VdiMap, fileBytes: number): boolean {
  return mapAt >= VDI_HEADER && mapAt + blocks * 4 <= dataAt && dataAt + allocated * blockBytes <= fileBytes
}
