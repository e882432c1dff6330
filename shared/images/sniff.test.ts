import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteView } from './byte-view.js'
import { checkReference } from './reference.js'
import { HEAD_BYTES, sniffFile, sniffImage } from './sniff.js'

/** A header drawn into zeros: `[offset, value]` with text as latin1 and numbers by their width in bytes, big-endian. */
type Field = readonly [offset: number, text: string] | readonly [offset: number, value: number | bigint, bytes: 1 | 2 | 4 | 8, order?: 'le']

function draw(fields: readonly Field[], length = 4096): Uint8Array {
  const bytes = new Uint8Array(length)
  for (const [offset, value, width, order] of fields) {
    if (typeof value === 'string')
      bytes.set(
        [...value].map((char) => char.charCodeAt(0)),
        offset,
      )
    else
      for (let at = 0; at < (width ?? 1); at += 1) {
        const place = order === 'le' ? at : (width ?? 1) - 1 - at
        bytes[offset + at] = Number((BigInt(value) >> BigInt(8 * place)) & 0xffn)
      }
  }
  return bytes
}

function sniff(bytes: Uint8Array, fileBytes = bytes.length) {
  return sniffImage({ head: bytes.subarray(0, HEAD_BYTES), tail: bytes.subarray(-512), fileBytes })
}

const QCOW2: readonly Field[] = [
  [0, 'QFI\u00fb'],
  [4, 3, 4],
  [20, 16, 4],
  [24, 10 * 1024 ** 3, 8],
  [36, 20, 4],
  [40, 0x30000, 8],
  [48, 0x10000, 8],
  [56, 1, 4],
  [96, 4, 4],
  [100, 104, 4],
]
const qcow2 = (...more: Field[]) => sniff(draw([...QCOW2, ...more], HEAD_BYTES), 0x40000)
const codes = (result: { problems: readonly { code: string }[] }) => result.problems.map((problem) => problem.code)

test('a qcow2 header', () => {
  expect(qcow2()).toMatchObject({
    format: 'qcow2',
    driver: 'qcow2',
    variant: 'v3, zlib',
    virtualBytes: 10 * 1024 ** 3,
    problems: [],
    alsoLooksLike: [],
  })
})

test.each<[string, Field[], string[]]>([
  [
    'absolute backing file',
    [
      [8, 0x200, 8],
      [16, 11, 4],
      [0x200, '/etc/passwd'],
    ],
    ['reference-refused'],
  ],
  [
    'json backing file',
    [
      [8, 0x200, 8],
      [16, 21, 4],
      [0x200, 'json:{"driver":"raw"}'],
    ],
    ['reference-refused'],
  ],
  [
    'backing file name outside of the header',
    [
      [8, 0x7fff_ffff_ffffn, 8],
      [16, 5, 4],
    ],
    ['image-damaged'],
  ],
  [
    'backing file name of 4 GB',
    [
      [8, 0x200, 8],
      [16, 0xffff_ffff, 4],
    ],
    ['image-damaged'],
  ],
  [
    'data file',
    [
      [72, 4, 8],
      [104, 0x44415441, 4],
      [108, 5, 4],
      [112, 'x.raw'],
    ],
    ['reference-refused'],
  ],
  ['data file without a name', [[72, 4, 8]], ['reference-refused']],
  ['unknown feature', [[72, 1 << 7, 8]], ['image-unsupported']],
  ['corrupt mark', [[72, 2, 8]], ['image-damaged']],
  ['encryption', [[32, 2, 4]], ['image-encrypted']],
  ['version 4', [[4, 4, 4]], ['image-unsupported']],
  ['cluster size of 1 TiB', [[20, 40, 4]], ['image-damaged']],
  ['virtual size above 8 PiB', [[24, 0xffff_ffff_ffff_ffffn, 8]], ['image-damaged']],
  ['level 1 table too small', [[36, 1, 4]], ['image-damaged']],
  ['level 1 table above 32 MiB', [[36, 0xffff_ffff, 4]], ['image-damaged']],
  ['level 1 table outside of the file', [[40, 0x50000, 8]], ['image-damaged']],
])('qcow2 with %s', (_, fields, expected) => {
  expect(codes(qcow2(...fields))).toEqual(expected)
})

