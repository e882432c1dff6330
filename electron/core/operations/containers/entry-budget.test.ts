import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { EntryBudget } from './entry-budget.js'

function fill(count: number, most: number, path: (index: number) => string, link: string | null = null): string | null {
  const layer = new EntryBudget(most).layer()
  try {
    for (let index = 0; index < count; index += 1) layer(path(index), link)
    return null
  } catch (thrown) {
    return String((thrown as { data?: { details: { reason: string } } }).data?.details.reason)
  }
}

test('what real images have fits', () => {
  expect(fill(100, 100, (index) => `/usr/share/some-package/folder-${index % 10}/file-${index}`)).toBeNull()
  // Folders that come one in the other, and the files of each behind them.
  expect(fill(60, 60, (index) => `/${'node_modules/a/'.repeat(index)}package.json`)).toBe(
    'longer names of files and folders than fit into memory',
  )
  expect(fill(30, 30, (index) => `/${'node_modules/a/'.repeat(index)}package.json`)).toBeNull()
})

test('too many entries, names that are too long, links, and folders in folders are refused', () => {
  expect(fill(101, 100, (index) => `/${index}`)).toBe('more than 100 files and folders')
  expect(fill(100, 100, (index) => `/${'n'.repeat(400)}${index}`)).toMatch(/longer names/)
  expect(fill(100, 100, (index) => `/${index}`, 'l'.repeat(400))).toMatch(/longer names/)
  expect(fill(100, 100, (index) => `/${index}${'/a'.repeat(50)}`)).toMatch(/deeper folders/)
})

test('layers are counted together', () => {
  const budget = new EntryBudget(3)
  const [one, other] = [budget.layer(), budget.layer()]
  one('/a')
  other('/b')
  one('/c')
  expect(() => other('/d')).toThrow(AppError)
})
