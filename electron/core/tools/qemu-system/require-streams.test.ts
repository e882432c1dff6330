import { expect, test } from 'vitest'
import { requireStreams } from './require-streams.js'

function qemu(says: string): Parameters<typeof requireStreams>[0] {
  return { run: async () => ({ exitCode: 0, stdout: Buffer.from(says), stderr: '', durationMs: 1 }) }
}

test('an old qemu is told from one that has streams', async () => {
  await expect(requireStreams(qemu('Available netdev backend types:\nsocket\nstream\nuser\n'))).resolves.toBeUndefined()
  await expect(requireStreams(qemu('Available netdev backend types:\nsocket\nuser\n'))).rejects.toMatchObject({
    code: 'tool-failed',
    data: { details: { problem: expect.stringContaining('7.2') } },
  })
})
