const FILE_ALIGNMENT = 0x200
const SECTION_ALIGNMENT = 0x1000
const PE_OFFSET = 0x80
const OPTIONAL_BYTES = 240
const SECTION_HEADER_BYTES = 40
const CERTIFICATE_DIRECTORY = 4
const CODE = 0x6000_0020
const DATA = 0x4000_0040

/**
 * A unified kernel image with nothing that starts: a PE32+ file with the sections that systemd-stub(7) knows. A signed one ends with
 * a certificate table that holds no certificate.
 */
export function ukiFile(plan: { cmdline: string; osRelease?: string; uname?: string; signed: boolean }): Uint8Array {
  const sections = [
    { name: '.text', content: Buffer.from([0xc3]), flags: CODE },
    ...(plan.osRelease === undefined ? [] : [{ name: '.osrel', content: Buffer.from(plan.osRelease), flags: DATA }]),
    { name: '.cmdline', content: Buffer.from(plan.cmdline), flags: DATA },
    ...(plan.uname === undefined ? [] : [{ name: '.uname', content: Buffer.from(plan.uname), flags: DATA }]),
    ...(plan.osRelease === undefined
      ? []
      : [
          { name: '.linux', content: Buffer.from('not a real kernel\n'), flags: DATA },
          { name: '.initrd', content: Buffer.from('not a real initial RAM disk\n'), flags: DATA },
        ]),
  ]
  const headerBytes = aligned(PE_OFFSET + 24 + OPTIONAL_BYTES + sections.length * SECTION_HEADER_BYTES, FILE_ALIGNMENT)
  const header = Buffer.alloc(headerBytes)
  header.write('MZ', 0)
  header.writeUInt32LE(PE_OFFSET, 0x3c)
  header.write('PE\0\0', PE_OFFSET)
  const coff = PE_OFFSET + 4
  header.writeUInt16LE(0x8664, coff)
  header.writeUInt16LE(sections.length, coff + 2)
  header.writeUInt16LE(OPTIONAL_BYTES, coff + 16)
  header.writeUInt16LE(0x22e, coff + 18)
  const optional = coff + 20
  header.writeUInt16LE(0x20b, optional)
  header.writeUInt32LE(SECTION_ALIGNMENT, optional + 16)
  header.writeUInt32LE(SECTION_ALIGNMENT, optional + 32)
  header.writeUInt32LE(FILE_ALIGNMENT, optional + 36)
  header.writeUInt32LE(headerBytes, optional + 60)
  header.writeUInt16LE(10, optional + 68)
  header.writeUInt32LE(16, optional + 108)

  const parts: Buffer[] = [header]
  let fileAt = headerBytes
  let memoryAt = aligned(headerBytes, SECTION_ALIGNMENT)
  sections.forEach(({ name, content, flags }, index) => {
    const row = optional + OPTIONAL_BYTES + index * SECTION_HEADER_BYTES
    const rawBytes = aligned(content.length, FILE_ALIGNMENT)
    header.write(name, row)
    header.writeUInt32LE(content.length, row + 8)
    header.writeUInt32LE(memoryAt, row + 12)
    header.writeUInt32LE(rawBytes, row + 16)
    header.writeUInt32LE(fileAt, row + 20)
    header.writeUInt32LE(flags, row + 36)
    parts.push(content, Buffer.alloc(rawBytes - content.length))
    fileAt += rawBytes
    memoryAt += aligned(Math.max(content.length, 1), SECTION_ALIGNMENT)
  })
  header.writeUInt32LE(memoryAt, optional + 56)
  if (plan.signed) {
    const certificate = Buffer.alloc(64)
    certificate.writeUInt32LE(certificate.length, 0)
    certificate.writeUInt16LE(0x0200, 4)
    certificate.writeUInt16LE(0x0002, 6)
    header.writeUInt32LE(fileAt, optional + 112 + CERTIFICATE_DIRECTORY * 8)
    header.writeUInt32LE(certificate.length, optional + 112 + CERTIFICATE_DIRECTORY * 8 + 4)
    parts.push(certificate)
  }
  return Buffer.concat(parts)
}

function aligned(value: number, to: number): number {
  return Math.ceil(value / to) * to
}
