import path from 'node:path'
import { formatBytes } from '#shared/text/bytes'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { table } from '../print.js'

const COLUMNS = 64
const SHADES = ' ░▒▓█'

export const diskMapCommand: Command = {
  name: 'disk-map',
  summary: 'Where an image holds data, drawn to scale, and what it would take in each format',
  positionals: 'IMAGE',
  counts: { min: 1, max: 1 },
  options: {},
  examples: ['diskwright disk-map disk.qcow2', 'diskwright disk-map disk.qcow2 --json'],
  async run(input, { core, print, signal }) {
    const image = path.resolve(input.positionals[0] ?? '')
    const [map, sizes] = [await core.diskMap(image, signal), await core.measureFormats(image, signal)]
    print.result({ map, sizes })
    const each = formatBytes(map.virtualBytes / COLUMNS)
    print.line(`${formatBytes(map.virtualBytes)}, of which ${formatBytes(map.dataBytes)} hold data; each mark stands for ${each}`)
    print.line(`[${drawn(map.cells)}]`)
    print.line()
    const rows = sizes.map(({ format, subformat, bytes, basis }) => [`${format}:${subformat}`, formatBytes(bytes), basis])
    for (const row of table([['Format', 'Takes', ''], ...rows])) print.line(row)
    return EXIT.ok
  },
}

/** One mark for the mean of some cells; what holds anything at all is never blank. */
function drawn(cells: readonly number[]): string {
  return Array.from({ length: COLUMNS }, (_, column) => {
    const [from, until] = [(column * cells.length) / COLUMNS, ((column + 1) * cells.length) / COLUMNS]
    const some = cells.slice(Math.floor(from), Math.max(Math.floor(from) + 1, Math.ceil(until)))
    const share = some.reduce((sum, cell) => sum + cell, 0) / Math.max(1, some.length)
    return SHADES[share === 0 ? 0 : Math.max(1, Math.round(share * (SHADES.length - 1)))] ?? ' '
  }).join('')
}
