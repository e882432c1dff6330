import { safeBytes, type ByteView } from '../byte-view.js'
import { checkReference } from '../reference.js'
import { damaged, type HeaderFacts, refusedReference, type SniffProblem, unsupported } from '../sniff-result.js'

const HEADER_V2 = 72
const HEADER_V3 = 104
const EXTENSION_BACKING_FORMAT = 0xe2792aca
const EXTENSION_DATA_FILE = 0x44415441
/** QEMU's limits, block/qcow2.h: 32 MiB of L1 table, 1023 bytes of backing file name. */
const MAX_L1_BYTES = 32n * 1024n * 1024n
const MAX_NAME = 1023

const DIRTY = 1n << 0n
const CORRUPT = 1n << 1n
const DATA_FILE = 1n << 2n
const COMPRESSION = 1n << 3n
const EXTENDED_L2 = 1n << 4n
const KNOWN_BITS = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2

/** Reads a qcow2 header (QEMU docs/interop/qcow2.txt). Null when the magic or version 1 says that it is none. */
export function readQcow2(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (!head.startsWith('QFI\u00fb')) return null
  const version = head.u32be(4)
  if (version === 1) return null
  if (version !== 2 && version !== 3) {
    return {
      format: 'qcow2',
      label: 'qcow2',
      problems: [head.has(0, 8) ? unsupported(`qcow2 version ${version}`, 'Only versions 2 and 3 exist') : cutShort()],
    }
  }
  if (!head.has(0, version === 2 ? HEADER_V2 : HEADER_V3))
    return { format: 'qcow2', label: 'qcow2', variant: `v${version}`, problems: [cutShort()] }

  const bits = version === 3 ? head.u64be(72) : 0n
  const headerLength = version === 3 ? head.u32be(100) : HEADER_V2
  const extensions = readExtensions(head, headerLength)
  const problems: SniffProblem[] = [...layoutProblems(head, fileBytes, bits, headerLength)]

  const unknown = bits & ~KNOWN_BITS
  if (unknown !== 0n)
    problems.push(
      unsupported(
        `qcow2 with unknown feature bits 0x${unknown.toString(16)}`,
        'A newer program made it and marked it as unreadable for older ones',
      ),
    )
  if ((bits & CORRUPT) !== 0n) problems.push(damaged('The image is marked as corrupt by the program that wrote it last'))

  const backingFile = readBackingName(head, problems)
  const dataFile = (bits & DATA_FILE) === 0n ? null : (extensions.dataFile ?? '')
  if (dataFile !== null) problems.push(refusedReference(dataFile || 'an external data file', 'data file'))
  const method = head.u32be(32)
  if (method !== 0)
    problems.push({ code: 'image-encrypted', details: { method: method === 1 ? 'AES' : method === 2 ? 'LUKS' : `method ${method}` } })

  const size = safeBytes(head.u64be(24))
  return {
    format: 'qcow2',
    label: 'qcow2',
    variant: variantOf(head, version, bits, headerLength),
    virtualBytes: size === null ? null : Math.ceil(size / 512) * 512,
    backingFile,
    backingFormat: backingFile === null ? null : extensions.backingFormat,
    dataFile,
    encrypted: method !== 0,
    snapshots: head.u32be(60),
    unclean: (bits & DIRTY) !== 0n,
    problems,
  }
}

function cutShort(): SniffProblem {
  return damaged('The file ends inside of its qcow2 header')
}

function variantOf(head: ByteView, version: number, bits: bigint, headerLength: number): string {
  if (version === 2) return 'v2'
  const type = headerLength > HEADER_V3 && (bits & COMPRESSION) !== 0n ? head.u8(104) : 0
  const compression = type === 0 ? 'zlib' : type === 1 ? 'zstd' : `compression ${type}`
  return `v3, ${compression}${(bits & EXTENDED_L2) === 0n ? '' : ', extended L2'}`
}

function layoutProblems(head: ByteView, fileBytes: number, bits: bigint, headerLength: number): SniffProblem[] {
  const clusterBits = head.u32be(20)
  if (clusterBits < 9 || clusterBits > 21) return [damaged(`Its cluster size of 2^${clusterBits} bytes is outside of 512 bytes to 2 MiB`)]
  if (head.u32be(4) === 3 && (headerLength < HEADER_V3 || headerLength > 2 ** clusterBits)) {
    return [damaged(`Its header claims a length of ${headerLength} bytes`)]
  }
  const size = head.u64be(24)
  if (safeBytes(size) === null) return [damaged('It claims a virtual size above 8 PiB')]
  const l1Bytes = BigInt(head.u32be(36)) * 8n
  if (l1Bytes > MAX_L1_BYTES) return [damaged('Its level 1 table is larger than 32 MiB')]
  const cluster = 1n << BigInt(clusterBits)
  const perL2 = cluster / ((bits & EXTENDED_L2) === 0n ? 8n : 16n)
  const span = cluster * perL2
  if (((size + span - 1n) / span) * 8n > l1Bytes) return [damaged('Its level 1 table is too small for its virtual size')]
  if (head.u64be(40) + l1Bytes > BigInt(fileBytes)) return [damaged('The file ends before its level 1 table')]
  if (head.u64be(48) >= BigInt(fileBytes)) return [damaged('The file ends before its refcount table')]
  return []
}

/** Extensions follow the header in 8-byte steps, up to a type of 0 (qcow2.txt, "Header extensions"). */
function readExtensions(head: ByteView, start: number): { backingFormat: string | null; dataFile: string | null } {
  let backingFormat: string | null = null
  let dataFile: string | null = null
  let at = start
  while (head.has(at, 8) && head.u32be(at) !== 0) {
    const length = head.u32be(at + 4)
    if (!head.has(at + 8, length)) break
    if (head.u32be(at) === EXTENSION_BACKING_FORMAT) backingFormat = head.text(at + 8, length)
    if (head.u32be(at) === EXTENSION_DATA_FILE) dataFile = head.text(at + 8, length)
    at += 8 + Math.ceil(length / 8) * 8
  }
  return { backingFormat, dataFile }
}

function readBackingName(head: ByteView, problems: SniffProblem[]): string | null {
  const offset = head.u64be(8)
  const length = head.u32be(16)
  if (offset === 0n) return null
  const start = safeBytes(offset)
  if (start === null || length > MAX_NAME || !head.has(start, length)) {
    problems.push(damaged('The name of its backing file lies outside of the header'))
    return null
  }
  // A length of 0 is what qemu takes for no backing file.
  if (length === 0) return null
  const name = head.text(start, length)
  if (checkReference(name) === 'refused') problems.push(refusedReference(name, 'backing file'))
  return name
}
