import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peChecksum, readUki, setUkiCmdline, ukiCmdlineRange, ukiHeaderBytes } from './uki.js'

const STUB = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub'

test("an image that objcopy made of systemd's stub is read, changed and signed", () => {
  const folder = mkdtempSync(join(tmpdir(), 'uki-'))
  const file = (name: string) => join(folder, name)
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    const parts = { osrel: 'ID=debian\n', cmdline: `root=UUID=1 ro ${'x'.repeat(40)}`, uname: '6.1.0', linux: 'not a kernel' }
    const options = Object.entries(parts).flatMap(([name, text], index) => {
      writeFileSync(file(name), text)
      return ['--add-section', `.${name}=${name}`, '--change-section-vma', `.${name}=0x${(0x100_0000 * (index + 1)).toString(16)}`]
    })
    run('objcopy', ...options, STUB, 'a.efi')
    const image = new Uint8Array(readFileSync(file('a.efi')))
    expect(readUki(image)).toMatchObject({
      cmdline: parts.cmdline,
      osRelease: 'ID=debian',
      uname: '6.1.0',
      signed: false,
      cmdlineRoom: 512,
    })
    expect(ukiCmdlineRange(image.slice(0, ukiHeaderBytes))).not.toBeNull()

    const changed = setUkiCmdline(image, 'root=LABEL=r quiet')
    writeFileSync(file('b.efi'), changed)
    run('objcopy', '-O', 'binary', '--only-section=.cmdline', 'b.efi', 'text')
    expect(readFileSync(file('text'), 'latin1').replace(/\0+$/, '')).toBe('root=LABEL=r quiet')

    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'cert', '-subj', '/CN=test', '-days', '1')
    run('osslsigncode', 'sign', '-certs', 'cert', '-key', 'key', '-in', 'b.efi', '-out', 'signed.efi')
    const signed = new Uint8Array(readFileSync(file('signed.efi')))
    expect(readUki(signed)).toMatchObject({ cmdline: 'root=LABEL=r quiet', signed: true })
    const checksumAt = new DataView(signed.buffer).getUint32(0x3c, true) + 24 + 64
    // osslsigncode computes the header's checksum itself.
    expect(new DataView(signed.buffer).getUint32(checksumAt, true)).toBe(peChecksum(signed, checksumAt))
    expect(() => setUkiCmdline(signed, 'x')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
