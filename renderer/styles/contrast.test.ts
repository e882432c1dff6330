import { expect, test, vi } from 'vitest'

// Not a plain import: the renderer's project knows no Node, and Vitest empties imported style sheets.
const { readFileSync } = await vi.importActual<{ readFileSync: (file: URL, encoding: 'utf8') => string }>('node:fs')
// Vite would rewrite the address of a known file into one of its server
const here = import.meta.url
const css = readFileSync(new URL('tokens.css', here), 'utf8')

/** Relative luminance and contrast ratio: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function tokens(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--dw-([a-z0-9-]+): (#[0-9a-f]{6})/g)].map((found) => [found[1] ?? '', found[2] ?? '']))
}

const [common = '', light = '', dark = ''] = css.split(/(?=^:root,$|^:root\[data-mantine-color-scheme=["']dark)/m)
const SCHEMES = { light: { ...tokens(common), ...tokens(light) }, dark: { ...tokens(common), ...tokens(dark) } }

const PAIRS = [
  ...['background', 'surface', 'sunken'].flatMap((ground) =>
    ['text', 'dim', 'faint', 'red', 'green', 'amber'].map((ink) => [ink, ground] as const),
  ),
  ['accent', 'surface'],
  ['accent-ink', 'accent-soft'],
  ['accent-ink', 'surface'],
  ['text', 'accent-soft'],
  ['dim', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['red', 'red-soft'],
  ['green', 'green-soft'],
  ['amber', 'amber-soft'],
  ['text', 'red-soft'],
  ['text', 'green-soft'],
  ['terminal-text', 'terminal'],
  ['terminal-dim', 'terminal'],
  ...['fat', 'ext', 'xfs', 'btrfs', 'iso9660', 'squashfs', 'ntfs', 'swap', 'lvm', 'luks', 'other', 'none'].map(
    (kind) => ['on-fs', `fs-${kind}`] as const,
  ),
] as const

test.each(Object.entries(SCHEMES))('every text of the %s scheme has 4.5:1 on its ground', (_scheme, values) => {
  const low = PAIRS.filter(([ink, ground]) => !(contrast(values[ink] ?? '', values[ground] ?? '') >= 4.5)).map(
    ([ink, ground]) => `${ink} on ${ground}: ${contrast(values[ink] ?? '', values[ground] ?? '').toFixed(2)}`,
  )
  expect(low).toEqual([])
})
