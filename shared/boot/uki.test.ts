import fc from 'fast-check'
import { expect, test } from 'vitest'
import { peChecksum, readUki, setUkiCmdline, ukiCmdlineRange, ukiHeaderBytes } from './uki.js'

interface Part {
  readonly name: string
  readonly text: string
  readonly room?: number
}

/** A PE32+ file with those sections, each padded to 512 bytes. */
function makeUki(parts: readonly Part[], { signed = false, checksum = false } = {}): Uint8Array {
  const pe = 0x80
  const optionalSize = 240
  const table = pe + 24 + optionalSize
  const file = new Uint8Array(1024 + parts.reduce((sum, part) => sum + (part.room ?? 512), 0))
  const view = new DataView(file.buffer)
  const put = (text: string, at: number) => file.set(Buffer.from(text), at)
  put('MZ', 0)
  view.setUint32(0x3c, pe, true)
  put('PE\0\0', pe)
  view.setUint16(pe + 4, 0x8664, true)
  view.setUint16(pe + 6, parts.length, true)
  view.setUint16(pe + 20, optionalSize, true)
  view.setUint16(pe + 24, 0x20b, true)
  view.setUint32(pe + 24 + 108, 16, true)
  if (signed) view.setUint32(pe + 24 + 112 + 36, 8, true)
  let at = 1024
  for (const [index, part] of parts.entries()) {
    const header = table + index * 40
    put(part.name, header)
    view.setUint32(header + 8, Buffer.byteLength(part.text), true)
    view.setUint32(header + 12, 0x1000 * (index + 1), true)
    view.setUint32(header + 16, part.room ?? 512, true)
    view.setUint32(header + 20, at, true)
    put(part.text, at)
    at += part.room ?? 512
  }
  if (checksum) view.setUint32(pe + 24 + 64, peChecksum(file, pe + 24 + 64), true)
  return file
}

const PARTS = [
  { name: '.osrel', text: 'ID=fedora\n' },
  { name: '.cmdline', text: 'root=UUID=1 ro quiet\n' },
  { name: '.uname', text: '6.9.0' },
  { name: '.linux', text: 'MZ kernel' },
]
const refused = (reason: RegExp) =>
  expect.objectContaining({ code: 'edit-conflict', data: expect.objectContaining({ details: { reason: expect.stringMatching(reason) } }) })

test('sections are read', () => {
  const image = makeUki(PARTS)
  expect(readUki(image)).toMatchObject({
    cmdline: 'root=UUID=1 ro quiet',
    osRelease: 'ID=fedora',
    uname: '6.9.0',
    signed: false,
    cmdlineRoom: 512,
  })
  expect(readUki(image)?.sections[1]).toEqual({ name: '.cmdline', offset: 1536, rawSize: 512, virtualSize: 21 })
  expect(ukiCmdlineRange(image.slice(0, ukiHeaderBytes))).toEqual({ offset: 1536, length: 512 })
  expect(readUki(makeUki(PARTS, { signed: true }))?.signed).toBe(true)
  expect(readUki(image.slice(0, 1200))).toMatchObject({ cmdline: null, cmdlineRoom: 512 })
  expect(readUki(makeUki([{ name: '.text', text: 'x' }]))).toBeNull()
  expect(readUki(new Uint8Array(0))).toBeNull()
})

test('a command line is written in place, and the checksum follows', () => {
  const image = makeUki(PARTS, { checksum: true })
  const changed = setUkiCmdline(image, 'root=LABEL=\u00e9 rw')
  expect(changed).toHaveLength(image.length)
  expect(readUki(changed)).toMatchObject({ cmdline: 'root=LABEL=\u00e9 rw', osRelease: 'ID=fedora', uname: '6.9.0' })
  const checksumAt = 0x80 + 24 + 64
  expect(new DataView(changed.buffer).getUint32(checksumAt, true)).toBe(peChecksum(changed, checksumAt))
  expect(new DataView(setUkiCmdline(makeUki(PARTS), 'x').buffer).getUint32(checksumAt, true)).toBe(0)
  expect(setUkiCmdline(image, 'root=UUID=1 ro quiet')).toBe(image)
})

test('what cannot be changed is refused with its reason', () => {
  expect(() => setUkiCmdline(makeUki(PARTS, { signed: true }), 'x')).toThrow(refused(/signed/))
  expect(() => setUkiCmdline(makeUki([{ name: '.linux', text: 'x' }]), 'x')).toThrow(refused(/no section/))
  expect(() => setUkiCmdline(makeUki(PARTS), 'x'.repeat(513))).toThrow(refused(/room for 512/))
  expect(() => setUkiCmdline(makeUki(PARTS), 'a\nb')).toThrow(refused(/line end/))
  expect(() => setUkiCmdline(new Uint8Array(9), 'x')).toThrow(refused(/EFI/))
  const overlapping = makeUki(PARTS)
  new DataView(overlapping.buffer).setUint32(0x80 + 24 + 240 + 40 + 20, 0, true)
  expect(() => setUkiCmdline(overlapping, 'x')).toThrow(refused(/place of its own/))
})

test('what is set is what is read, and only the section and its size change', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '=', ' ', '"', '\u00e9', '\u{1f427}'), maxLength: 120 }),
      fc.boolean(),
      (cmdline, checksum) => {
        const image = makeUki(PARTS, { checksum })
        const changed = setUkiCmdline(image, cmdline)
        expect(readUki(changed)?.cmdline).toBe(cmdline)
        expect(setUkiCmdline(changed, cmdline)).toBe(changed)
        const differing = [...changed.keys()].filter((at) => changed[at] !== image[at])
        const sizeAt = 0x80 + 24 + 240 + 40 + 8
        const checksumAt = 0x80 + 24 + 64
        const allowed = (at: number) =>
          (at >= 1536 && at < 2048) || (at >= sizeAt && at < sizeAt + 4) || (checksum && at >= checksumAt && at < checksumAt + 4)
        expect(differing.every(allowed)).toBe(true)
      },
    ),
  )
})

test('a hostile file neither throws nor takes long', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(600), fc.integer({ min: 0, max: 255 })), { maxLength: 30 }), (changes) => {
      const image = makeUki(PARTS)
      for (const [at, byte] of changes) image[at] = byte
      const read = readUki(image)
      expect(read === null || read.sections.length <= 96).toBe(true)
      ukiCmdlineRange(image)
    }),
    { numRuns: 1000 },
  )
})
