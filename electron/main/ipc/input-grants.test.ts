import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { InputGrants } from './input-grants.js'

const put = (hostFile: string): Edit => ({ kind: 'write-file', path: '/etc/motd', content: { hostFile } })

test('an edit may bring in what was granted, under any name of the same path, and nothing else', () => {
  const grants = new InputGrants()
  grants.grant(['/home/me/motd'])
  expect(() => grants.assertEdits([put('/home/me/motd'), put('/home/me/./x/../motd')])).not.toThrow()
  expect(() => grants.assertEdits([put('/home/me/motd'), put('/etc/shadow')])).toThrow('input-not-granted')
  expect(() => grants.assertEdits([put('/home/me/motd/../.ssh/id_rsa')])).toThrow('input-not-granted')
  expect(() => grants.assertEdits([{ kind: 'write-file', path: '/etc/shadow', content: { text: '' } }])).not.toThrow()
})

test('a recipe that was loaded grants the files that it names', () => {
  const grants = new InputGrants()
  grants.grantEdits([put('/recipes/motd')])
  expect(() => grants.assertEdits([put('/recipes/motd')])).not.toThrow()
})
