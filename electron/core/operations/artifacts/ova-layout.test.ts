import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { readManifest } from '#shared/archives/manifest'
import { machineFor } from '#shared/ovf/machine'
import { sampleInfo } from '#shared/ovf/testing/sample-info'
import { parseXml } from '#shared/ovf/testing/xml-tree'
import { layOva } from './ova-layout.js'

const SHA256 = createHash('sha256').update('disk').digest('hex')

test.each([0, 1, 12_345, 8 * 1024 ** 3 - 1, 8 * 1024 ** 3, 2 ** 41])(
  'the head of a disk of %i bytes ends where the disk begins',
  (fileBytes) => {
    const layout = layOva(machineFor(sampleInfo(), {}, 'vmware'), 'boot.ova', 10 * 1024 ** 3)
    const head = Buffer.from(layout.head({ fileBytes, populatedBytes: fileBytes, sha256: SHA256 }))
    expect(head.length).toBe(layout.diskOffset)
    expect((layout.diskOffset + fileBytes + layout.tail(fileBytes).length) % 10_240).toBe(0)

    const ovfBytes = Number.parseInt(head.toString('latin1', 124, 135), 8)
    const ovf = head.subarray(512, 512 + ovfBytes)
    expect(ovf.toString('utf8').trimEnd().endsWith('</Envelope>')).toBe(true)
    expect(() => parseXml(ovf.toString('utf8'))).not.toThrow()
    const manifestAt = 512 + ovfBytes
    const manifestBytes = Number.parseInt(head.toString('latin1', manifestAt + 124, manifestAt + 135), 8)
    expect(readManifest(head.toString('utf8', manifestAt + 512, manifestAt + 512 + manifestBytes))).toEqual([
      { file: 'boot.ovf', digest: 'sha256', hex: createHash('sha256').update(ovf).digest('hex') },
      { file: 'boot-disk1.vmdk', digest: 'sha256', hex: SHA256 },
    ])
  },
)
