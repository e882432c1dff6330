import path from 'node:path'
import { expect, test } from 'vitest'
import { NBD_STEPS } from './nbd-steps'

test('the installed steps are those of the engine', async () => {
  await expect(NBD_STEPS).toMatchFileSnapshot(path.resolve(import.meta.dirname, '../../../../resources/libexec/nbd-steps.sh'))
})

test('the steps leave the choice of the disk to the helper', () => {
  expect(NBD_STEPS).not.toMatch(/^disk=/m)
})
