import type { Edit } from './edit.js'

/** Files of this machine that edits bring into an image, wherever they stand in them. */
export function hostFilesOf(edits: readonly Edit[]): string[] {
  return [...new Set(edits.flatMap((edit) => namedIn(edit)))]
}

function namedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namedIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === 'hostFile' && typeof inner === 'string' ? [inner] : namedIn(inner)))
}
