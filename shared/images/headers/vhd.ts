import { safeBytes, type ByteView } from '../byte-view.js'
import { damaged, type HeaderFacts, type SniffProblem, unsupported } from '../sniff-result.js'

const FOOTER_BYTES = 512
const FIXED = 2
const DYNAMIC = 3
/** Programs whose `current size` counts; all others mean the CHS geometry (QEMU block/vpc.c, vpc_open). */
const SIZE_BY_FOOTER = new Set(['win ', 'qem2', 'd2v ', 'CTXS', 'tap\0', 'wa\0\0'])
const MAX_GEOMETRY_SECTORS = 65_535 * 16 * 255

/**
 * Reads a VHD: a dynamic disk has its footer at both ends, a fixed one is raw data with the footer behind it
 * (Microsoft, "Virtual Hard Disk Image Format Specification" 1.0). Null when there is no footer.
 */
export function readVhd(head: ByteView, tail: ByteView, fileBytes: number): HeaderFacts | null {
  return head.startsWith('conectix') ? readDynamic(head, tail, fileBytes) : readFixed(tail, fileBytes)
}

function readDynamic(head: ByteView, tail: ByteView, fileBytes: number): HeaderFacts {
  const base = { format: 'vhd', label: 'VHD' } as const
  if (!head.has(0, FOOTER_BYTES)) return { ...base, problems: [damaged('The file ends inside of its VHD header')] }
  const problems: SniffProblem[] = []
  const type = head.u32be(60)
  if (checksum(head) !== head.u32be(64)) problems.push(damaged('The checksum of its VHD header is wrong'))
  if (type === FIXED && fileBytes === FOOTER_BYTES) problems.push(damaged('It is a footer without a disk'))
  else if (type === 4)
    problems.push(
      unsupported('A differencing VHD', 'It holds only the differences to a parent disk', 'Merge it with its parent in Hyper-V first.'),
    )
  else if (type !== DYNAMIC) problems.push(damaged(`Its header says disk type ${type} where a dynamic disk would stand`))
  if (!tail.startsWith('conectix'))
    problems.push(damaged('Its footer is missing at the end, so the file was cut short or something was added'))
  const dynamicAt = safeBytes(head.u64be(16))
  if (type === DYNAMIC && dynamicAt !== null && head.has(dynamicAt, 8) && !head.startsWith('cxsparse', dynamicAt)) {
    problems.push(damaged('Its dynamic disk header is not where it should be'))
  }
  const variant = type === DYNAMIC ? 'dynamic' : type === 4 ? 'differencing' : `type ${type}`
  return { ...base, variant, virtualBytes: virtualBytesOf(head), problems }
}

/** Without a valid checksum and a fitting length it is a raw disk that happens to end in such a sector. */
function readFixed(tail: ByteView, fileBytes: number): HeaderFacts | null {
  if (!isFixedFooter(tail, fileBytes)) return null
  return { format: 'vhd', label: 'VHD', variant: 'fixed', virtualBytes: virtualBytesOf(tail) }
}

export function isFixedFooter(tail: ByteView, fileBytes: number): boolean {
  if (!tail.startsWith('conectix') || !tail.has(0, FOOTER_BYTES) || tail.u32be(60) !== FIXED) return false
  const size = virtualBytesOf(tail)
  return checksum(tail) === tail.u32be(64) && size !== null && size > 0 && size + FOOTER_BYTES <= fileBytes
}

function virtualBytesOf(footer: ByteView): number | null {
  const sectors = footer.u16be(56) * footer.u8(58) * footer.u8(59)
  const useFooter = SIZE_BY_FOOTER.has(footer.latin1(28, 4)) || sectors >= MAX_GEOMETRY_SECTORS
  return useFooter ? safeBytes((footer.u64be(48) / 512n) * 512n) : sectors * 512
}

/** One's complement of the sum of all footer bytes but the checksum itself. */
function checksum(footer: ByteView): number {
  const bytes = footer.slice(0, FOOTER_BYTES)
  const sum = bytes.reduce((total, byte, at) => (at >= 64 && at < 68 ? total : total + byte), 0)
  return ~sum >>> 0
}
