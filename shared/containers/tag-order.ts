/** Tags that cosign gives to signatures, attestations and bills of materials of an image: nobody asks for them by name. */
const ATTACHED = /^sha256-[0-9a-f]{64}(?:\.[a-z]+)?$/
const PRERELEASE = /^[-_.~]?(?:alpha|beta|pre|preview|rc|dev|nightly|snapshot|ea|a|b)(?![a-z])/i

interface TagParts {
  readonly tag: string
  readonly name: string
  readonly numbers: readonly bigint[]
  readonly rest: string
}

/**
 * `latest`, then versions, the newest first (`1.10` before `1.9`, `2.0` before `2.0-rc1`), then names, each with its own versions. Tags of signatures are left
 * out. The same tags always give the same order.
 */
export function orderTags(tags: readonly string[]): string[] {
  const parts = [...new Set(tags)].filter((tag) => !ATTACHED.test(tag)).map(partsOf)
  return parts.sort(compareTags).map(({ tag }) => tag)
}

function partsOf(tag: string): TagParts {
  const [, name = '', version = '', rest = ''] = /^(v(?=\d)|\D*)(\d+(?:\.\d+)*)?(.*)$/i.exec(tag) ?? []
  const numbers = version === '' ? [] : version.split('.').map(BigInt)
  return { tag, name: /^v$/i.test(name) && numbers.length > 0 ? '' : name, numbers, rest }
}

function compareTags(one: TagParts, other: TagParts): number {
  const latest = Number(other.tag === 'latest') - Number(one.tag === 'latest')
  return (
    latest ||
    compareText(one.name, other.name) ||
    compareNumbers(one.numbers, other.numbers) ||
    compareRest(one, other) ||
    compareText(one.tag, other.tag)
  )
}

/** The higher first; what says less (`1.2`, which moves) before what says more (`1.2.0`). */
function compareNumbers(one: readonly bigint[], other: readonly bigint[]): number {
  for (const [index, number] of one.entries()) {
    const against = other[index]
    if (against === undefined) return 1
    if (number !== against) return number > against ? -1 : 1
  }
  return one.length - other.length
}

/** A release, then what was built of it in other ways, then what came before it, the newest first. */
function compareRest({ rest: one }: TagParts, { rest: other }: TagParts): number {
  const rank = (rest: string): number => (rest === '' ? 0 : PRERELEASE.test(rest) ? 2 : 1)
  if (rank(one) !== rank(other)) return rank(one) - rank(other)
  return rank(one) === 2 ? -natural(one, other) : natural(one, other)
}

/** Numbers in a text count as numbers. */
function natural(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split(/(\d+)/)) as [string[], string[]]
  for (const [index, part] of left.entries()) {
    const against = right[index]
    if (against === undefined) return 1
    if (part === against) continue
    if (index % 2 === 1) return BigInt(part) === BigInt(against) ? part.length - against.length : BigInt(part) > BigInt(against) ? 1 : -1
    return compareText(part, against)
  }
  return left.length - right.length
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
