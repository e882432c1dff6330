/** A part of a file that was cut into several: by split(1), by 7-Zip, by upload tools. */
export interface SplitName {
  /** Of the whole. */
  readonly whole: string
  /** Where it belongs among the parts, from 0. */
  readonly index: number
  /** Parts of one file are written alike. */
  readonly style: string
}

const NUMBERED = /^(?<whole>.*[^.])\.(?<word>part[-_.]?|)(?<number>\d{1,4})$/i
/** split(1) without options counts `aa`, `ab` …; three letters where two do not suffice. */
const LETTERED = /^(?<whole>.*[^.])\.(?<letters>[a-z]{2,3})$/

/** What a name says about the place of a part; null for one that is none. Parts that are numbered from 1 count from 0 here as well. */
export function splitName(path: string): SplitName | null {
  const numbered = NUMBERED.exec(path)?.groups
  if (numbered) {
    const { whole = '', word = '', number = '' } = numbered
    return { whole, index: Number(number), style: `${word.toLowerCase()}0` }
  }
  const lettered = LETTERED.exec(path)?.groups
  if (!lettered) return null
  const { whole = '', letters = '' } = lettered
  const index = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 97, 0)
  return { whole, index, style: `letters${letters.length}` }
}

/** Whether a name may be that of the first part. */
export function mayBeFirstPart(path: string): boolean {
  const name = splitName(path)
  return name !== null && (name.index === 0 || (name.index === 1 && !name.style.startsWith('letters')))
}

/** Sets of two parts and more without a gap, by the path of their first. */
export function splitSets(paths: Iterable<string>): Map<string, string[]> {
  const groups = new Map<string, { path: string; index: number }[]>()
  for (const path of paths) {
    const name = splitName(path)
    if (name === null) continue
    const key = `${name.whole}\0${name.style}`
    const group = groups.get(key)
    if (group) group.push({ path, index: name.index })
    else groups.set(key, [{ path, index: name.index }])
  }
  const sets = new Map<string, string[]>()
  for (const group of groups.values()) {
    const parts = group.toSorted((one, other) => one.index - other.index)
    const [first] = parts
    if (first === undefined || parts.length < 2 || !mayBeFirstPart(first.path)) continue
    if (parts.every(({ index }, at) => index === first.index + at)) {
      sets.set(
        first.path,
        parts.map(({ path }) => path),
      )
    }
  }
  return sets
}
