import path from 'node:path'
import { expect, test } from 'vitest'
import { ACCESS_OPTIONS, accessOf } from './access-options.js'
import { type Command, parseCommand, UsageError } from './command.js'
import { EXIT } from './exit-codes.js'

const command: Command = {
  name: 'x',
  summary: '',
  positionals: '',
  counts: { min: 0, max: 0 },
  options: ACCESS_OPTIONS,
  examples: [],
  run: async () => EXIT.ok,
}
const read = (...args: string[]) => accessOf(parseCommand(command, args))

test('nothing said is nothing asked', () => expect(read()).toEqual({}))

test('paths become absolute, and TLS is only left out when that is said', () => {
  expect(read('--authfile=auth.json', '--cert-dir', '/certs', '--tls-verify=false')).toEqual({
    authFile: path.resolve('auth.json'),
    certDir: '/certs',
    plainHttp: true,
  })
  expect(read('--tls-verify=true')).toEqual({})
})

test.each([['--tls-verify=no'], ['--authfile='], ['--cert-dir=']])('%s is refused', (arg) => expect(() => read(arg)).toThrow(UsageError))
