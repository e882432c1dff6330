import { expect, test } from 'vitest'
import { AppError, ERROR_CODES } from './app-error.js'
import { describeError } from './describe-error.js'

test.each(ERROR_CODES)('%s has whole words without facts', (code) => {
  const words = describeError(new AppError(code).data)
  expect(words.title).not.toMatch(/[.]$|undefined|null|NaN/)
  for (const text of [words.detail, words.next]) {
    expect(text).toMatch(/^[A-Z].*\.$/s)
    expect(text).not.toMatch(/undefined|null|NaN| {2}|\.\.|\( ?\)/)
  }
})

test('no two codes share a title', () => {
  const titles = ERROR_CODES.map((code) => describeError(new AppError(code).data).title)
  expect(new Set(titles).size).toBe(titles.length)
})

test('facts stand in the words, sizes with units', () => {
  const words = describeError(
    new AppError('no-space', { details: { folder: '/data', neededBytes: 3 * 1024 ** 3, freeBytes: 1024 ** 2 } }).data,
  )
  expect(words.detail).toContain('/data needs 3 GiB and has 1 MiB free')
  const unknown = describeError(new AppError('no-space', { details: { reason: 'no space left on device' } }).data)
  expect(unknown.detail).toMatch(/^The disk that was written to has no room left\. /)
  const tool = describeError(new AppError('tool-failed', { details: { tool: 'qemu-img' }, toolOutput: 'a\nCould not open\n\n' }).data)
  expect(tool).toMatchObject({ title: 'qemu-img failed', detail: expect.stringContaining('It said: Could not open.') })
})

test('what is no regular file is told with the reason, where there is a better one than an errno', () => {
  const words = (details: Record<string, string>) => describeError(new AppError('not-a-regular-file', { details }).data)
  expect(words({ path: '/out', reason: 'it is a folder', next: 'Name a file.' })).toMatchObject({
    detail: '/out cannot be used: it is a folder. Nothing was changed.',
    next: 'Name a file.',
  })
  expect(words({ path: '/out', reason: 'ELOOP' }).detail).toContain('/out is a folder, a device')
})

test('a sentence begins with a capital, but not where a name stands', () => {
  const detail = (reason: string) => describeError(new AppError('bad-input', { details: { reason } }).data).detail
  expect(detail('the path holds a NUL character')).toMatch(/^The path/)
  for (const name of [
    'disk-1.vmdk is not there',
    'overlay.qcow2 needs base.raw',
    'qemu-img found it',
    'cluster_size=7: no',
    'docker://h/a:1 is not there',
  ])
    expect(detail(name)).toContain(`${name}. `)
})

test('hostile text is shown, not obeyed', () => {
  const words = describeError(new AppError('reference-refused', { details: { reference: `a\u202e\u001b[2J${'x'.repeat(5000)}` } }).data)
  expect(words.detail).toContain('aU+202EU+001B[2J')
  expect(words.detail.length).toBeLessThan(800)
})

test('the holder of an image is named from what is known', () => {
  const detail = (details: Record<string, string | number>) => describeError(new AppError('image-in-use', { details }).data).detail
  expect(detail({ path: '/a', process: 'qemu', pid: 42 })).toMatch(/^qemu \(PID 42\) has \/a open/)
  expect(detail({ path: '/a', holder: 'qemu 42, nbd 43' })).toMatch(/^qemu 42, nbd 43 has \/a open/)
  expect(detail({})).toMatch(/^Another process has the image open/)
  expect(detail({ path: '/out', process: 'Diskwright job j1, Save a', pid: 42, wanted: 'write' })).toMatch(
    /^Diskwright job j1, Save a \(PID 42\) reads or writes \/out, which this job would write to/,
  )
})
