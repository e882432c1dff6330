import { plainMemberName } from '#shared/archives/member-name'
import {
  readSparseBlock,
  readTarHeader,
  type SparsePiece,
  sparseProblem,
  TAR_BLOCK,
  type TarHeader,
  type TarKind,
} from '#shared/archives/tar-header'
import {
  type PaxRecords,
  type PaxSparse,
  paxNumber,
  paxTime,
  paxValue,
  piecesOf,
  readPaxRecords,
  readPaxSparse,
} from '#shared/archives/tar-pax'
import { AppError } from '#shared/errors/app-error'
import type { ReadBytes } from '#shared/images/byte-view'

export const MAX_MEMBERS = 1_000_000
const MAX_PIECES = 1_000_000
/** Of an extended header or a long name. */
const MAX_EXTRA_BYTES = 16 * 1024 * 1024

/** The bytes of a tar, taken in order. */
export interface TarInput {
  readonly position: number
  /** Fewer at the end. */
  take(length: number): Promise<Uint8Array>
  /** False where the end comes first. */
  skip(length: number): Promise<boolean>
}

export interface TarMember {
  /** Without a leading `./`; nobody vouches for it. */
  readonly name: string
  readonly kind: TarKind
  /** What a link leads to, as it is written; empty for all else. */
  readonly link: string
  /** Where its data lies in the tar. */
  readonly dataAt: number
  readonly storedBytes: number
  readonly sizeBytes: number
  /** What of the file the data holds, in order; the rest is zero. */
  readonly pieces: readonly SparsePiece[]
  readonly isSparse: boolean
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** When it was changed last, in seconds since 1970; null where nothing tells. */
  readonly changedAt: number | null
}

/** A tar in a file, read by skipping over its data. */
export class SeekingInput implements TarInput {
  position = 0
  constructor(
    private readonly read: ReadBytes,
    private readonly length: number,
  ) {}

  async take(length: number): Promise<Uint8Array> {
    const bytes = await this.read(this.position, length)
    this.position += bytes.length
    return bytes
  }

  async skip(length: number): Promise<boolean> {
    this.position += length
    return this.position <= this.length
  }
}

/**
 * The members of a tar, in order; a consumer may take the data of one from the input before it asks for the next. Understands ustar, GNU tar
 * (long names, sparse files) and pax. Throws `image-damaged`, and `archive-too-large` for more than a million members.
 */
export async function* readTar(input: TarInput, path: string): AsyncGenerator<TarMember> {
  const damaged = (reason: string): AppError =>
    new AppError('image-damaged', { details: { path, reason: `The tar archive is damaged: ${reason}` } })
  let global: PaxRecords = []
  let extra: LongNames = { records: [] }
  for (let count = 0; ; ) {
    const at = input.position
    const block = await input.take(TAR_BLOCK)
    // Some programs leave out the two blocks of zeros at the end.
    if (block.length === 0 && at > 0) return
    if (block.length < TAR_BLOCK) throw damaged('it ends inside of a header')
    const header = readTarHeader(block)
    if (header === 'end') return
    if (header === null) throw damaged(`there is no header at byte ${at}, where one belongs`)
    count += 1
    if (count > MAX_MEMBERS) throw new AppError('archive-too-large', { details: { path, reason: `more than ${MAX_MEMBERS} members` } })
    if ('xgLK'.includes(header.type)) {
      const bytes = await takeExtra(input, header, damaged)
      if (header.type === 'x') extra = { ...extra, records: readPaxRecords(bytes) ?? reject(damaged('an extended header cannot be read')) }
      if (header.type === 'g') global = readPaxRecords(bytes) ?? reject(damaged('a global header cannot be read'))
      if (header.type === 'L') extra = { ...extra, name: textOf(bytes) }
      if (header.type === 'K') extra = { ...extra, link: textOf(bytes) }
      continue
    }
    const member = await readMember(input, header, { ...extra, records: [...global, ...extra.records] }, damaged)
    extra = { records: [] }
    yield member
    const rest = member.dataAt + padded(member.storedBytes) - input.position
    const isLast = member.dataAt + member.storedBytes - input.position
    if (!(await input.skip(Math.max(0, isLast)))) throw damaged(`it ends inside of ${member.name}`)
    await input.skip(Math.max(0, rest - Math.max(0, isLast)))
  }
}

