import { expect, test } from 'vitest'
import { bootExpectationsSchema } from '#shared/boot-test/boot-test-request'
import { BootJudge } from '#shared/boot-test/judge'
import { hearConsole } from './hear-console.js'
import { Trial } from './trial.js'

async function* saying(words: string, end?: Error): AsyncGenerator<Buffer> {
  yield Buffer.from(words)
  if (end) throw end
}

/** How it stands when all was read. */
async function heard(output: AsyncIterable<Buffer>, write: () => Promise<void>): Promise<unknown> {
  const trial = new Trial(new BootJudge({ expect: bootExpectationsSchema.parse({}), wanted: { present: [], absent: [] } }), '/run')
  await hearConsole(output, trial, { log: { write }, tell: () => {} }).ended
  const undecided = new Promise((resolve) => setImmediate(() => resolve('undecided')))
  return Promise.race([trial.decided.then(() => trial.judged?.verdict), undecided])
}

test('what a guest says is judged to its end', async () => {
  expect(await heard(saying('Kernel panic - not syncing\n'), async () => {})).toBe('fail')
})

test('a pipe that is closed is no failure of the test', async () => {
  expect(await heard(saying('hello\n', new Error('closed')), async () => {})).toBe('undecided')
})

test('a log that cannot be written ends the test at once, and tells why', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  await expect(heard(saying('hello\n'), () => Promise.reject(full))).rejects.toBe(full)
})
