import { type ByteView, safeBytes } from '../byte-view.js'
import { damaged, type HeaderFacts, type SniffProblem, unsupported } from '../sniff-result.js'

const SECTOR = 512n
const MAX_NAME = 1023

/** Formats that are read and never written, by their headers. Null when it is none of them. */
export function readSourceFormat(head: ByteView, tail: ByteView, fileBytes: number): HeaderFacts | null {
  return (
    readQcow(head, fileBytes) ??
    readQed(head, fileBytes) ??
    readParallels(head, fileBytes) ??
    readBochs(head, fileBytes) ??
    readCloop(head, fileBytes) ??
    readDmg(tail, fileBytes)
  )
}

/** Version 1 of qcow; big-endian (QEMU block/qcow.c, "QCowHeader"). */
function readQcow(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (!head.startsWith('QFI\u00fb') || head.u32be(4) !== 1) return null
  const base = { format: 'qcow', label: 'qcow', variant: 'v1' } as const
  if (!head.has(0, 48)) return { ...base, problems: [cutShort('qcow')] }
  const problems: SniffProblem[] = []
  const [clusterBits, tableBits] = [head.u8(32), head.u8(33)]
  if (clusterBits < 9 || clusterBits > 16 || tableBits < 6 || tableBits > 13) problems.push(damaged('Its cluster size makes no sense'))
  const method = head.u32be(36)
  if (method !== 0) problems.push({ code: 'image-encrypted', details: { method: 'AES' } })
  if (head.u64be(40) > BigInt(fileBytes)) problems.push(damaged('The file ends before its cluster table'))
  return {
    ...base,
    virtualBytes: wholeSectors(head.u64be(24)),
    backingFile: nameAt(head, head.u64be(8), head.u32be(16), problems),
    encrypted: method !== 0,
    problems,
  }
}

const QED_BACKING = 1n
const QED_NEED_CHECK = 2n
const QED_BACKING_IS_RAW = 4n

/** Little-endian (QEMU docs/interop/qed_spec.rst). */
function readQed(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (!head.startsWith('QED\0')) return null
  const base = { format: 'qed', label: 'QED' } as const
  if (!head.has(0, 64)) return { ...base, problems: [cutShort('QED')] }
  const problems: SniffProblem[] = []
  const features = head.u64le(16)
  if ((features & ~(QED_BACKING | QED_NEED_CHECK | QED_BACKING_IS_RAW)) !== 0n)
    problems.push(unsupported('QED with unknown feature bits', 'A newer program made it and marked it as unreadable for older ones'))
  const cluster = head.u32le(4)
  if (!isPowerOfTwo(cluster) || cluster < 4096 || cluster > 64 * 1024 ** 2) problems.push(damaged('Its cluster size makes no sense'))
  if (head.u64le(40) > BigInt(fileBytes)) problems.push(damaged('The file ends before its cluster table'))
  const backed = (features & QED_BACKING) !== 0n
  return {
    ...base,
    virtualBytes: wholeSectors(head.u64le(48)),
    backingFile: backed ? nameAt(head, BigInt(head.u32le(56)), head.u32le(60), problems) : null,
    backingFormat: backed && (features & QED_BACKING_IS_RAW) !== 0n ? 'raw' : null,
    unclean: (features & QED_NEED_CHECK) !== 0n,
    problems,
  }
}

const PARALLELS_IN_USE = 0x746f6e59

/** An expanding Parallels disk; little-endian (QEMU docs/interop/parallels.rst). The older magic counts sectors in 32 bits. */
function readParallels(head: ByteView, fileBytes: number): HeaderFacts | null {
  const extended = head.startsWith('WithouFreSpacExt')
  if (!extended && !head.startsWith('WithoutFreeSpace')) return null
  const base = { format: 'parallels', label: 'Parallels', variant: extended ? 'extended' : 'expanding' } as const
  if (!head.has(0, 64)) return { ...base, problems: [cutShort('Parallels')] }
  const problems: SniffProblem[] = []
  const [version, track, entries] = [head.u32le(16), head.u32le(28), head.u32le(32)]
  if (version !== 2) problems.push(unsupported(`Parallels version ${version}`, 'Only version 2 can be read'))
  if (track === 0) problems.push(damaged('Its blocks have no size'))
  if (64n + BigInt(entries) * 4n > BigInt(fileBytes)) problems.push(damaged('The file ends before its block map'))
  const sectors = extended ? head.u64le(36) : BigInt(head.u32le(36))
  return { ...base, virtualBytes: safeBytes(sectors * SECTOR), unclean: head.u32le(44) === PARALLELS_IN_USE, problems }
}

