import { expect, test } from 'vitest'
import { SAMPLE_FIELDS } from '../../features/clouds/testing/sample-form.js'
import { accountValues, chosenAccount } from './account-step.js'

const OWN = SAMPLE_FIELDS.filter(({ group }) => group === 'account')
const account = (values: Record<string, string>) => ({ label: '', note: '', values, problem: null })

test('the account that is filled in is the one that says most of what is there', () => {
  const accounts = [account({}), account({ profile: 'work' }), account({ profile: 'work', token: 'keyring:t' })]
  expect(chosenAccount(accounts, OWN, {}), 'needs nothing').toBe(0)
  expect(chosenAccount(accounts, OWN, { profile: 'work', token: '' })).toBe(1)
  expect(chosenAccount(accounts, OWN, { profile: 'work', token: 'keyring:t' })).toBe(2)
  expect(chosenAccount(accounts, OWN, { profile: 'other' })).toBe(-1)
})

test('of one account nothing stays when another one is taken', () => {
  expect(accountValues(SAMPLE_FIELDS, account({ profile: 'home' }))).toEqual({ profile: 'home', token: '' })
  expect(accountValues(SAMPLE_FIELDS, null)).toEqual({ profile: '', token: '' })
  const offered = [account({ profile: 'work', cloud: 'government' }), account({ profile: 'home' })]
  expect(accountValues(SAMPLE_FIELDS, offered[1] ?? null, offered), 'what the other one is reached by').toEqual({
    profile: 'home',
    token: '',
    cloud: '',
  })
})
