import type { GuestPlace } from '#shared/edits/guest-place'
import type { FileSearch, FoundFile } from '#shared/images/guest-listing'
import { type OsTree, osPathOf, tidyPath, type TreeMount, type TreePlace } from '#shared/images/os-tree'
import { matchName } from '#shared/text/name-match'
import type { ImageView } from './image-view.js'
import { type SearchOptions, type SearchPlace, searchFiles } from './search-guest.js'

/**
 * Files and folders by a part of their name or a pattern, below a folder of a partition or of the system's tree, mounts in it too. What
 * edits remove is left out, what they make is found. Throws `cancelled`, and as `locate` does.
 */
export async function findFiles(view: ImageView, where: GuestPlace, query: string, options: SearchOptions = {}): Promise<FileSearch> {
  const folder = (await view.follow(where)) ?? (await view.locate(where))
  const tree = where.partition === undefined ? view.tree : null
  const places = tree ? placesBelow(tree, tidyPath(where.path), folder) : [folder]
  const found = await searchFiles(
    view.image.files,
    places.map(({ partition, path }): SearchPlace => ({ partition, folder: path })),
    query,
    options,
  )
  const named = found.hits.map((hit): FoundFile => ({ ...hit, osPath: view.tree && osPathOf(view.tree, hit) }))
  // Of the tree, only what the system sees.
  const shown = tree ? named.filter((hit) => hit.osPath !== null) : named
  return { ...found, hits: await withEdits(view, shown, places, query) }
}

/** A folder of the tree and the mounts below it; none of them twice, nor one that lies within another. */
function placesBelow(tree: OsTree, osPath: string, folder: TreePlace): TreePlace[] {
  const isBelow = (at: string): boolean => osPath === '/' || at.startsWith(`${osPath}/`)
  const all = [folder, ...tree.mounts.filter((mount) => isBelow(mount.at)).map(placeOf)]
  return all.filter(
    (place, index) => !all.some((other, at) => at !== index && covers(other, place) && (!covers(place, other) || at < index)),
  )
}

function placeOf({ partition, prefix }: TreeMount): TreePlace {
  return { partition, path: tidyPath(prefix) }
}

function covers(known: TreePlace, place: TreePlace): boolean {
  if (known.partition !== place.partition) return false
  return known.path === '/' || known.path === place.path || place.path.startsWith(`${known.path}/`)
}

async function withEdits(view: ImageView, hits: readonly FoundFile[], places: readonly TreePlace[], query: string): Promise<FoundFile[]> {
  const { draft } = view
  if (!draft) return [...hits]
  const still = await Promise.all(hits.map((hit) => draft.find(hit.partition, hit.path)))
  const left = hits.filter((_, index) => still[index] !== undefined)
  const known = new Set(left.map((hit) => `${hit.partition}:${hit.path}`))
  const matches = matchName(query)
  const made = draft.steps().flatMap(({ operation }) => {
    if (!('path' in operation)) return []
    const path = operation.kind === 'rename' ? operation.to : operation.path
    return [{ partition: operation.partition, path }]
  })
  const added: FoundFile[] = []
  for (const place of made) {
    const key = `${place.partition}:${place.path}`
    if (known.has(key) || !matches(place.path) || !places.some((one) => covers(one, place))) continue
    const entry = await draft.find(place.partition, place.path)
    if (!entry) continue
    known.add(key)
    added.push({ ...place, kind: entry.kind, osPath: view.tree && osPathOf(view.tree, place) })
  }
  return [...added, ...left]
}