const BOCHS_V1 = 0x10000

/** A growing redolog; little-endian (QEMU block/bochs.c, "struct bochs_header"). */
function readBochs(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (!head.startsWith('Bochs Virtual HD Image')) return null
  const base = { format: 'bochs', label: 'Bochs' } as const
  if (!head.has(0, 512)) return { ...base, problems: [cutShort('Bochs')] }
  const [type, subtype] = [head.label(32, 16), head.label(48, 16)]
  const variant = subtype.toLowerCase()
  if (type !== 'Redolog' || subtype !== 'Growing') {
    const problem = unsupported(`A Bochs image of the kind ${type} ${subtype}`, 'Only growing images stand on their own')
    return { ...base, variant, problems: [problem] }
  }
  const problems: SniffProblem[] = []
  const entries = head.u32le(72)
  if (BigInt(head.u32le(68)) + BigInt(entries) * 4n > BigInt(fileBytes)) problems.push(damaged('The file ends before its catalog'))
  if (!isPowerOfTwo(head.u32le(80))) problems.push(damaged('Its extent size makes no sense'))
  return { ...base, variant, virtualBytes: wholeSectors(head.u64le(head.u32le(64) === BOCHS_V1 ? 84 : 88)), problems }
}

const CLOOP_MAX_BLOCK = 64 * 1024 ** 2

/** A compressed loop device, version 2; big-endian (QEMU block/cloop.c). */
function readCloop(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (!head.startsWith('#!/bin/sh\n#V2.0 Format\n')) return null
  const base = { format: 'cloop', label: 'cloop', variant: 'v2' } as const
  if (!head.has(0, 136)) return { ...base, problems: [cutShort('cloop')] }
  const problems: SniffProblem[] = []
  const [blockBytes, blocks] = [head.u32be(128), head.u32be(132)]
  if (blockBytes === 0 || blockBytes % 512 !== 0 || blockBytes > CLOOP_MAX_BLOCK) problems.push(damaged('Its block size makes no sense'))
  if (136n + (BigInt(blocks) + 1n) * 8n > BigInt(fileBytes)) problems.push(damaged('The file ends before its block map'))
  return { ...base, virtualBytes: safeBytes(BigInt(blockBytes) * BigInt(blocks)), problems }
}

/** Apple's disk image, by the trailer that ends it (QEMU block/dmg.c; libdmg-hfsplus dmg/dmg.h, "UDIFResourceFile"). Big-endian. */
function readDmg(tail: ByteView, fileBytes: number): HeaderFacts | null {
  if (!tail.startsWith('koly') || !tail.has(0, 512)) return null
  const base = { format: 'dmg', label: 'dmg' } as const
  const problems: SniffProblem[] = []
  const [listOffset, listLength] = [tail.u64be(0xd8), tail.u64be(0xe0)]
  if (listOffset + listLength > BigInt(fileBytes)) problems.push(damaged('Its list of blocks lies behind its end'))
  return { ...base, variant: 'UDIF', virtualBytes: safeBytes(tail.u64be(0x1ec) * SECTOR), problems }
}

function nameAt(head: ByteView, offset: bigint, length: number, problems: SniffProblem[]): string | null {
  if (offset === 0n || length === 0) return null
  if (length > MAX_NAME || offset > BigInt(head.length - length)) {
    problems.push(damaged('The name of its backing file lies outside of its header'))
    return null
  }
  return head.text(Number(offset), length)
}

function wholeSectors(bytes: bigint): number | null {
  return safeBytes(((bytes + SECTOR - 1n) / SECTOR) * SECTOR)
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0
}

function cutShort(format: string): SniffProblem {
  return damaged(`The file ends inside of its ${format} header`)
}
