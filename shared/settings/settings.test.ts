import { expect, test } from 'vitest'
import { contract } from '../contract.js'
import { settingsChangeSchema, settingsSchema } from './settings.js'

test('a change of one setting says nothing of the others', () => {
  expect(contract['settings.set'].input.parse({ verify: false })).toEqual({ verify: false })
})

test('a change can hold every setting', () => {
  const all = settingsSchema.parse({})
  expect(settingsChangeSchema.parse(all)).toEqual(all)
})
