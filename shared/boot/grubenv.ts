import { AppError } from '../errors/app-error.js'
import { spliceAll } from './splice.js'

const HEADER = '# GRUB Environment Block\n'
/** What grub-editenv makes and what `save_env` expects (GRUB manual, "The GRUB environment block"). */
const BLOCK_BYTES = 1024

interface EnvLine {
  readonly start: number
  /** After the line end. */
  readonly end: number
  /** Null for a comment, or what is no assignment. */
  readonly name: string | null
  readonly value: string
}

/**
 * Variables of a GRUB environment block, or null when the text is none. Normally 1024 bytes, filled up with `#`;
 * a backslash keeps the character after it (GRUB grub-core/lib/envblk.c).
 */
export function parseGrubenv(text: string): Map<string, string> | null {
  if (!text.startsWith(HEADER)) return null
  return new Map(envLines(text).flatMap((line) => (line.name === null ? [] : [[line.name, line.value] as const])))
}

/** A backslash keeps a line end inside the line, in comments too (`find_next_line` of envblk.c). */
function envLines(text: string): EnvLine[] {
  const lines: EnvLine[] = []
  let at = HEADER.length
  while (at < text.length) {
    const start = at
    const chars: string[] = []
    for (; at < text.length && text.charAt(at) !== '\n'; at += 1) {
      if (text.charAt(at) === '\\') at += 1
      chars.push(text.charAt(at))
    }
    at = Math.min(at + 1, text.length)
    const line = chars.join('')
    const equals = line.indexOf('=')
    const assigns = text.charAt(start) !== '#' && equals > 0
    lines.push({ start, end: at, name: assigns ? line.slice(0, equals) : null, value: assigns ? line.slice(equals + 1) : '' })
  }
  return lines
}

/**
 * The block with variables set, or removed where the value is null; it keeps its size, and all other variables keep
 * their order and spelling. An empty text gives a new block; a block shorter than 1024 bytes grows to that when it must.
 * Of a variable that stands there twice the last one counts and is changed.
 * @throws AppError `edit-conflict` with `reason` when the text is no such block, the name cannot be one, or the
 * variables do not fit.
 */
export function setGrubenv(text: string, changes: Readonly<Record<string, string | null>>): string {
  const block = text === '' ? HEADER.padEnd(BLOCK_BYTES, '#') : text
  const present = parseGrubenv(block)
  if (present === null) throw conflict('it does not start like a GRUB environment block')
  const wanted = Object.entries(changes).filter(([name, value]) => (present.get(name) ?? null) !== value)
  if (wanted.length === 0) return text
  for (const [name] of wanted) if (!/^[^#=\\\n\0][^=\\\n\0]*$/.test(name)) throw conflict(`${name} cannot be the name of a variable`)

  const padding = paddingStart(block)
  if (block.charAt(padding - 1) !== '\n') throw conflict('its last variable has no line end')
  const body = wanted.reduce((rest, [name, value]) => setVariable(rest, name, value), block.slice(0, padding))
  const width = byteWidth(block)
  const room = width(block) - width(body)
  const more = room < 0 && width(block) < BLOCK_BYTES ? BLOCK_BYTES - width(block) : 0
  if (room + more < 0) throw conflict(`the variables need ${width(body)} bytes and the block has ${width(block)}`)
  return body + '#'.repeat(room + more)
}

function setVariable(body: string, name: string, value: string | null): string {
  const hits = envLines(body).filter((line) => line.name === name)
  if (value === null)
    return spliceAll(
      body,
      hits.map(({ start, end }) => ({ start, end, text: '' })),
    )
  if (value.includes('\0')) throw conflict(`the value of ${name} holds a NUL`)
  const assignment = `${name}=${value.replace(/[\\\n]/g, '\\$&')}\n`
  const last = hits.at(-1)
  return last === undefined ? body + assignment : body.slice(0, last.start) + assignment + body.slice(last.end)
}

function paddingStart(block: string): number {
  let at = block.length
  while (at > 0 && block.charAt(at - 1) === '#') at -= 1
  return at
}

/** Bytes of a text: the block's own size tells whether its bytes were read as UTF-8 or as Latin-1. */
function byteWidth(block: string): (text: string) => number {
  const isLatin1 = block.length % 512 === 0 && utf8Bytes(block) % 512 !== 0
  return isLatin1 ? (text) => text.length : utf8Bytes
}

function utf8Bytes(text: string): number {
  let bytes = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return bytes
}

function conflict(reason: string): AppError {
  return new AppError('edit-conflict', { details: { reason } })
}
