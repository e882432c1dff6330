import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { disksBelow, disksOf } from './disks.js'

let root: string
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-disks-'))
  return () => fs.rmSync(root, { recursive: true, force: true })
})
const kernel = () => ({ sys: root, mountinfo: path.join(root, 'mountinfo') })

function write(file: string, text: string): void {
  const absolute = path.join(root, file)
  fs.mkdirSync(path.dirname(absolute), { recursive: true })
  fs.writeFileSync(absolute, text)
}

/** A device as sysfs shows it: a folder, and a link by its number. */
function device(place: string, number: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries({ dev: `${number}\n`, ...files })) write(`devices/${place}/${name}`, text)
  fs.mkdirSync(path.join(root, 'dev/block'), { recursive: true })
  fs.symlinkSync(path.join(root, 'devices', place), path.join(root, 'dev/block', number))
}

test('a partition is of its disk, which turns or not', async () => {
  device('sda', '8:0', { 'queue/rotational': '1\n' })
  device('sda/sda1', '8:1', { partition: '1\n' })
  device('nvme0n1', '259:0', { 'queue/rotational': '0\n' })
  expect(await disksBelow('8:1', kernel())).toEqual([{ id: 'sda', rotational: true }])
  expect(await disksBelow('8:0', kernel())).toEqual([{ id: 'sda', rotational: true }])
  expect(await disksBelow('259:0', kernel())).toEqual([{ id: 'nvme0n1', rotational: false }])
})

test('behind a device mapper there are the disks that it is made of', async () => {
  device('sda', '8:0', { 'queue/rotational': '1\n' })
  device('sda/sda1', '8:1', { partition: '1\n' })
  device('sdb', '8:16', { 'queue/rotational': '1\n' })
  device('dm-0', '253:0', { 'queue/rotational': '1\n' })
  fs.mkdirSync(path.join(root, 'devices/dm-0/slaves'))
  fs.symlinkSync('../../sda/sda1', path.join(root, 'devices/dm-0/slaves/sda1'))
  fs.symlinkSync('../../sdb', path.join(root, 'devices/dm-0/slaves/sdb'))
  expect(await disksBelow('253:0', kernel())).toEqual([
    { id: 'sda', rotational: true },
    { id: 'sdb', rotational: true },
  ])
})

test('what nobody tells about is a disk of its own that does not turn', async () => {
  device('vda', '254:0', { 'queue/rotational': '1\n' })
  expect(await disksBelow('254:0', kernel())).toEqual([{ id: 'vda', rotational: false }])
  write('mountinfo', '36 35 0:45 / /data rw,noatime shared:1 - nfs4 server:/data rw\n')
  expect(await disksBelow('0:45', kernel())).toEqual([{ id: '0:45', rotational: false }])
  expect(await disksBelow('99:1', kernel())).toEqual([{ id: '99:1', rotational: false }])
})

test('files are where their folder is, each disk told once', async () => {
  const [disk, ...more] = await disksOf([path.join(root, 'not there yet'), root, path.join(root, 'another')])
  expect(more).toEqual([])
  expect(disk?.id).toMatch(/./)
  expect(await disksOf(['/no such folder at all/file'])).toEqual([])
})