test('a qcow2 in the same folder is a plain reference with its format', () => {
  const result = qcow2([8, 0x200, 8], [16, 10, 4], [0x200, 'base.qcow2'], [104, 0xe2792aca, 4], [108, 5, 4], [112, 'qcow2'])
  expect(result).toMatchObject({ backingFile: 'base.qcow2', backingFormat: 'qcow2', problems: [] })
})

test('a qcow2 hidden in an ISO is seen as both', () => {
  expect(qcow2([0x8001, 'CD001']).alsoLooksLike).toEqual(['ISO 9660'])
})

const descriptor = (extent: string, type = 'monolithicFlat', more = '') =>
  `# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="${type}"\n${extent}\n${more}`

test.each([
  ['RW 2048 FLAT "disk-flat.vmdk" 0', []],
  ['RW 2048 FLAT "/etc/passwd" 0', ['reference-refused']],
  ['RW 2048 FLAT "../x" 0', ['reference-refused']],
  ['RW 2048 FLAT "nbd:host:1" 0', ['reference-refused']],
  ['RW 2048 FLAT unquoted 0', ['image-damaged']],
  ['', ['image-damaged']],
])('VMDK descriptor with %j', (extent, expected) => {
  const text = descriptor(extent)
  const result = sniff(draw([[0, text]], text.length))
  expect(result.format).toBe('vmdk')
  expect(codes(result)).toEqual(expected)
})

test('a descriptor with a parent or a device type is not opened blindly', () => {
  const parent = descriptor('RW 2048 SPARSE "a.vmdk"', 'twoGbMaxExtentSparse', 'parentFileNameHint="/dev/sda"')
  expect(codes(sniff(draw([[0, parent]], parent.length)))).toEqual(['reference-refused'])
  const device = descriptor('RW 2048 FLAT "x" 0', 'fullDevice')
  expect(codes(sniff(draw([[0, device]], device.length)))).toEqual(['image-unsupported'])
})

test('a parent that only qemu would find in a sparse VMDK is found', () => {
  const text = descriptor('RW 2048 SPARSE "a.vmdk"', 'monolithicSparse')
  const header: Field[] = [
    [0, 'KDMV'],
    [4, 1, 4, 'le'],
    [12, 2048, 8, 'le'],
    [28, 40, 8, 'le'],
    [36, 20, 8, 'le'],
    [56, 1, 8, 'le'],
    [40 * 512, text],
  ]
  const at = (hidden: string) => sniff(draw([...header, [0x200, hidden]], HEAD_BYTES), 1024 * 1024)
  expect(codes(at(''))).toEqual([])
  expect(codes(at('parentFileNameHint="/etc/passwd"'))).toEqual(['reference-refused'])
})

test('magic numbers of files that are no disks', () => {
  const label = (fields: Field[]) => sniff(draw(fields)).label
  expect(label([[0, '\u001f\u008b']])).toBe('a gzip file')
  expect(
    label([
      [0, 'disk.ovf'],
      [257, 'ustar'],
    ]),
  ).toBe('an OVA')
  expect(label([[0, '\u007fELF']])).toBe('a Linux program (ELF)')
  expect(
    label([
      [510, 0xaa55, 2, 'le'],
      [0x202, 'HdrS'],
      [0, 'MZ'],
      [0x3c, 0x40, 4, 'le'],
      [0x40, 'PE\0\0'],
    ]),
  ).toBe('a Linux kernel')
  expect(codes(sniff(draw([[0, 'LUKS\u00ba\u00be']])))).toEqual(['image-encrypted'])
  expect(codes(sniff(draw([[1, 'random\u0001']])))).toEqual(['image-unknown-format'])
  expect(codes(sniff(new Uint8Array(0)))).toEqual(['image-empty'])
})

test('raw disks', () => {
  expect(sniff(draw([[512, 'EFI PART']]))).toMatchObject({ format: 'raw', variant: 'GPT', virtualBytes: 4096 })
  expect(sniff(draw([]))).toMatchObject({ format: 'raw', variant: 'blank' })
  expect(sniff(draw([[510, 0xaa55, 2, 'le']], 1000))).toMatchObject({ variant: 'boot sector', virtualBytes: 1024 })
})

