import { expect, test } from 'vitest'
import { bootExpectationsSchema } from '#shared/boot-test/boot-test-request'
import { BootJudge } from '#shared/boot-test/judge'
import { AppError } from '#shared/errors/app-error'
import { Trial } from './trial.js'

const begin = () => new Trial(new BootJudge({ expect: bootExpectationsSchema.parse({}), wanted: { present: [], absent: [] } }), '/run')
const KILLED = new AppError('tool-failed', { details: { tool: 'qemu-system-x86_64', problem: 'it was killed' } })

test('a guest that switches itself off is told from a qemu that is ended', async () => {
  const [off, ended] = [begin(), begin()]
  off.onEvent({ name: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } })
  ended.onEvent({ name: 'SHUTDOWN', data: { guest: false, reason: 'host-signal' } })
  for (const trial of [off, ended]) trial.over(KILLED)
  expect([off.guestSwitchedOff, ended.guestSwitchedOff]).toEqual([true, false])
  await off.decided
  expect(off.judged).toMatchObject({ verdict: 'fail', reason: 'The guest switched itself off before a login prompt.' })
  await expect(ended.decided).rejects.toBe(KILLED)
})

test('a verdict stays, whatever breaks after it', async () => {
  const trial = begin()
  trial.judge.line('host login: ', 1)
  trial.look()
  trial.fail(KILLED)
  await trial.decided
  expect(trial.judged?.verdict).toBe('pass')
})
