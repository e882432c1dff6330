import { safeBytes, type ByteView } from '../byte-view.js'
import { damaged, type HeaderFacts, type SniffProblem, unsupported } from '../sniff-result.js'

const SIGNATURE = 0xbeda107f
const HEADER_BYTES = 400
const TYPES: Readonly<Record<number, string>> = { 1: 'dynamic', 2: 'static', 3: 'undo', 4: 'differencing' }

/** Reads a VirtualBox disk header, version 1.1 (QEMU block/vdi.c, "VdiHeader"). Null when the signature is another. */
export function readVdi(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (head.u32le(64) !== SIGNATURE) return null
  const base = { format: 'vdi', label: 'VDI' } as const
  if (!head.has(0, HEADER_BYTES)) return { ...base, problems: [damaged('The file ends inside of its VDI header')] }
  const problems: SniffProblem[] = []
  const version = head.u32le(68)
  if (version !== 0x10001) problems.push(unsupported(`VDI version ${version >>> 16}.${version & 0xffff}`, 'Only version 1.1 can be read'))
  const type = head.u32le(76)
  const variant = TYPES[type] ?? `type ${type}`
  if (type !== 1 && type !== 2)
    problems.push(unsupported(`A VDI of the ${variant} kind`, 'It holds only the differences to another disk, which it names by a UUID'))

  const size = head.u64le(368)
  const blockBytes = BigInt(head.u32le(376))
  const blocks = BigInt(head.u32le(384))
  const virtualBytes = safeBytes(((size + 511n) / 512n) * 512n)
  if (head.u32le(360) !== 512) problems.push(damaged(`Its sectors are ${head.u32le(360)} bytes long instead of 512`))
  if (virtualBytes === null || size > blocks * blockBytes) problems.push(damaged('Its blocks do not cover its virtual size'))
  if (BigInt(head.u32le(340)) + blocks * 4n > BigInt(fileBytes)) problems.push(damaged('The file ends before its block map'))
  return { ...base, variant, virtualBytes, problems }
}
