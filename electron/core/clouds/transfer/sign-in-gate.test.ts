import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { SignInGate } from './sign-in-gate.js'

test('many that find the sign-in ended ask once, and all go on', async () => {
  let isSignedIn = false
  let asked = 0
  const gate = new SignInGate(async () => {
    asked++
    await new Promise((resolve) => setImmediate(resolve))
    isSignedIn = true
  })
  const work = async (name: number): Promise<number> => {
    await Promise.resolve()
    if (!isSignedIn) throw new AppError('sign-in-expired')
    return name
  }
  expect(await Promise.all([1, 2, 3].map((name) => gate.through(() => work(name))))).toEqual([1, 2, 3])
  expect(asked).toBe(1)
})

test('where nobody can be asked all of them fail by it, and other failures are not asked about', async () => {
  const gate = new SignInGate((error) => Promise.reject(AppError.fromData(error)))
  const expired = () => Promise.reject(new AppError('sign-in-expired', { details: { service: 'AWS' } }))
  const results = await Promise.allSettled([gate.through(expired), gate.through(expired)])
  expect(results.map((one) => one.status === 'rejected' && (one.reason as AppError).code)).toEqual(['sign-in-expired', 'sign-in-expired'])
  await expect(gate.through(() => Promise.reject(new AppError('cloud-denied')))).rejects.toThrow('cloud-denied')
})
