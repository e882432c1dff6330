import { expect, test } from 'vitest'
import { describeWarning } from './describe-warning.js'
import { IMAGE_WARNINGS } from './image-info.js'

test.each(IMAGE_WARNINGS)('%s reads whole, with and without detail', (code) => {
  for (const warning of [{ code }, { code, detail: 'Something', partition: 2 }]) {
    const words = describeWarning(warning)
    expect(words.title).toMatch(/^[A-Z].*[^.]$/)
    expect(words.detail).toMatch(/^[A-Z].*\.$/)
    expect(`${words.title} ${words.detail}`).not.toMatch(/undefined|null|\.\./)
  }
})

test('the partition is named', () => {
  expect(describeWarning({ code: 'esp-wrong-type', partition: 1 }).detail).toMatch(/^Partition 1 /)
})
