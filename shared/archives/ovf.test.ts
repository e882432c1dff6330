import { expect, test } from 'vitest'
import { AppError } from '../errors/app-error.js'
import { compressionOf } from './compression.js'
import { readManifest } from './manifest.js'
import { besideMember, memberNameProblem, plainMemberName } from './member-name.js'
import { looksLikeOvf } from './ovf-head.js'
import { readOvf } from './ovf.js'
import { capacityBytes } from './ovf-units.js'

const SPACE = 'xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"'

function ovf(references: string, disks: string, prolog = '<?xml version="1.0"?>', more = ''): string {
  return `${prolog}\n<Envelope ${SPACE} ${more}><References>${references}</References><DiskSection>${disks}</DiskSection></Envelope>`
}
const FILE = '<File ovf:href="a.vmdk" ovf:id="f1" ovf:size="12"/>'
const DISK = '<Disk ovf:capacity="16" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="d1" ovf:fileRef="f1"/>'

function refusal(text: string): string {
  try {
    readOvf(text)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code
    throw thrown
  }
  return 'none'
}

test('files and disks, for whom it was made, and what has no file', () => {
  const text = ovf(
    FILE,
    `${DISK}<Disk ovf:capacity="1\${x}" ovf:diskId="d2"/>`,
    '<?xml version="1.0"?>',
    'xmlns:vbox="http://www.virtualbox.org/ovf/machine"',
  )
  expect(looksLikeOvf(text)).toBe(true)
  expect(readOvf(text)).toMatchObject({
    madeFor: 'VirtualBox',
    files: [{ id: 'f1', href: 'a.vmdk', sizeBytes: 12, isGzip: false, chunkBytes: null }],
    disks: [
      { id: 'd1', file: { href: 'a.vmdk' }, capacityBytes: 16 * 1024 ** 3 },
      { id: 'd2', file: null, capacityBytes: null },
    ],
  })
})

test('elements of other namespaces are none of ours', () => {
  expect(readOvf(ovf(FILE, `${DISK}<x:Disk xmlns:x="urn:x" x:diskId="d9"/>`)).disks).toHaveLength(1)
})

test.each([
  [
    'an entity bomb',
    ovf(FILE, '<Disk ovf:diskId="&b;"/>', '<!DOCTYPE a [<!ENTITY a "xxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>'),
    'image-unsupported',
  ],
  [
    'a file of this machine',
    ovf(FILE, '<Disk ovf:diskId="d">&x;</Disk>', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    'image-unsupported',
  ],
  ['an external subset', ovf(FILE, DISK, '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">'), 'image-unsupported'],
  ['an unknown entity', ovf(FILE, '<Disk ovf:diskId="&x;"/>'), 'image-damaged'],
  ['a name that leads out', ovf('<File ovf:href="../a.vmdk" ovf:id="f1"/>', DISK), 'reference-refused'],
  ['an absolute name', ovf('<File ovf:href="/etc/passwd" ovf:id="f1"/>', DISK), 'reference-refused'],
  ['an address', ovf('<File ovf:href="http://example.invalid/a.vmdk" ovf:id="f1"/>', DISK), 'reference-refused'],
  ['a protocol of qemu', ovf('<File ovf:href="nbd:a" ovf:id="f1"/>', DISK), 'reference-refused'],
  ['a folder', ovf('<File ovf:href="b/a.vmdk" ovf:id="f1"/>', DISK), 'reference-refused'],
  ['one name twice', ovf(`${FILE}<File ovf:href="a.vmdk" ovf:id="f2"/>`, DISK), 'image-damaged'],
  ['a disk without its file', ovf('', DISK), 'image-damaged'],
  ['a differencing disk', ovf(FILE, '<Disk ovf:diskId="d" ovf:fileRef="f1" ovf:parentRef="d0"/>'), 'image-unsupported'],
  ['a compression that no one knows', ovf('<File ovf:href="a" ovf:id="f1" ovf:compression="lzma"/>', DISK), 'image-unsupported'],
  ['text that ends too early', ovf(FILE, DISK).slice(0, -20), 'image-damaged'],
  ['depth without end', ovf(FILE, '<a>'.repeat(100) + '</a>'.repeat(100)), 'image-damaged'],
  ['something else', '<html/>', 'image-damaged'],
])('%s is refused', (_what, text, code) => {
  expect(refusal(text)).toBe(code)
})

test('capacities: units of the standard, of old programs, and nonsense', () => {
  expect([
    capacityBytes('16', 'byte * 2^30'),
    capacityBytes('16', 'byte*10^3'),
    capacityBytes('5', 'MegaBytes'),
    capacityBytes('5', undefined),
    capacityBytes('5', 'byte * 1024'),
  ]).toEqual([16 * 1024 ** 3, 16_000, 5 * 1024 ** 2, 5, 5120])
  expect([capacityBytes('5', 'byte * 2^99'), capacityBytes('-1', 'byte'), capacityBytes('5', 'apples')]).toEqual([null, null, null])
})

test('manifests in the forms that programs write', () => {
  const hex = 'AB'.repeat(20)
  expect(readManifest(`SHA1(a (1).vmdk)= ${hex}\r\nSHA1 (b.ovf) = ${hex}\n\n`)).toEqual([
    { file: 'a (1).vmdk', digest: 'sha1', hex: hex.toLowerCase() },
    { file: 'b.ovf', digest: 'sha1', hex: hex.toLowerCase() },
  ])
  expect(readManifest(`SHA256(a)= ${hex}`)).toMatch(/wrong length/)
  expect(readManifest(`SHA1(a)= ${hex}\nSHA1(a)= ${hex}`)).toMatch(/twice/)
  expect(readManifest('MD5(a)= 00')).toMatch(/no digest/)
})

test('names of members: what nobody who means well writes', () => {
  for (const bad of ['', '/a', '../a', 'a/../b', 'a\\..\\b', 'C:\\a', 'a\nb', 'a\u001b[2J', 'x'.repeat(5000)])
    expect(memberNameProblem(bad)).not.toBeNull()
  for (const good of ['disk.raw', 'a/b c.vmdk', '..a', 'ü']) expect(memberNameProblem(good)).toBeNull()
  expect([plainMemberName('././a'), besideMember('a/b.vmdk', 'c'), besideMember('b.vmdk', 'c')]).toEqual(['a', 'a/c', 'c'])
})

test('a text that begins like bzip2 is none', () => {
  expect(compressionOf(Buffer.from('BZh9 is not enough'))).toBeNull()
  expect(compressionOf(Buffer.from('BZh91AY&SY'))).toBe('bzip2')
})
