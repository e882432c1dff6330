import { expect, test } from 'vitest'
import { SAMPLE_FIELDS } from '../testing/sample-form.js'
import { decidingValues } from '../cloud-queries.js'
import { matchingChoices, valueOfText } from './remote-choices.js'

const CHOICES = [
  { value: 'id-1', label: 'dev', help: 'root/dev' },
  { value: 'id-2', label: 'images' },
  { value: 'id-3', label: 'images' },
]

test('a choice is found by its name, its value and its words', () => {
  expect(matchingChoices(CHOICES, '').map(({ value }) => value)).toEqual(['id-1', 'id-2', 'id-3'])
  expect(matchingChoices(CHOICES, 'ROOT').map(({ value }) => value)).toEqual(['id-1'])
  expect(matchingChoices(CHOICES, 'id-3').map(({ value }) => value)).toEqual(['id-3'])
})

test('what is typed is a choice where one is called so, else itself', () => {
  expect(valueOfText(CHOICES, ' Dev ')).toBe('id-1')
  expect(valueOfText(CHOICES, 'id-2')).toBe('id-2')
  expect(valueOfText(CHOICES, 'images'), 'two are called so').toBe('images')
  expect(valueOfText(CHOICES, 'elsewhere')).toBe('elsewhere')
})

test('a list is asked for again when the account or what it depends on changes', () => {
  const bucket = SAMPLE_FIELDS.find(({ id }) => id === 'bucket')
  if (bucket === undefined) throw new Error('there is no such field')
  const values = { profile: 'work', region: 'north', bucket: 'b', name: 'n' }
  expect(decidingValues({ field: bucket, values, fields: SAMPLE_FIELDS })).toEqual({ profile: 'work', region: 'north' })
})
