import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkFormatOptions, FORMAT_OPTIONS, offeredOptions, parseOptionHelp, parseSize } from './format-options.js'
import { DISK_FORMATS, FORMATS } from './formats.js'

/** `qemu-img create -f vmdk -o help`, QEMU 7.2.22. */
const VMDK_HELP = `Supported vmdk options:
  adapter_type=<str>     - Virtual adapter type, can be one of ide (default), lsilogic, buslogic or legacyESX
  backing_file=<str>     - File name of a base image
  backing_fmt=<str>      - Must be 'vmdk' if present
  compat6=<bool (on/off)> - VMDK version 6 image
  hwversion=<str>        - VMDK hardware version
  size=<size>            - Virtual disk size
  subformat=<str>        - VMDK flat extent format, can be one of {monolithicSparse (default) | monolithicFlat | twoGbMaxExtentSparse | twoGbMaxExtentFlat | streamOptimized} 
  toolsversion=<str>     - VMware guest tools version
  zeroed_grain=<bool (on/off)> - Enable efficient zero writes using the zeroed-grain GTE feature

The protocol level may support further options.
Specify the target filename to include those options.
`

test('names are read out of the help', () => {
  expect(parseOptionHelp(VMDK_HELP)).toEqual([
    'adapter_type',
    'backing_file',
    'backing_fmt',
    'compat6',
    'hwversion',
    'size',
    'subformat',
    'toolsversion',
    'zeroed_grain',
  ])
  expect(parseOptionHelp('  encrypt.cipher-alg=<str> - Name of encryption cipher algorithm\n')).toEqual(['encrypt.cipher-alg'])
  expect(parseOptionHelp('')).toEqual([])
})

test('only what the installed qemu-img has is offered, and only where it goes', () => {
  const installed = parseOptionHelp(VMDK_HELP)
  const names = (subformat: string, has = installed) => offeredOptions('vmdk', subformat, has).map((row) => row.name)
  expect(names('monolithicSparse')).toEqual(['adapter_type', 'compat6', 'hwversion', 'toolsversion', 'zeroed_grain'])
  expect(names('monolithicFlat')).not.toContain('zeroed_grain')
  expect(names('monolithicSparse', ['adapter_type'])).toEqual(['adapter_type'])
})

test.each([
  ['qcow2', 'v3', 'cluster_size=1000', 'power of two'],
  ['qcow2', 'v3', 'cluster_size=4M', 'from 512 bytes to 2 MiB'],
  ['qcow2', 'v3', 'cluster_size=big', '64K'],
  ['qcow2', 'v3', 'refcount_bits=7', 'one of 1, 2'],
  ['qcow2', 'v3', 'lazy_refcounts=yes', 'on or off'],
  ['qcow2', 'v2', 'compression_type=zstd', 'does not go with qcow2:v2'],
  ['qcow2', 'compressed', 'preallocation=metadata', 'does not go with qcow2:compressed'],
  ['qcow2', 'v3', 'extended_l2=on cluster_size=8K', '16 KiB'],
  ['vmdk', 'monolithicSparse', 'compat6=on hwversion=10', 'one of the two'],
  ['vmdk', 'monolithicFlat', 'zeroed_grain=on', 'does not go with'],
  ['vmdk', 'monolithicSparse', 'adapter_type=foo', 'one of ide'],
  ['vhdx', 'dynamic', 'block_size=3M', 'power of two'],
  ['vhdx', 'dynamic', 'block_size=512K', 'from 1 MiB'],
] as const)('%s:%s %s is refused before qemu starts', (format, subformat, texts, words) => {
  expect(() => checkFormatOptions(format, subformat, split(texts))).toThrow(
    expect.objectContaining({ code: 'bad-input', data: expect.objectContaining({ details: { reason: expect.stringContaining(words) } }) }),
  )
})

test.each([
  ['qcow2', 'v3', 'cluster_size=2M extended_l2=on compression_type=zstd lazy_refcounts=on refcount_bits=1'],
  ['qcow2', 'v2', 'preallocation=full cluster_size=65536 compression_type=zlib'],
  ['vmdk', 'streamOptimized', 'adapter_type=lsilogic compat6=on'],
  ['vhdx', 'fixed', 'block_size=32M log_size=2M'],
  ['vhd', 'fixed', 'force_size=off'],
  ['raw', 'sparse', 'preallocation=falloc unknown_to_us=x'],
] as const)('%s:%s %s is taken', (format, subformat, texts) => {
  expect(() => checkFormatOptions(format, subformat, split(texts))).not.toThrow()
})

test('sizes are read as qemu reads them', () => {
  expect([parseSize('512'), parseSize('64K'), parseSize('2m'), parseSize('1G')]).toEqual([512, 65_536, 2_097_152, 1024 ** 3])
  expect([parseSize(''), parseSize('1.5M'), parseSize('-1'), parseSize('64KB')]).toEqual([undefined, undefined, undefined, undefined])
  fc.assert(fc.property(fc.nat(), (bytes) => parseSize(`${bytes}`) === bytes))
})

test('rows are of subformats that exist, and what is usual is among the values', () => {
  for (const format of DISK_FORMATS) {
    const known = FORMATS[format].subformats.map((row) => row.id)
    for (const row of FORMAT_OPTIONS[format]) {
      for (const id of row.subformats ?? []) expect(known, `${format} ${row.name}`).toContain(id)
      const { values } = row
      if (values.kind === 'choice') expect(values.choices.map((choice) => choice.value)).toContain(row.usual)
      if (values.kind === 'number') expect(values.choices).toContain(Number(row.usual))
    }
  }
})

function split(texts: string): { name: string; value: string }[] {
  return texts.split(' ').map((text) => {
    const [name = '', value = ''] = text.split('=')
    return { name, value }
  })
}
