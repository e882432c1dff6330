import { expect, test } from 'vitest'
import { errorHints } from './error-hints.js'
import { copyContainerCommand } from './commands/containers-copy.js'
import { extractCommand } from './commands/extract.js'
import { inspectCommand } from './commands/inspect.js'

const hints = (code: Parameters<typeof errorHints>[0]['code'], options = extractCommand.options) =>
  errorHints({ code, details: { registry: 'registry.example' } }, options)

test('an error is told with the option that mends it', () => {
  expect(hints('output-exists')).toEqual(['To replace it: --replace'])
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

test('where there is no such image, its repository tells what there is', () => {
  const missing = (reference: string) => errorHints({ code: 'container-not-found', details: { reference } }, extractCommand.options)
  const list = ['To list what there is: diskwright containers tags registry.example:5000/team/boot']
  expect(missing('docker://registry.example:5000/team/boot:9')).toEqual(list)
  expect(missing(`registry.example:5000/team/boot@sha256:${'a'.repeat(64)}`)).toEqual(list)
  expect(missing('oci-archive:/images/boot.tar:9')).toEqual([])
})
