import { expect, test } from 'vitest'
import { sampleFacts, SAMPLE_FORM } from './testing/sample-form.js'
import { checksWords, kindWords, sentWords, verifiedWords, whyNot, wireWords } from './upload-words.js'

test('a target says why it does not take a file', () => {
  expect(whyNot(SAMPLE_FORM, sampleFacts())).toBeNull()
  expect(whyNot(SAMPLE_FORM, sampleFacts({ kind: 'kernel', format: null }))).toBe('Takes disk images; this is a kernel.')
  expect(whyNot({ ...SAMPLE_FORM, takes: ['container', 'squashfs', 'kernel'] }, sampleFacts())).toBe(
    'Takes container images, SquashFS files and kernels; this is a disk image.',
  )
  const tooLarge = { code: 'size', title: 'Size', state: 'error' as const, found: 'At most 400 GB' }
  expect(whyNot({ ...SAMPLE_FORM, validate: () => [tooLarge] }, sampleFacts())).toBe('Size: At most 400 GB')
  expect(whyNot({ ...SAMPLE_FORM, validate: () => [{ ...tooLarge, field: 'name' }] }, sampleFacts()), 'a field can be changed').toBeNull()
})

test('checks are summed up in words', () => {
  const row = (state: 'ok' | 'warning' | 'error') => ({ code: 'c', title: 't', state, found: '' })
  expect(checksWords([row('ok'), row('ok')])).toBe('2 checks, nothing stands in the way')
  expect(checksWords([row('ok'), row('error'), row('warning')])).toBe('1 check stands in the way, 1 to think about')
})

test('bytes and proofs are told as they are', () => {
  const GIB = 1024 ** 3
  expect(wireWords({ wireBytes: GIB, totalBytes: 10 * GIB })).toBe('1 GiB of 10 GiB')
  expect(wireWords({ wireBytes: GIB, totalBytes: GIB })).toBe('1 GiB')
  expect(sentWords({ sentBytes: GIB, skippedBytes: 9 * GIB })).toBe('1 GiB sent, 9 GiB left out because they are zeros')
  expect(verifiedWords('md5')).toBe('What is stored is what was sent: same MD5')
  expect(verifiedWords('none')).toContain('could not be compared')
  expect(kindWords(sampleFacts())).toBe('qcow2 disk')
  expect(kindWords(sampleFacts({ kind: 'squashfs', format: null }))).toBe('SquashFS')
})
