import { expect, test } from 'vitest'
import { findBootConfig } from './boot-config.js'
import { memoryFiles, memoryPartition } from './testing/memory-files.js'
import { ukiFile } from './testing/uki-file.js'

test('of a unified kernel image only its texts are read, wherever its header puts them and however large it says they are', async () => {
  const image = Buffer.from(ukiFile({ cmdline: 'root=x', osRelease: 'ID=arch\n', uname: '6.6', signed: false }))
  const header = image.indexOf('.cmdline')
  image.writeUInt32LE(0xf000_0000, header + 8)
  image.writeUInt32LE(0xf000_0000, header + 16)
  image.writeUInt32LE(0xe000_0000, header + 20)
  const base = memoryFiles({ '1:/EFI/Linux/x.efi': image })
  const asked: { offset: number; length: number }[] = []
  const files = {
    ...base,
    readPart: async (partition: number, file: string, offset: number, length: number) => {
      asked.push({ offset, length })
      if (offset >= 0xe000_0000) return Buffer.from('root=far quiet\n')
      return (await base.read(partition, file, 1e9)).subarray(offset, offset + length)
    },
  }
  const { entries } = await findBootConfig(files, [memoryPartition(1, 'fat')])
  expect(entries).toMatchObject([{ args: ['root=far', 'quiet'], version: '6.6' }])
  expect(Math.max(...asked.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024)
})
