export interface ManifestEntry {
  readonly name: string
  /** SHA-256, lower-case hex. */
  readonly sha256: string
}

/**
 * An OVF manifest (DSP0243 5.1: `algorithm "(" name ")" "=" digest`). No blank before the parenthesis: ovftool and vSphere take
 * `SHA256 (` for another algorithm (home-assistant/operating-system issue 826). SHA-256, because vSphere 7 and later refuse SHA-1.
 */
export function ovfManifest(entries: readonly ManifestEntry[]): string {
  return entries.map(({ name, sha256 }) => `SHA256(${name})= ${sha256}\n`).join('')
}
