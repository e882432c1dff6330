import type { ByteSource } from './byte-source.js'

const HEADER_BYTES = 110
/** Linux PATH_MAX, with its closing NUL. */
const MAX_NAME_BYTES = 4096
const TRAILER = 'TRAILER!!!'

/** What is wrong with an archive, in words for the user. */
export class ArchiveProblem extends Error {}

export interface CpioMember {
  /** Relative; a leading `/` or `./` is left out. */
  readonly name: string
  readonly mode: number
  readonly sizeBytes: number
}

/** Whether a "new ASCII" cpio archive begins with these bytes; six are needed. */
export function isCpio(head: Uint8Array): boolean {
  return /^07070[12]$/.test(Buffer.from(head.subarray(0, 6)).toString('latin1'))
}

/**
 * Members of one archive up to its trailer, as the kernel reads them (Linux Documentation/driver-api/early-userspace/buffer-format.rst).
 * `keep` says whose content is wanted; `onMember` gets it, null for all others. Throws `ArchiveProblem`.
 */
export async function readCpio(
  source: ByteSource,
  keep: (member: CpioMember) => boolean,
  onMember: (member: CpioMember, content: Buffer | null) => void,
): Promise<void> {
  for (;;) {
    const header = await source.take(HEADER_BYTES)
    if (header.length < HEADER_BYTES) throw new ArchiveProblem('A cpio archive ends without its trailer')
    if (!isCpio(header)) throw new ArchiveProblem('A cpio archive is damaged: no header where one has to be')
    const text = header.toString('latin1', 6)
    if (!/^[0-9a-fA-F]{104}$/.test(text)) throw new ArchiveProblem('A cpio archive is damaged: a header holds what is no number')
    const field = (index: number): number => Number.parseInt(text.slice(index * 8, index * 8 + 8), 16)
    const [mode, sizeBytes, nameBytes] = [field(1), field(6), field(11)]
    if (nameBytes < 1 || nameBytes > MAX_NAME_BYTES) throw new ArchiveProblem(`A cpio archive is damaged: a name of ${nameBytes} bytes`)
    const padded = nameBytes + padding(HEADER_BYTES + nameBytes)
    const rawName = (await source.take(padded)).subarray(0, nameBytes)
    if (rawName.length < nameBytes) throw new ArchiveProblem('A cpio archive ends within a name')
    const member = { name: plainName(rawName), mode, sizeBytes }
    if (member.name === TRAILER) return
    const wanted = keep(member)
    const content = wanted ? await source.take(sizeBytes) : null
    const whole = content ? content.length === sizeBytes : await source.skip(sizeBytes)
    if (!whole) throw new ArchiveProblem(`A cpio archive ends within ${member.name}`)
    await source.skip(padding(sizeBytes))
    onMember(member, content && Buffer.from(content))
  }
}

function padding(bytes: number): number {
  return (4 - (bytes % 4)) % 4
}

function plainName(raw: Buffer): string {
  const end = raw.indexOf(0)
  return raw.toString('utf8', 0, end < 0 ? raw.length : end).replace(/^(?:\.?\/)+/, '')
}
