/** Whether a name, or with `/` in the query the whole path, is what is looked for. Upper and lower case are the same. */
export type NameMatch = (path: string) => boolean

/**
 * A query of a search by name: a part of the name, or a pattern for all of it where it holds `*` (any text) or `?` (any character).
 * With a `/` in it, it is about the path; `*` then stands for slashes too.
 */
export function matchName(query: string): NameMatch {
  const wanted = fold(query)
  const isPattern = /[*?]/.test(wanted)
  const isPath = wanted.includes('/')
  const pattern = Array.from(isPath && !wanted.startsWith('/') && !wanted.startsWith('*') ? `*/${wanted}` : wanted)
  return (path) => {
    const text = fold(isPath ? path : path.slice(path.lastIndexOf('/') + 1))
    return isPattern ? matchesPattern(Array.from(text), pattern) : text.includes(wanted)
  }
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** In at most `text` times `pattern` steps, whatever the pattern: a star is only ever tried again at its own next place. */
function matchesPattern(text: readonly string[], pattern: readonly string[]): boolean {
  let [at, place, star, starAt] = [0, 0, -1, 0]
  while (at < text.length) {
    if (pattern[place] === '*') {
      star = place
      starAt = at
      place += 1
    } else if (place < pattern.length && (pattern[place] === '?' || pattern[place] === text[at])) {
      place += 1
      at += 1
    } else if (star >= 0) {
      starAt += 1
      at = starAt
      place = star + 1
    } else return false
  }
  return pattern.slice(place).every((char) => char === '*')
}
