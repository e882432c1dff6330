/**
 * Judges a file name that an image header gives. Allowed is only the plain name of a file in the image's own folder:
 * no folder, no `..`, nothing that qemu takes for a protocol (`:` before the first `/`), `json:`, a device.
 * Sixteen years of CVEs (2010-3851, 2022-47951, 2024-32498, 2026-27211) are names that passed here.
 */
export function checkReference(name: string): 'plain-relative' | 'refused' {
  const plain = name.startsWith('./') ? name.slice(2) : name
  if (plain === '' || plain === '.' || plain === '..' || plain.length > 255) return 'refused'
  if (/[/\\:\u0000-\u001f\u007f]/.test(plain)) return 'refused'
  return 'plain-relative'
}
