/** A name for an image as it may stand in vSphere, from a path: without its ending, and without what vSphere escapes. */
export function safeName(path: string): string {
  const name = path.replace(/^.*\//, '').replace(/\.(qcow2|raw|img|vmdk|vdi|vhdx?|ova|iso)(\.(gz|xz|zst|bz2))?$/i, '')
  return name.replaceAll(/[%/\\]/g, '-').slice(0, 80) || 'image'
}
