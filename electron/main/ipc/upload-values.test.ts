import { expect, test } from 'vitest'
import type { FieldValues } from '#shared/clouds/field'
import { jobRequestSchema } from '#shared/jobs/job-requests'
import { namedFilesOf } from './named-files.js'
import { OutputGrants } from './output-grants.js'
import { assertOwnSecrets, fileOfUpload, filesOfForm, withOwnSecrets, withoutForeignSecrets, withSecretsOf } from './upload-values.js'
import { sampleFacts } from '#shared/clouds/testing/sample-facts'

const facts = sampleFacts({ path: '/images/a.qcow2' })
const form = (values: FieldValues) => ({ provider: 'registry' as const, values, facts })
const request = (values: FieldValues) =>
  jobRequestSchema.parse({ kind: 'upload-image', input: { upload: 'f3ab4a3c-9c8b-4d6e-9d0f-0a1b2c3d4e5f', edits: [], ...form(values) } })

test('the files that a form names have to be granted; what stands in no field is not asked for', () => {
  expect(filesOfForm(form({ ca: '/certs/ca.pem', authFile: '/auth.json', other: '/etc/shadow' }))).toEqual(['/auth.json', '/certs/ca.pem'])
  expect(namedFilesOf(request({ ca: '/certs/ca.pem' }))).toEqual(['/certs/ca.pem'])
  expect(filesOfForm(form({ place: 'dir', ca: '/certs/ca.pem' }))).toEqual([])
})

test('a window cannot send a variable or a file of this machine as a password', () => {
  for (const password of ['env:HOME', 'file:/etc/shadow', 'plain']) {
    expect(() => assertOwnSecrets(form({ user: 'me', password }))).toThrow('bad-input')
  }
  expect(() => assertOwnSecrets(form({ user: 'me', password: 'session:registry password u1' }))).not.toThrow()
  const kept = { user: 'me', password: 'keyring:registry password r.example me' }
  expect(() => assertOwnSecrets(form({ ...kept, registry: 'r.example' }))).not.toThrow()
  expect(() => assertOwnSecrets(form({ ...kept, registry: 'elsewhere.example' }))).toThrow('bad-input')
  expect(() => assertOwnSecrets(form({ user: 'me', password: 'keyring:registry password me', registry: 'r.example' }))).toThrow('bad-input')
})

test('what was kept for one provider, field or address is not sent to another', () => {
  for (const password of ['session:a', 'session:vsphere password u1', 'keyring:registry token me']) {
    expect(() => assertOwnSecrets(form({ user: 'me', password }))).toThrow('bad-input')
  }
  const at = (url: string) => ({
    provider: 'vsphere' as const,
    values: { url, user: 'root', password: 'keyring:vsphere password vc.example root' },
    facts,
  })
  expect(() => assertOwnSecrets(at('vc.example'))).not.toThrow()
  for (const url of ['attacker.example', 'vc.example:8443', 'example']) expect(() => assertOwnSecrets(at(url))).toThrow('bad-input')
})

test('an account of this machine comes without the variable that its password is in', () => {
  const values = { url: 'vc.example', user: 'root', password: 'env:GOVC_PASSWORD' }
  expect(withoutForeignSecrets({ provider: 'vsphere', values, facts: null })).toEqual({ url: 'vc.example', user: 'root' })
})

test('an upload that writes a file here may do so only where the user agreed', () => {
  expect(fileOfUpload(form({ registry: 'r.example', repository: 'a' }) as never)).toBeNull()
  const archive = request({ place: 'oci-archive', target: '/out/a.tar', overwrite: true })
  const grants = new OutputGrants()
  expect(grants.isGranted(archive)).toBe(false)
  grants.grantChosen('/out/a.tar', false)
  expect(grants.isGranted(archive)).toBe(false)
  grants.grantChosen('/out/a.tar', true)
  expect(grants.isGranted(archive)).toBe(true)
  expect(grants.isGranted(request({ registry: 'r.example', repository: 'a' }))).toBe(true)
})

test('an upload that was begun at the command line goes on with secrets that are asked for; those of its last job count', () => {
  const upload = 'f3ab4a3c-9c8b-4d6e-9d0f-0a1b2c3d4e5f'
  const begun = (password: string) => ({ ...form({ user: 'me', registry: 'r.example', password }), upload })
  for (const foreign of ['env:PASSWORD', 'file:/etc/secret', 'session:registry.password', 'keyring:registry password other.example me']) {
    const values = withOwnSecrets(begun(foreign))
    expect(values).toEqual({ user: 'me', registry: 'r.example', password: `session:registry password ${upload}` })
    expect(() => assertOwnSecrets(form(values))).not.toThrow()
  }
  const own = begun('keyring:registry password r.example me')
  expect(withOwnSecrets(own)).toEqual(own.values)
  const later = { user: 'another', password: 'keyring:registry password r.example me' }
  expect(withSecretsOf(begun('env:PASSWORD'), later)).toEqual(own.values)
})
