import { expect, test } from 'vitest'
import { checkTotals, fieldsOfStep, isFolded, nextStep, previousStep, problemsOfStep, shownSteps, stepOfField } from './ship-steps.js'
import { SAMPLE_FIELDS } from './testing/sample-form.js'

test('fields stand at the step of their group; how a provider is reached comes with the account, advanced ones with the image', () => {
  expect(fieldsOfStep('account', SAMPLE_FIELDS).map(({ id }) => id)).toEqual(['profile', 'token', 'ca'])
  expect(fieldsOfStep('image', SAMPLE_FIELDS).map(({ id }) => id)).toEqual(['name', 'cores', 'public', 'labels', 'regions'])
  expect(SAMPLE_FIELDS.filter(isFolded).map(({ id }) => id)).toEqual(['labels', 'regions', 'ca'])
  expect(fieldsOfStep('check', SAMPLE_FIELDS)).toEqual([])
  expect(stepOfField('ca', SAMPLE_FIELDS)).toBe('account')
  expect(stepOfField('bucket', SAMPLE_FIELDS)).toBe('destination')
  expect(stepOfField('other', SAMPLE_FIELDS)).toBeNull()
})

test('a provider without a destination has no such step', () => {
  const without = SAMPLE_FIELDS.filter(({ group }) => group !== 'destination')
  expect(shownSteps(without)).toEqual(['target', 'account', 'image', 'check', 'review', 'run'])
  expect(nextStep('account', shownSteps(without))).toBe('image')
  expect(previousStep('image', shownSteps(without))).toBe('account')
  expect(nextStep('account', shownSteps(SAMPLE_FIELDS))).toBe('destination')
  expect(previousStep('target', shownSteps(without))).toBe('target')
})

test('only what a step itself asks for keeps it from being done', () => {
  expect([...problemsOfStep('account', SAMPLE_FIELDS, {})]).toEqual([['token', 'Has to be filled in']])
  expect(problemsOfStep('account', SAMPLE_FIELDS, { token: 'session:t' }).size).toBe(0)
  expect([...problemsOfStep('image', SAMPLE_FIELDS, { name: 'No Good', cores: 90 })]).toEqual([
    ['name', 'Letters, digits and dashes'],
    ['cores', 'Is 64 at most'],
  ])
  expect(problemsOfStep('destination', SAMPLE_FIELDS, { bucket: 'images' }).size, 'the region has a default').toBe(0)
})

test('rows are counted by what they mean', () => {
  const row = (state: 'ok' | 'warning' | 'error' | 'info') => ({ code: 'c', title: 't', state, found: '' })
  expect(checkTotals([row('ok'), row('error'), row('warning'), row('info'), row('error')])).toEqual({ errors: 2, warnings: 1 })
})
