import { expect, test } from 'vitest'
import { toAppError } from '#shared/errors/app-error'
import { availableMemory, requireMemory } from './free-memory.js'

test('what proc(5) tells', () => {
  expect(availableMemory('MemTotal:       24683520 kB\nMemFree:        22954016 kB\nMemAvailable:   23732224 kB\n')).toBe(23_732_224 * 1024)
  expect(availableMemory('')).toBeNull()
})

test('more than any machine has', async () => {
  await expect(requireMemory(2 ** 52)).rejects.toMatchObject({ code: 'not-enough-memory' })
})

test('what others were promised is not there', async () => {
  const refused = await requireMemory(1, 2 ** 52).catch((thrown: unknown) => thrown)
  expect(toAppError(refused).data).toMatchObject({ code: 'not-enough-memory', details: { promisedBytes: 2 ** 52 } })
})
