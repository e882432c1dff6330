import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseGrubenv, setGrubenv } from './grubenv.js'

test('grub-editenv reads what is written, and writes the same bytes for the same changes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grubenv-'))
  try {
    const file = join(folder, 'grubenv')
    const editenv = (...args: string[]) => execFileSync('grub-editenv', [file, ...args], { encoding: 'utf8' })
    editenv('create')
    const empty = readFileSync(file, 'latin1')
    editenv('set', 'saved_entry=m-6.1', 'kernelopts=root=UUID=1 ro "a\\b"', 'boot_success=0')
    editenv('set', 'kernelopts=ro')
    editenv('unset', 'boot_success')
    const theirs = readFileSync(file, 'latin1')
    const first = setGrubenv(empty, { saved_entry: 'm-6.1', kernelopts: 'root=UUID=1 ro "a\\b"', boot_success: '0' })
    expect(setGrubenv(first, { kernelopts: 'ro', boot_success: null })).toBe(theirs)
    expect(theirs).toHaveLength(1024)
    writeFileSync(file, first, 'latin1')
    const listed = [...(parseGrubenv(first) ?? [])].map(([name, value]) => `${name}=${value}\n`).join('')
    expect(editenv('list')).toBe(listed)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
