import { expect, test } from 'vitest'
import type { BootFile, BootFileKind } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { saidBy } from './default-said.js'

function file(partition: number, path: string, kind: BootFileKind): BootFile {
  return { id: `${partition}:${path}`, kind, partition, path, realPath: path, text: '', encoding: 'utf8', sha256: '', problem: null }
}
const FILES = [file(1, '/EFI/grub.cfg', 'grub-cfg'), file(2, '/grub2/grub.cfg', 'grub-cfg'), file(2, '/grub2/grubenv', 'grubenv')]
const reason = (defaultReason: string | null) => sampleEntry({ id: 'a', args: [], partition: 2, defaultReason })

test('the file that names the default is told with its reason', () => {
  expect(saidBy(reason('saved_entry'), { files: FILES, settings: [] })).toEqual({ reason: 'saved_entry', file: '2:/grub2/grubenv' })
  expect(saidBy(reason('set default'), { files: FILES, settings: [] })?.file).toBe('2:/grub2/grub.cfg')
  const settings = [{ loader: 'grub' as const, file: '1:/EFI/grub.cfg', default: '0', timeoutSeconds: null }]
  expect(saidBy(reason('set default'), { files: FILES, settings })?.file).toBe('1:/EFI/grub.cfg')
})

test('what no file says has no file', () => {
  expect(saidBy(reason('highest version'), { files: FILES, settings: [] })).toEqual({ reason: 'highest version', file: null })
  expect(saidBy(reason(null), { files: FILES, settings: [] })).toBeNull()
})
