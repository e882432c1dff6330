import { looksLikeOvf } from '../archives/ovf-head.js'
import { ByteView, type ReadBytes } from './byte-view.js'
import { imageFormat } from './formats.js'
import { looksLikeText, readOtherFile } from './headers/other-files.js'
import { readQcow2 } from './headers/qcow2.js'
import { hasGpt, hasMbrEntries, isIso, readRawContent } from './headers/raw-content.js'
import { readSourceFormat } from './headers/source-formats.js'
import { readVdi } from './headers/vdi.js'
import { isFixedFooter, readVhd } from './headers/vhd.js'
import { readVhdx, readVhdxDetails } from './headers/vhdx.js'
import { readVmdk } from './headers/vmdk.js'
import { damaged, type HeaderFacts, packed, type SniffResult } from './sniff-result.js'

/** How much of a file `sniffImage` wants to see. */
export const HEAD_BYTES = 64 * 1024
export const TAIL_BYTES = 512
const BTRFS_MAGIC_AT = 0x10040

export interface SniffInput {
  /** The first 64 KiB, less when the file is shorter. */
  readonly head: Uint8Array
  /** The last 512 bytes, less when the file is shorter. */
  readonly tail: Uint8Array
  readonly fileBytes: number
}

/**
 * Says what a file is by its own bytes, before any tool opens it. Never throws, whatever the bytes; what is wrong
 * stands in `problems`. The size and kind of a VHDX lie further in: use `sniffFile` for these.
 */
export function sniffImage(input: SniffInput): SniffResult {
  const head = new ByteView(input.head.subarray(0, HEAD_BYTES))
  const tail = new ByteView(input.tail)
  const { fileBytes } = input
  if (fileBytes === 0 || head.length === 0) {
    return complete({ format: null, label: 'an empty file', problems: [{ code: 'image-empty', details: {} }] }, [])
  }
  const facts =
    readQcow2(head, fileBytes) ??
    readVhdx(head, fileBytes) ??
    readVdi(head, fileBytes) ??
    readVmdk(head, fileBytes) ??
    readVhd(head, tail, fileBytes) ??
    readSourceFormat(head, tail, fileBytes) ??
    readOtherFile(head) ??
    readRaw(head, fileBytes)
  return complete(facts, otherReadings(facts, head, tail, fileBytes))
}

/** `sniffImage` over a file that can be read anywhere. `read` may give fewer bytes than asked for, never more. */
export async function sniffFile(read: ReadBytes, fileBytes: number): Promise<SniffResult> {
  const head = await read(0, Math.min(HEAD_BYTES, fileBytes))
  const tail = await read(Math.max(0, fileBytes - TAIL_BYTES), Math.min(TAIL_BYTES, fileBytes))
  const result = sniffImage({ head, tail, fileBytes })
  if (result.format === 'vhdx' && result.problems.length === 0) {
    const details = await readVhdxDetails(read)
    return { ...complete(details, result.alsoLooksLike) }
  }
  if (result.format === null || result.variant === 'blank') {
    const magic = new ByteView(await read(BTRFS_MAGIC_AT, 8))
    if (magic.startsWith('_BHRfS_M') && result.problems.every((problem) => problem.code === 'image-unknown-format')) {
      return complete(rawFacts('btrfs', fileBytes), result.alsoLooksLike)
    }
  }
  return result
}

function complete(facts: HeaderFacts, alsoLooksLike: readonly string[]): SniffResult {
  return {
    variant: '',
    virtualBytes: null,
    backingFile: null,
    backingFormat: null,
    dataFile: null,
    encrypted: false,
    snapshots: 0,
    unclean: false,
    extents: [],
    problems: [],
    ...facts,
    driver: facts.format === null ? null : imageFormat(facts.format).driver,
    alsoLooksLike,
  }
}

function readRaw(head: ByteView, fileBytes: number): HeaderFacts {
  const content = readRawContent(head)
  if (content !== null) return rawFacts(content, fileBytes)
  if (head.isZero(0, head.length) && fileBytes % 512 === 0) return rawFacts('blank', fileBytes)
  const label = looksLikeText(head) ? 'a text file' : 'unknown data'
  if (label === 'a text file' && looksLikeOvf(head.text(0, head.length))) {
    const problem = packed('An OVF descriptor', 'It describes a machine whose disks lie beside it')
    return { format: null, label: 'an OVF descriptor', problems: [problem] }
  }
  const details = label === 'a text file' ? { looksLike: label } : {}
  return { format: null, label, problems: [{ code: 'image-unknown-format', details }] }
}

/** qemu rounds a raw file up to whole sectors. */
function rawFacts(content: string, fileBytes: number): HeaderFacts {
  const problems = fileBytes < 512 ? [damaged('The file is shorter than one sector')] : []
  return { format: 'raw', label: 'raw', variant: content, virtualBytes: Math.ceil(fileBytes / 512) * 512, problems }
}

/** Signs of a second format in the same bytes: a disk made to be read in two ways. */
function otherReadings(facts: HeaderFacts, head: ByteView, tail: ByteView, fileBytes: number): string[] {
  const others: string[] = []
  if (facts.format !== 'vhd' && isFixedFooter(tail, fileBytes)) others.push('fixed VHD')
  if (facts.format === 'raw' || (facts.format === 'vhd' && facts.variant === 'fixed')) return others
  if (isIso(head)) others.push('ISO 9660')
  else if (hasGpt(head)) others.push('raw disk with a GPT')
  else if (hasMbrEntries(head)) others.push('raw disk with an MBR')
  return others
}
