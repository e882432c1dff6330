import { ByteView, type ReadBytes } from '../byte-view.js'

export interface Qcow2Snapshot {
  readonly id: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Bytes of the saved memory of the machine; 0 for one of the disk alone. */
  readonly stateBytes: number
}

/** Fixed part of an entry of the table (QEMU docs/interop/qcow2.txt, "Snapshots"). */
const ENTRY_BYTES = 40
/** What is worth a list; qemu takes 65536. */
export const MAX_SNAPSHOTS = 1000

/** Internal snapshots of a qcow2 in the order in which they were made; fewer where the table does not hold what the header says. */
export async function readQcow2Snapshots(read: ReadBytes): Promise<Qcow2Snapshot[]> {
  const header = new ByteView(await read(0, 72))
  if (!header.startsWith('QFI\u00fb')) return []
  const count = Math.min(header.u32be(60), MAX_SNAPSHOTS)
  let at = Number(header.u64be(64))
  const found: Qcow2Snapshot[] = []
  while (found.length < count) {
    const entry = new ByteView(await read(at, ENTRY_BYTES))
    const [idBytes, nameBytes, extraBytes] = [entry.u16be(12), entry.u16be(14), entry.u32be(36)]
    // qemu takes no more than this of further fields.
    if (!entry.has(0, ENTRY_BYTES) || extraBytes > 1024) return found
    const length = extraBytes + idBytes + nameBytes
    const rest = new ByteView(await read(at + ENTRY_BYTES, length))
    if (!rest.has(0, length)) return found
    found.push({
      id: rest.text(extraBytes, idBytes),
      name: rest.text(extraBytes + idBytes, nameBytes),
      createdAt: entry.u32be(16) * 1000 + Math.floor(entry.u32be(20) / 1_000_000),
      stateBytes: extraBytes >= 8 ? Number(rest.u64be(0)) : entry.u32be(32),
    })
    at += Math.ceil((ENTRY_BYTES + length) / 8) * 8
  }
  return found
}
