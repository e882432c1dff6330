import { expect, test } from 'vitest'
import { resolveDirs } from '../../../files/dirs.js'
import { silentLogger } from '../../../log/logger.js'
import { createHost } from '../../../process/create-host.js'
import { guestSteps } from './guest-steps.js'
import { PROGRAM } from './program.js'

const host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })

test('perl has nothing to say about the program', async () => {
  const { stderr } = await host.run('perl', ['-wc', '-'], { access: {}, stdin: PROGRAM })
  expect(stderr.trim()).toBe('- syntax OK')
})

test('the reason of a failure reaches the record as it was said, without control characters', async () => {
  const parts = ['record', 'refuse', 'carry_out'].map(
    (name) => new RegExp(`^sub ${name} .*}$|^sub ${name}\\b[^]*?^}$`, 'm').exec(PROGRAM)?.[0],
  )
  const call = String.raw`carry_out(2, sub { refuse('failed', text => "xfs_db: can't open: \e[2J\nInput/output error") }); carry_out(3, sub {});`
  const { stdout } = await host.run('perl', ['-e', `our $records = \\*STDOUT; ${parts.join('\n')}\n${call}`], { access: {} })
  expect(stdout.toString()).toBe("2 error failed 0 0 xfs_db: can't open: ?[2J?Input/output error\n3 ok\n")
})

test('places that could end a word of the text are refused', () => {
  expect(() => guestSteps({ disk: "/dev/x'; id; '", partPrefix: '', work: '/m/work', tmp: '/m/tmp' })).toThrow('not a plain path')
})
