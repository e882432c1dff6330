import { expect, test } from 'vitest'
import { ERROR_CODES } from '#shared/errors/app-error'
import { findCommand, parseCommand } from './command.js'
import { COMMANDS } from './run-cli.js'
import { errorHints } from './error-hints.js'
import { copyContainerCommand } from './commands/containers-copy.js'
import { extractCommand } from './commands/extract.js'
import { bootSetCommand } from './commands/boot.js'
import { inspectCommand } from './commands/inspect.js'
import { uploadCommand } from './commands/upload.js'

const hints = (code: Parameters<typeof errorHints>[0]['code'], options = extractCommand.options) =>
  errorHints({ code, details: { registry: 'registry.example' } }, options)

test('an error is told with the option that mends it', () => {
  expect(hints('output-exists')).toEqual(['To replace it: --replace'])
  expect(errorHints({ code: 'output-exists', details: { reason: 'it is a folder' } }, extractCommand.options)).toEqual([])
  expect(hints('registry-plain-http')).toEqual(['To speak it all the same: --tls-verify false'])
  expect(hints('registry-plain-http', copyContainerCommand.options)).toEqual([
    'To speak it all the same: --src-tls-verify false, or --dest-tls-verify false',
  ])
  expect(hints('sign-in-needed')).toEqual(['To sign in: diskwright containers login registry.example -u USER'])
  expect(hints('several-disks')).toEqual(['To take one of them: --path PATH'])
  expect(hints('platform-not-found')).toEqual(['To take one of them: --arch ARCH'])
})

test('options that a command does not have are not named', () => {
  for (const code of ['output-exists', 'registry-plain-http', 'several-disks', 'platform-not-found', 'no-space'] as const)
    expect(hints(code, inspectCommand.options)).toEqual([])
})

test('what is not there is told with the command that lists what is', () => {
  expect(hints('tool-missing')).toEqual(['To see what is missing, and how it is installed: diskwright doctor'])
  expect(hints('boot-entry-not-found')).toEqual(['To see which there are: diskwright boot list IMAGE'])
  expect(hints('job-not-found')).toEqual(['To see which there are: diskwright jobs list'])
  expect(hints('job-not-found', uploadCommand.options)).toEqual(['To see which there are: diskwright upload --open'])
  expect(hints('bad-input', uploadCommand.options)).toEqual(['To see what can be filled in: diskwright upload --fields PROVIDER IMAGE'])
  expect(hints('bad-input')).toEqual([])
  const doctor = 'To see which can be used, and why: diskwright doctor'
  expect(hints('engine-failed', bootSetCommand.options)).toEqual(['To take another one: --engine E', doctor])
  expect(hints('engine-failed')).toEqual([doctor])
  expect(hints('no-space', bootSetCommand.options)).toEqual(['To see what is needed before it runs: --dry-run'])
})

test('every command that a hint names is there', () => {
  const named = ERROR_CODES.flatMap((code) =>
    errorHints({ code, details: { registry: 'registry.example', upload: 'u', reference: 'registry.example/a' } }, extractCommand.options),
  ).flatMap((line) => line.match(/diskwright [a-z][^,]*/g) ?? [])
  expect(named.length).toBeGreaterThan(10)
  for (const line of named) {
    const found = findCommand(COMMANDS, line.split(' ').slice(1))
    expect(found, line).toBeDefined()
    if (found) expect(() => parseCommand(found.command, found.rest), line).not.toThrow()
  }
})

test('where there is no such image, its repository tells what there is', () => {
  const missing = (reference: string) => errorHints({ code: 'container-not-found', details: { reference } }, extractCommand.options)
  const list = ['To list what there is: diskwright containers tags registry.example:5000/team/boot']
  expect(missing('docker://registry.example:5000/team/boot:9')).toEqual(list)
  expect(missing(`registry.example:5000/team/boot@sha256:${'a'.repeat(64)}`)).toEqual(list)
  expect(missing('oci-archive:/images/boot.tar:9')).toEqual([])
})

test('in a container image another command tells what there is; a list of tags does not name itself', () => {
  const hintsOf = (code: 'guest-file-not-found' | 'container-not-found', options: typeof extractCommand.options) =>
    errorHints({ code, details: { reference: 'registry.example/team/boot' } }, options)
  expect(hintsOf('guest-file-not-found', extractCommand.options)).toEqual(['To see what there is: diskwright containers ls REF'])
  expect(hintsOf('guest-file-not-found', bootSetCommand.options)).toEqual(['To look for it: diskwright files find IMAGE NAME'])
  expect(hintsOf('container-not-found', { filter: { type: 'string', help: '' }, ...extractCommand.options })).toEqual([])
})
