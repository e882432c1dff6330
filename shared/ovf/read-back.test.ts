import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readManifest } from '../archives/manifest.js'
import { readOvf } from '../archives/ovf.js'
import { ovfManifest } from './manifest.js'

const SAMPLES = path.join(import.meta.dirname, 'samples')

test.each(fs.readdirSync(SAMPLES))('%s is understood by the reader of packages', (file) => {
  const text = fs.readFileSync(path.join(SAMPLES, file), 'utf8')
  expect(readOvf(text)).toMatchObject({
    madeFor: file.startsWith('vmware') ? 'VMware' : 'VirtualBox',
    disks: [{ capacityBytes: 10 * 1024 ** 3, file: { href: 'boot-disk1.vmdk', sizeBytes: 812_345_344 } }],
  })
})

test('a manifest is read back', () => {
  const sha256 = 'a'.repeat(64)
  expect(readManifest(ovfManifest([{ name: 'a b.ovf', sha256 }]))).toEqual([{ file: 'a b.ovf', digest: 'sha256', hex: sha256 }])
})
