import { expect, test } from 'vitest'
import type { FieldValues } from '#shared/clouds/field'
import { AddressGrants } from './address-grants.js'

const gcp = (values: FieldValues) => ({ provider: 'gcp' as const, values, facts: null })

function answering(answer: boolean) {
  const asked: (readonly string[])[] = []
  return { asked, ask: async (addresses: readonly string[]) => (asked.push(addresses), answer) }
}

test('an address in place of the provider’s own is asked for once', async () => {
  const grants = new AddressGrants()
  const { asked, ask } = answering(true)
  await grants.require(gcp({ project: 'p' }), ask)
  expect(asked).toEqual([])
  const form = gcp({ endpoint: 'https://{service}.universe.example' })
  await Promise.all([grants.require(form, ask), grants.require(form, ask)])
  await grants.require(form, ask)
  expect(asked).toEqual([['https://{service}.universe.example']])
})

test('where the user does not agree nothing is asked there, and the next time they are asked anew', async () => {
  const grants = new AddressGrants()
  const { asked, ask } = answering(false)
  const form = {
    provider: 'azure' as const,
    values: { cloud: 'own', authority: 'https://login.other.example', manager: 'https://arm.other.example', storage: '' },
    facts: null,
  }
  await expect(grants.require(form, ask)).rejects.toThrow('cancelled')
  await expect(grants.require(form, ask)).rejects.toThrow('cancelled')
  expect(asked).toHaveLength(2)
  await grants.require({ ...form, values: { ...form.values, cloud: 'public' } }, ask)
  expect(asked).toHaveLength(2)
})
