import { safeBytes } from '../images/byte-view.js'
import { readQcow2 } from '../images/headers/qcow2.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { countLostClusters, qcow2Tables } from './cluster-tables.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { REACH_WORDS, wholeTables } from './reach.js'

const HEAD = 64 * 1024
const DIRTY = 1n
const CORRUPT = 2n
/** Bits 9 to 55 of a level 1 or refcount table entry are the offset. */
const OFFSET_BITS = 0x00ff_ffff_ffff_fe00n
const PER_READ = 64 * 1024

/** A qcow2 that is handed over (QEMU docs/interop/qcow2.txt): it stands alone, was closed cleanly, and its tables are inside of the file. */
export async function lintQcow2({ source, findings, host }: LintWork): Promise<DiskFacts> {
  const view = await viewOf(source, 0, HEAD)
  const facts = readQcow2(view, source.bytes)
  const readable = facts?.format === 'qcow2' && view.has(0, 72)
  const version = view.u32be(4)
  findings.expect('qcow2.header', readable, `A qcow2 of version ${version}`, 'The header is none of qcow2 version 2 or 3')
  if (!readable) return { format: 'qcow2', subformat: null, virtualBytes: null }

  const [problem] = (facts.problems ?? []).filter(({ code }) => code !== 'reference-refused' && code !== 'image-encrypted')
  const wrong = String(problem?.details.reason ?? problem?.details.feature ?? '')
  findings.expect('qcow2.layout', problem === undefined, 'The fields of the header fit together', `The header cannot be right: ${wrong}`)
  findings.expect('qcow2.backing', view.u64be(8) === 0n, 'No backing file', 'It names a backing file, which would have to come along')
  const outside = facts.dataFile !== undefined && facts.dataFile !== null
  findings.expect('qcow2.data-file', !outside, 'No external data file', 'Its data is in another file, which would have to come along')
  findings.expect('qcow2.encryption', view.u32be(32) === 0, 'Not encrypted', 'It is encrypted')
  const bits = version === 3 ? view.u64be(72) : 0n
  findings.expect('qcow2.clean', (bits & DIRTY) === 0n, 'Closed cleanly', 'It is marked as not closed cleanly')
  findings.expect('qcow2.corrupt', (bits & CORRUPT) === 0n, 'Not marked as corrupt', 'It is marked as corrupt')
  const order = version === 3 ? view.u32be(96) : 4
  findings.expect('qcow2.refcount-order', order <= 6, `Refcounts of ${2 ** order} bits`, `Refcount order ${order} is above 6`)
  const snapshots = view.u32be(60)
  findings.expect('qcow2.snapshots', snapshots === 0, 'No internal snapshots', `It carries ${snapshots} internal snapshots`, 'warning')

  const cluster = 2 ** Math.min(view.u32be(20), 30)
  await lintTable(source, findings, {
    at: safeBytes(view.u64be(40)),
    entries: view.u32be(36),
    cluster,
    check: 'qcow2.l1',
    name: 'level 1 table',
  })
  const tables = problem === undefined ? qcow2Tables(view) : null
  const lost = tables === null ? 0 : (await countLostClusters(source, tables, wholeTables(host))).clusters
  if (tables !== null) findings.expect('qcow2.data', lost === 0, 'All data is inside of the file', REACH_WORDS.clusters(lost))
  const refcounts = { at: safeBytes(view.u64be(48)), entries: (view.u32be(56) * cluster) / 8, cluster }
  await lintTable(source, findings, { ...refcounts, check: 'qcow2.refcounts', name: 'refcount table' })
  return { format: 'qcow2', subformat: version === 2 ? 'v2' : null, virtualBytes: facts.virtualBytes ?? null }
}

interface OffsetTable {
  readonly at: number | null
  readonly entries: number
  readonly cluster: number
  readonly check: string
  readonly name: string
}

/** A table of cluster offsets: inside of the file, and each of its entries at a whole cluster inside of the file. */
async function lintTable(source: ByteSource, findings: LintWork['findings'], table: OffsetTable): Promise<void> {
  const { at, entries, cluster, check, name } = table
  const inside = at !== null && at > 0 && at % cluster === 0 && at + entries * 8 <= source.bytes
  let wrong = 0
  const readable = inside ? entries : 0
  for (let done = 0; done < readable; done += PER_READ) {
    const view = await viewOf(source, (at ?? 0) + done * 8, Math.min(PER_READ, entries - done) * 8)
    for (let index = 0; index * 8 < view.length; index += 1) {
      const offset = Number(view.u64be(index * 8) & OFFSET_BITS)
      if (offset !== 0 && (offset % cluster !== 0 || offset >= source.bytes)) wrong += 1
    }
  }
  const problem = inside ? REACH_WORDS.table(wrong, name) : `The ${name} is not inside of the file`
  findings.expect(check, inside && wrong === 0, `The ${name} is inside of the file, and what it names`, problem)
}
