import type { ByteView } from '../byte-view.js'
import { type HeaderFacts, packed, unsupported } from '../sniff-result.js'
import { isLinuxKernel } from './raw-content.js'

interface Magic {
  readonly offset?: number
  readonly bytes: string
  readonly label: string
  readonly feature: string
  readonly reason: string
  readonly next?: string
  /** Diskwright unpacks it. */
  readonly isPacked?: boolean
}

const UNPACK = 'Unpack it first and open the image that is in it.'
const PACKED = 'It is compressed, and a disk inside cannot be read in place'
const NO_ZIP = 'Unpack it with unzip, 7z or the program that made it, and open the image that is in it.'

/** Files that are often taken for disk images; latin1 magic numbers as in file(1). */
const MAGICS: readonly Magic[] = [
  {
    bytes: '\u001f\u008b',
    label: 'a gzip file',
    feature: 'A gzip file',
    reason: PACKED,
    isPacked: true,
  },
  {
    bytes: '\u00fd7zXZ\0',
    label: 'an xz file',
    feature: 'An xz file',
    reason: PACKED,
    isPacked: true,
  },
  {
    bytes: '\u0028\u00b5\u002f\u00fd',
    label: 'a Zstandard file',
    feature: 'A Zstandard file',
    reason: PACKED,
    isPacked: true,
  },
  { bytes: 'BZh', label: 'a bzip2 file', feature: 'A bzip2 file', reason: PACKED, isPacked: true },
  {
    bytes: '\u0004\u0022\u004d\u0018',
    label: 'an LZ4 file',
    feature: 'An LZ4 file',
    reason: PACKED,
    next: 'Unpack it with unlz4 and open the result.',
  },
  { bytes: 'PK\u0003\u0004', label: 'a zip archive', feature: 'A zip archive', reason: 'It is an archive, not a disk', next: NO_ZIP },
  {
    bytes: '7z\u00bc\u00af\u0027\u001c',
    label: 'a 7-Zip archive',
    feature: 'A 7-Zip archive',
    reason: 'It is an archive, not a disk',
    next: UNPACK,
  },
  { bytes: 'Rar!\u001a\u0007', label: 'a RAR archive', feature: 'A RAR archive', reason: 'It is an archive, not a disk', next: UNPACK },
  {
    bytes: 'MSWIM\0\0\0',
    label: 'a Windows image (WIM)',
    feature: 'A Windows image (WIM)',
    reason: 'It is an archive of files, not a disk',
  },
]

const UNKNOWN: readonly { readonly offset?: number; readonly bytes: string; readonly label: string }[] = [
  { bytes: '\u007fELF', label: 'a Linux program (ELF)' },
  { bytes: '%PDF-', label: 'a PDF document' },
  { bytes: '\u0089PNG\r\n', label: 'a PNG picture' },
  { bytes: '\u00ff\u00d8\u00ff', label: 'a JPEG picture' },
  { bytes: '!<arch>\n', label: 'a Debian package or library archive' },
  { bytes: '\u00ed\u00ab\u00ee\u00db', label: 'an RPM package' },
  { bytes: '070701', label: 'a cpio archive (initramfs)' },
]

/** Known files that are no disk Diskwright opens. Null for anything else. */
export function readOtherFile(head: ByteView): HeaderFacts | null {
  const magic = MAGICS.find((row) => head.startsWith(row.bytes, row.offset ?? 0))
  if (magic !== undefined) {
    const { label, feature, reason, next, isPacked } = magic
    return { format: null, label, problems: [isPacked ? packed(feature, reason) : unsupported(feature, reason, next)] }
  }
  if (head.startsWith('LUKS\u00ba\u00be')) {
    return { format: null, label: 'a LUKS volume', encrypted: true, problems: [{ code: 'image-encrypted', details: { method: 'LUKS' } }] }
  }
  if (head.startsWith('ustar', 257)) return readTar(head)
  const known = UNKNOWN.find((row) => head.startsWith(row.bytes, row.offset ?? 0))?.label ?? otherProgram(head)
  if (known !== undefined)
    return { format: null, label: known, problems: [{ code: 'image-unknown-format', details: { looksLike: known } }] }
  return null
}

/** An OVA is a tar whose first member is the OVF (DMTF DSP0243). */
function readTar(head: ByteView): HeaderFacts {
  const ova = /\.ovf$/i.test(head.label(0, 100))
  return ova
    ? {
        format: null,
        label: 'an OVA',
        problems: [packed('An OVA', 'It is an archive that holds the disk')],
      }
    : { format: null, label: 'a tar archive', problems: [packed('A tar archive', 'It is an archive, not a disk')] }
}

function otherProgram(head: ByteView): string | undefined {
  if (isLinuxKernel(head)) return 'a Linux kernel'
  if (head.startsWith('MZ') && head.startsWith('PE\0\0', head.u32le(0x3c))) return 'a Windows or EFI program'
  return undefined
}

/** Whether the beginning reads as text: no control characters but blanks and line ends. */
export function looksLikeText(head: ByteView): boolean {
  const sample = head.slice(0, 4096)
  return (
    sample.length > 0 && sample.every((byte) => (byte >= 0x20 && byte !== 0x7f) || byte === 9 || byte === 10 || byte === 12 || byte === 13)
  )
}