/** Up to the first NUL. A piece of a longer text would keep all of that in memory. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('utf8')
}

interface LongNames {
  readonly name?: string
  readonly link?: string
  readonly records: PaxRecords
}

async function takeExtra(input: TarInput, header: TarHeader, damaged: (reason: string) => AppError): Promise<Uint8Array> {
  if (header.size > MAX_EXTRA_BYTES) throw damaged('an extended header is larger than any needs to be')
  const bytes = await input.take(padded(header.size))
  if (bytes.length < padded(header.size)) throw damaged('it ends inside of an extended header')
  return bytes.subarray(0, header.size)
}

async function readMember(input: TarInput, header: TarHeader, extra: LongNames, damaged: (reason: string) => AppError): Promise<TarMember> {
  const { records } = extra
  const name = plainMemberName(paxValue(records, 'GNU.sparse.name') ?? paxValue(records, 'path') ?? extra.name ?? header.name)
  const size = header.kind === 'file' ? (paxNumber(records, 'size') ?? header.size) : header.size
  const owners = { uid: paxNumber(records, 'uid') ?? header.uid, gid: paxNumber(records, 'gid') ?? header.gid }
  const changedAt = paxTime(records) ?? header.changedAt
  const about = { name, kind: header.kind, mode: header.mode, ...owners, changedAt }
  const paxSparse = header.kind === 'file' ? readPaxSparse(records) : undefined
  if (paxSparse === null) throw damaged(`the sparse map of ${name} makes no sense`)
  if (header.sparse !== null) {
    const pieces = await oldSparse(input, header.sparse, () => damaged(`the sparse map of ${name} makes no sense`))
    return sparseMember(input.position, pieces, header.sparse.realSize, size)
  }
  if (paxSparse !== undefined) {
    const start = input.position
    const pieces = paxSparse.pieces ?? (await mapInFront(input, () => damaged(`the sparse map of ${name} makes no sense`)))
    return sparseMember(input.position, pieces, paxSparse.realSize, size - (input.position - start))
  }
  const whole = size === 0 ? [] : [{ offset: 0, length: size }]
  const link = header.kind.endsWith('link') ? (paxValue(records, 'linkpath') ?? extra.link ?? header.link) : ''
  return { ...about, link, dataAt: input.position, storedBytes: size, sizeBytes: size, pieces: whole, isSparse: false }

  function sparseMember(dataAt: number, pieces: readonly SparsePiece[], realSize: PaxSparse['realSize'], storedBytes: number): TarMember {
    const problem = sparseProblem(pieces, realSize, storedBytes)
    if (problem !== null) throw damaged(`the sparse map of ${name} makes no sense, ${problem}`)
    return { ...about, kind: 'file', link: '', dataAt, storedBytes, sizeBytes: realSize, pieces, isSparse: true }
  }
}

async function oldSparse(input: TarInput, first: NonNullable<TarHeader['sparse']>, damaged: () => AppError): Promise<SparsePiece[]> {
  const pieces = [...first.pieces]
  for (let isExtended = first.isExtended; isExtended; ) {
    const block = readSparseBlock(await input.take(TAR_BLOCK))
    if (block === null || pieces.length > MAX_PIECES) throw damaged()
    pieces.push(...block.pieces)
    isExtended = block.isExtended
  }
  return pieces.filter(({ length }) => length > 0)
}

/** GNU's sparse format 1.0: the count and then the numbers, a line each, filled up to whole blocks. */
async function mapInFront(input: TarInput, damaged: () => AppError): Promise<SparsePiece[]> {
  const lines: string[] = []
  for (let [text, wanted] = ['', 1]; lines.length < wanted; ) {
    const block = await input.take(TAR_BLOCK)
    if (block.length < TAR_BLOCK || lines.length > 2 * MAX_PIECES) throw damaged()
    text += Buffer.from(block).toString('latin1')
    const whole = text.split('\n')
    text = whole.pop() ?? ''
    for (const line of whole) lines.push(line)
    const count = Number(lines[0] ?? Number.NaN)
    if (!Number.isSafeInteger(count) || count < 0 || count > MAX_PIECES) throw damaged()
    wanted = 1 + 2 * count
    if (text.length > 32 && lines.length < wanted) throw damaged()
  }
  const count = Number(lines[0])
  return piecesOf(lines.slice(1, 1 + 2 * count)) ?? reject(damaged())
}

function padded(bytes: number): number {
  return Math.ceil(bytes / TAR_BLOCK) * TAR_BLOCK
}

function reject(error: AppError): never {
  throw error
}
