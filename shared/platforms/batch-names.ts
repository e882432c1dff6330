import { sourceStem } from './artifacts.js'

/**
 * A name for each source, so that no two results of a batch get the same one: the second of two sources that are called alike, in
 * different folders or with different endings, gets a number. Upper and lower case count as the same, as they do on FAT and NTFS.
 */
export function batchNames(sourceNames: readonly string[]): string[] {
  const stems = sourceNames.map(sourceStem)
  const taken = new Set(stems.map((stem) => stem.toLowerCase()))
  const given = new Set<string>()
  return stems.map((stem) => {
    let name = stem
    for (let count = 2; given.has(name.toLowerCase()); count += 1) {
      const candidate = `${stem}-${count}`
      if (!taken.has(candidate.toLowerCase())) name = candidate
    }
    given.add(name.toLowerCase())
    return name
  })
}
