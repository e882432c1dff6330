import { parentOf } from './entry-name.js'

const MAX_STEPS = 1024

/**
 * Where a path of an image leads when the symbolic link at `link`, which is the path itself or a folder above it, is followed as the system in the image would: `/` is the
 * root of the image, and nothing leads above that. Both are tidy and absolute. Null where only the links on the way would tell: `x/..` is not the folder of `x` when `x` is one.
 */
export function followLink(path: string, { link, target }: { readonly link: string; readonly target: string }): string | null {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const up = parts.findIndex((part) => part !== '..')
  const named = up < 0 ? [] : parts.slice(up)
  if (target === '' || named.includes('..')) return null
  const from = target.startsWith('/') ? [] : parentOf(link).split('/').filter(Boolean)
  const above = from.slice(0, Math.max(0, from.length - (parts.length - named.length)))
  return `/${[...above, ...named, ...path.slice(link.length).split('/').filter(Boolean)].join('/')}`
}

/** What stands at a path below a folder, as its parts; `link` is the target of a symbolic link. */
export type LookUp = (parts: readonly string[]) => { readonly link: string | null } | null

/**
 * Whether a symbolic link leads to a place below the folder that it is part of, whatever other links it passes. `at`: parts of its own path
 * below the folder. An absolute target never does: on another machine it means something else. What it leads to need not be there.
 */
export function linkStaysInside(at: readonly string[], target: string, lookUp: LookUp): boolean {
  if (target.startsWith('/')) return false
  let place = at.slice(0, -1)
  const waiting = target.split('/').filter((part) => part !== '' && part !== '.')
  for (let steps = 0; waiting.length > 0; steps += 1) {
    // A kernel follows 40 links and no more; what is longer is made to confuse.
    if (steps > MAX_STEPS) return false
    const part = waiting.shift() ?? ''
    if (part === '..') {
      if (place.length === 0) return false
      place = place.slice(0, -1)
      continue
    }
    const next = [...place, part]
    const link = lookUp(next)?.link ?? null
    if (link === null) place = next
    else if (link.startsWith('/')) return false
    else waiting.unshift(...link.split('/').filter((piece) => piece !== '' && piece !== '.'))
    if (waiting.length > 4096) return false
  }
  return true
}
