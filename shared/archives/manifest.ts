export const MANIFEST_DIGESTS = ['sha1', 'sha256', 'sha512'] as const
export type ManifestDigest = (typeof MANIFEST_DIGESTS)[number]

export interface ManifestLine {
  readonly file: string
  readonly digest: ManifestDigest
  /** Lower case. */
  readonly hex: string
}

const HEX_LENGTHS: Readonly<Record<ManifestDigest, number>> = { sha1: 40, sha256: 64, sha512: 128 }

/**
 * Reads the manifest of an OVF package (DMTF DSP0243, 5.1): `SHA256(name)= hex`. Some programs write blanks before the bracket and around
 * the equals sign. Returns what is wrong as a text.
 */
export function readManifest(text: string): readonly ManifestLine[] | string {
  const lines: ManifestLine[] = []
  const seen = new Set<string>()
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.trim() === '') continue
    const match = /^\s*(SHA-?(?:1|256|512))\s*\((.+)\)\s*=\s*([0-9a-fA-F]+)\s*$/i.exec(line)
    if (!match) return `a line of it is no digest: ${line.slice(0, 80)}`
    const digest = MANIFEST_DIGESTS.find((name) => name === match[1]?.toLowerCase().replace('-', ''))
    const [file = '', hex = ''] = [match[2]?.trim(), match[3]?.toLowerCase()]
    if (digest === undefined || hex.length !== HEX_LENGTHS[digest]) return `the digest of ${file} has the wrong length`
    if (seen.has(file)) return `${file} stands in it twice`
    seen.add(file)
    lines.push({ file, digest, hex })
  }
  return lines
}
