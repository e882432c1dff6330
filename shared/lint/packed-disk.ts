import { isDiskFormat } from '../images/formats.js'
import { type SniffResult } from '../images/sniff-result.js'
import { HEAD_BYTES, sniffImage } from '../images/sniff.js'
import { type ByteSource, windowOf } from './byte-source.js'
import type { ByteStream } from './byte-stream.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { DISK_LINTERS } from './disk-linters.js'
import { Findings } from './finding.js'
import { paddedBytes, readTarMember, BLOCK, type TarMember } from './tar-members.js'
import { ByteView } from '../images/byte-view.js'

/** A member of an archive that went by: its header and its first bytes. */
export interface SeenMember extends TarMember {
  readonly head: Uint8Array
  /** Where its content begins in the unpacked archive. */
  readonly at: number
}

const MAX_MEMBERS = 1000
const SMALL = 4 * 1024 * 1024

/** Lets a tar archive go by. `small` files are kept whole, others by their first 64 KiB. Null where a header is none. */
export async function seeMembers(stream: ByteStream): Promise<{ members: SeenMember[]; closed: boolean; broken: boolean }> {
  const members: SeenMember[] = []
  let at = 0
  for (;;) {
    const block = await stream.take(BLOCK)
    const member = readTarMember(new ByteView(block))
    if (!member) {
      const zeros = block.every((byte) => byte === 0)
      return { members, closed: block.length === BLOCK && zeros, broken: !zeros }
    }
    if (members.length >= MAX_MEMBERS) return { members, closed: false, broken: true }
    const keep = Math.min(member.bytes, /\.json$/i.test(member.name) ? SMALL : HEAD_BYTES)
    const head = await stream.take(keep)
    members.push({ ...member, head, at: at + BLOCK })
    await stream.pass(paddedBytes(member.bytes) - keep)
    at += BLOCK + paddedBytes(member.bytes)
  }
}

/**
 * Rules of a disk inside of an archive. `archive` is the unpacked archive where it lies in the file as it is; where it is compressed only
 * the first bytes of the disk are looked at.
 */
export async function lintPackedDisk(work: LintWork, member: SeenMember, archive: ByteSource | null): Promise<DiskFacts | null> {
  const { findings, host, platform } = work
  const sniffed: SniffResult = sniffImage({ head: member.head, tail: new Uint8Array(0), fileBytes: member.bytes })
  if (sniffed.format === null || !isDiskFormat(sniffed.format)) {
    findings.add('packed.disk', 'error', `${member.name} is ${sniffed.label}, and no disk image`)
    return null
  }
  if (archive !== null) {
    const inner = new Findings()
    const disk = await DISK_LINTERS[sniffed.format]({ source: windowOf(archive, member.at, member.bytes), findings: inner, host, platform })
    for (const { check, severity, text } of inner.list) findings.add(check, severity, `${member.name}: ${text}`)
    return disk
  }
  const [problem] = sniffed.problems
  const reason = String(problem?.details.reason ?? problem?.details.reference ?? problem?.code ?? '')
  findings.expect('packed.disk', problem === undefined, `${member.name} begins as ${sniffed.label}`, `${member.name}: ${reason}`)
  findings.add('packed.tables', 'skipped', `${member.name} is compressed: its tables were not looked at`)
  return { format: sniffed.format, subformat: null, virtualBytes: sniffed.virtualBytes }
}
