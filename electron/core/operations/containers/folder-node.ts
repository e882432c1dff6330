import type { utimes } from 'node:fs/promises'
import type { TarMember } from '../unpack/tar-reader.js'

/** The end of the year 9999. */
const LAST_SECOND = 253_402_300_799

/** A file, folder or link of a folder that is taken out. */
export interface Node {
  kind: 'file' | 'folder' | 'link'
  /** Number of the layer that it came with. */
  layer: number
  mode: number
  changedAt: number | null
  target: string
  readonly children: Map<string, Node>
}

export function newNode(kind: Node['kind'], layer: number, { mode, changedAt }: Pick<TarMember, 'mode' | 'changedAt'>): Node {
  return { kind, layer, mode, changedAt, target: '', children: new Map() }
}

/** Gives a file or folder the time of its last change. What no calendar has is left out: file systems would turn it into another time. */
export async function keepTime(place: string, seconds: number | null, set: typeof utimes): Promise<void> {
  if (seconds !== null && seconds <= LAST_SECOND) await set(place, seconds, seconds)
}