test('a whole-disk btrfs is found behind the first 64 KiB', async () => {
  const bytes = draw([[0x10040, '_BHRfS_M']], 0x20000)
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length)
  expect(await sniffFile(read, bytes.length)).toMatchObject({ format: 'raw', variant: 'btrfs' })
})

test.each(['base.qcow2', './base.qcow2', 'a b.vmdk', '..base', '-x-flat.vmdk', '日本.raw'])('%j is a plain name', (name) =>
  expect(checkReference(name)).toBe('plain-relative'),
)
test.each(['', '.', '..', '/a', 'a/b', '../a', './../a', 'json:{}', 'nbd:x', 'a:b.qcow2', 'C:\\x', 'a\nb', 'a\0', 'x'.repeat(256)])(
  '%j is refused',
  (name) => {
    expect(checkReference(name)).toBe('refused')
  },
)

test('mutated headers never throw', async () => {
  const vhdx = draw(
    [
      [0, 'vhdxfile'],
      [0x10000, 'head'],
      [0x30000, 'regi'],
      [0x30008, 1, 4, 'le'],
      [0x30020, 0x40000, 8, 'le'],
      [0x40000, 'metadata'],
      [0x4000a, 2, 2, 'le'],
    ],
    0x50000,
  )
  const text = descriptor('RW 2048 FLAT "x.vmdk" 0')
  const seeds = [
    draw(QCOW2, HEAD_BYTES),
    vhdx,
    draw([[0, text]], text.length),
    draw([
      [0, 'KDMV'],
      [4, 1, 4, 'le'],
      [12, 2048, 8, 'le'],
      [28, 1, 8, 'le'],
      [36, 20, 8, 'le'],
      [512, text],
    ]),
    draw([
      [64, 0xbeda107f, 4, 'le'],
      [68, 0x10001, 4, 'le'],
      [76, 1, 4, 'le'],
      [360, 512, 4, 'le'],
    ]),
    draw([
      [0, 'conectix'],
      [16, 512, 8],
      [28, 'qem2'],
      [60, 3, 4],
      [512, 'cxsparse'],
    ]),
    draw([
      [510, 0xaa55, 2, 'le'],
      [450, 0xee, 1],
      [512, 'EFI PART'],
    ]),
  ]
  const mutation = fc.tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.tuple(
        fc.oneof({ weight: 4, arbitrary: fc.nat(600) }, { weight: 1, arbitrary: fc.nat(0x50000) }),
        fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2f),
      ),
      { maxLength: 12 },
    ),
    fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  )
  await fc.assert(
    fc.asyncProperty(mutation, async ([seed, changes, share]) => {
      const bytes = seed.slice(0, Math.ceil(seed.length * share))
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      const result = await sniffFile((offset, length) => bytes.subarray(offset, offset + length), bytes.length)
      expect(result.format === null ? result.problems.length : 1).toBeGreaterThan(0)
      expect(result.virtualBytes === null || Number.isSafeInteger(result.virtualBytes)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

test('reads outside of the window give nothing', () => {
  const view = new ByteView(new Uint8Array([1, 2, 3]))
  expect([view.u32be(0), view.u8(-1), view.u64le(2 ** 60), view.text(9, 9), view.hex(1, 9)]).toEqual([0, 0, 0n, '', '0203'])
  expect(new ByteView(new Uint8Array([0xc3, 0xa9, 0x25])).text(0, 3)).toBe('é%')
  expect(new ByteView(new Uint8Array([0xe9])).text(0, 1)).toBe('é')
})

test('what Diskwright unpacks is told as packed; other archives are not', () => {
  const code = (bytes: string) => {
    const head = new Uint8Array(1024)
    head.set(Array.from(bytes, (char) => char.charCodeAt(0)))
    return sniffImage({ head, tail: head.subarray(512), fileBytes: 1024 }).problems[0]?.code
  }
  const packed = ['\u001f\u008b\b', '\u00fd7zXZ\0', '\u0028\u00b5\u002f\u00fd', 'BZh91AY&SY', `disk.raw${'\0'.repeat(249)}ustar\u000000`]
  expect(packed.map(code)).toEqual(packed.map(() => 'image-packed'))
  expect(['PK\u0003\u0004', '7z\u00bc\u00af\u0027\u001c', 'Rar!\u001a\u0007'].map(code)).toEqual(Array(3).fill('image-unsupported'))
})
