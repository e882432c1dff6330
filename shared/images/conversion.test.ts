import { expect, test } from 'vitest'
import { buildConvertArgs, conversionWarnings, parseOptions } from './conversion.js'
import type { ImageInfo } from './image-info.js'

const GIB = 1024 ** 3
const request = { sourceDriver: 'qcow2', source: '/a/in.qcow2', output: '/a/.out.part', format: 'raw' } as const

test('plain targets are written out of order and synced', () => {
  expect(buildConvertArgs(request)).toEqual([
    'convert',
    '-p',
    '-m',
    '16',
    '-W',
    '-t',
    'writeback',
    '-f',
    'qcow2',
    '-O',
    'raw',
    '/a/in.qcow2',
    '/a/.out.part',
  ])
  expect(buildConvertArgs({ ...request, targetCache: 'none', sourceCache: 'none' }).join(' ')).toContain('-W -t none -T none -f qcow2')
})

test('compressed targets keep their order', () => {
  expect(buildConvertArgs({ ...request, format: 'qcow2', subformat: 'compressed' }).join(' ')).toBe(
    'convert -p -m 16 -c -t writeback -f qcow2 -O qcow2 -o compat=1.1 /a/in.qcow2 /a/.out.part',
  )
  const streamed = buildConvertArgs({ ...request, format: 'vmdk', subformat: 'streamOptimized' })
  expect(streamed).not.toContain('-W')
  expect(streamed).not.toContain('-c')
})

test('options of the user override those of the subformat', () => {
  const args = buildConvertArgs({ ...request, format: 'vhd', subformat: 'fixed', options: ['force_size=off', 'x=a,b'] })
  expect(args[args.indexOf('-o') + 1]).toBe('subformat=fixed,force_size=off,x=a,,b')
})

test.each(['data_file=/etc/passwd', 'backing_file=x', 'encrypt.format=luks', 'size=1', 'novalue', '=x', 'a=b\nc', '-x=1'])(
  'option %j is refused',
  (option) => {
    expect(() => parseOptions([option])).toThrow(expect.objectContaining({ code: 'bad-input' }))
  },
)

test('an unknown subformat is refused', () => {
  expect(() => buildConvertArgs({ ...request, subformat: 'streamOptimized' })).toThrow(expect.objectContaining({ code: 'bad-input' }))
})

function info(overrides: Partial<ImageInfo>): ImageInfo {
  return {
    path: '/a/in.qcow2',
    name: 'in.qcow2',
    folder: '/a',
    format: 'qcow2',
    variant: 'v3, zlib',
    virtualBytes: 10 * GIB,
    fileBytes: GIB,
    onDiskBytes: GIB,
    sectorBytes: 512,
    table: 'gpt',
    partitions: [],
    backingChain: [],
    extents: [],
    osName: null,
    firmware: 'uefi',
    ignitionPlatform: null,
    warnings: [],
    revision: 'r',
    elapsedMs: 1,
    ...overrides,
  }
}

test('a plain conversion has no warnings', () => {
  for (const format of ['raw', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx'] as const) expect(conversionWarnings(info({}), { format })).toEqual([])
})

test('what is lost, added or impossible is said', () => {
  const codes = (image: Partial<ImageInfo>, target: Parameters<typeof conversionWarnings>[1], max?: number) =>
    conversionWarnings(info(image), target, max).map((warning) => warning.code)
  expect(codes({ warnings: [{ code: 'internal-snapshots' }], backingChain: [{ path: '/b', format: 'raw' }] }, { format: 'raw' })).toEqual([
    'snapshots-dropped',
    'backing-merged',
  ])
  expect(codes({ warnings: [{ code: 'cut-short', detail: '3 blocks' }] }, { format: 'raw' })).toEqual(['source-cut-short'])
  expect(codes({}, { format: 'vmdk', subformat: 'monolithicFlat' })).toEqual(['further-files'])
  expect(codes({ virtualBytes: 3000 * GIB }, { format: 'vhd' })).toEqual(['size-limit'])
  expect(codes({ virtualBytes: 3000 * GIB }, { format: 'vmdk', subformat: 'twoGbMaxExtentSparse' })).toEqual(['further-files'])
  expect(codes({ virtualBytes: GIB + 512 }, { format: 'vhd', subformat: 'fixed' })).toEqual(['not-whole-mebibytes'])
  expect(codes({}, { format: 'raw' }, 4 * GIB - 1)).toEqual(['file-limit'])
})
