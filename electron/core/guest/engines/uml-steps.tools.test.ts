import { expect, test } from 'vitest'
import { resolveDirs } from '../../files/dirs.js'
import { silentLogger } from '../../log/logger.js'
import { createHost } from '../../process/create-host.js'
import { REWRITE_STEPS } from './uml-steps.js'

test('the reason of a failure reaches the record as it was said, without control characters', async () => {
  const host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })
  const fail = /^fail\(\)[^]*?^}$/m.exec(REWRITE_STEPS)?.[0]
  const script = `${fail}\nexec 3>&1\nnumber=2\nfail failed 0 0 "$1"`
  const { stdout } = await host.run('busybox', ['sh', '-c', script, 'sh', "dd: can't open: \u001b[2JInput/output error"], { access: {} })
  expect(stdout.toString()).toBe("2 error failed 0 0 dd: can't open: ?[2JInput/output error\n")
})
