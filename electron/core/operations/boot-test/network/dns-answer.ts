const HEADER_BYTES = 12
const RESPONSE = 0x8000
const AUTHORITATIVE = 0x0400
const RECURSION_DESIRED = 0x0100
const RECURSION_AVAILABLE = 0x0080
const NO_SUCH_NAME = 3
const TYPE_A = 1
const CLASS_IN = 1
const TTL_SECONDS = 60
/** RFC 1035, 4.1.4: the name is the one of the question. */
const POINTER_TO_QUESTION = 0xc000 | HEADER_BYTES

export interface Question {
  /** In lower case, without the dot at the end. */
  readonly name: string
  readonly type: number
  /** Where it ends. */
  readonly end: number
}

/** The one question of a query, RFC 1035, 4.1; undefined for any other message. */
export function readQuestion(query: Buffer): Question | undefined {
  if (query.length < HEADER_BYTES || (query.readUInt16BE(2) & RESPONSE) !== 0 || query.readUInt16BE(4) !== 1) return undefined
  const labels: string[] = []
  let at = HEADER_BYTES
  for (;;) {
    const length = query[at]
    if (length === undefined || length > 63) return undefined
    if (length === 0) break
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  if (at + 5 > query.length || query.readUInt16BE(at + 3) !== CLASS_IN) return undefined
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** An address for a question about one, nothing for other questions about the name; without an address there is no such name. */
export function answerQuestion(query: Buffer, { type, end }: Question, address: string | undefined): Buffer {
  const head = Buffer.from(query.subarray(0, end))
  const hasAnswer = address !== undefined && type === TYPE_A
  const asked = head.readUInt16BE(2) & RECURSION_DESIRED
  head.writeUInt16BE(RESPONSE | AUTHORITATIVE | RECURSION_AVAILABLE | asked | (address === undefined ? NO_SUCH_NAME : 0), 2)
  head.writeUInt16BE(hasAnswer ? 1 : 0, 6)
  head.writeUInt32BE(0, 8)
  if (!hasAnswer) return head
  const record = Buffer.alloc(16)
  record.writeUInt16BE(POINTER_TO_QUESTION, 0)
  record.writeUInt16BE(TYPE_A, 2)
  record.writeUInt16BE(CLASS_IN, 4)
  record.writeUInt32BE(TTL_SECONDS, 6)
  record.writeUInt16BE(4, 10)
  record.set(address.split('.').map(Number), 12)
  return Buffer.concat([head, record])
}
