import { expect, test } from 'vitest'
import type { FieldValues } from '../field.js'
import { completeValues, preparationOf, uploadSteps } from '../preparation.js'
import { checkFields } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { registryForm } from './registry-form.js'
import { fileOfRegistryForm, registryReference } from './registry-reference.js'
import { sampleFacts } from '../testing/sample-facts.js'

const facts = sampleFacts({ virtualBytes: 1024 ** 3, fileBytes: 1024 ** 2, dataBytes: 1024 ** 2, architecture: 'aarch64' })
const archive: SourceFacts = { ...facts, path: '/images/ock.tar', kind: 'container', format: null, subformat: null, architecture: null }
const there = { registry: 'registry.example:5000', repository: 'team/boot' }

function complete(values: FieldValues, of = facts): FieldValues {
  return completeValues(registryForm, values, of)
}

function preparation(values: FieldValues, of: SourceFacts) {
  return preparationOf(registryForm.payload(complete(values, of), of), { facts: of, edits: [] })
}

test('the destination is a reference of its transport', () => {
  const reference = (values: FieldValues) => registryReference(complete(values))
  expect(reference(there)).toBe('docker://registry.example:5000/team/boot:latest')
  expect(reference({ ...there, tag: 'v1.2' })).toBe('docker://registry.example:5000/team/boot:v1.2')
  expect(reference({ place: 'containers-storage', repository: 'localhost/boot' })).toBe('containers-storage:localhost/boot:latest')
  expect(reference({ place: 'oci-archive', target: '/out/boot.tar', tag: 'v1' })).toBe('oci-archive:/out/boot.tar:v1')
  expect(reference({ place: 'dir', target: '/out/boot' })).toBe('dir:/out/boot')
  expect(reference({ place: 'docker-archive', target: '/out/boot.tar' })).toBe('docker-archive:/out/boot.tar')
  expect(reference({})).toBeNull()
  expect(fileOfRegistryForm({ place: 'dir', target: '/out/boot' })).toBe('/out/boot')
  expect(fileOfRegistryForm(there)).toBeNull()
})

test('names that no registry takes are refused, and what is needed is asked for', () => {
  const problems = (values: FieldValues) =>
    checkFields(registryForm.fields(complete(values), facts), complete(values)).map(({ field }) => field)
  expect(problems({})).toEqual(['registry', 'repository'])
  expect(problems({ ...there, user: 'me' })).toEqual(['password'])
  expect(problems({ registry: 'https://registry.example', repository: 'Team/Boot', tag: 'a b' })).toEqual(['registry', 'repository', 'tag'])
  expect(problems({ registry: '[::1]:5000', repository: 'a/b_c-d.e' })).toEqual([])
  expect(problems({ place: 'dir', target: 'relative' })).toEqual(['target'])
})

test('a disk goes in as it is where that is of use, else as qcow2; a container image is copied', () => {
  expect(preparation(there, facts)).toEqual({ kind: 'none' })
  expect(preparation(there, { ...facts, format: 'vmdk', subformat: 'streamOptimized' })).toMatchObject({ kind: 'convert', format: 'qcow2' })
  expect(preparation(there, { ...facts, subformat: null })).toMatchObject({ kind: 'convert', format: 'qcow2' })
  expect(preparation({ ...there, format: 'raw' }, facts)).toMatchObject({ kind: 'convert', format: 'raw' })
  expect(preparation(there, archive)).toEqual({ kind: 'none' })
  const ids = (of: SourceFacts, edits: Parameters<typeof uploadSteps>[1]['edits'] = []) =>
    uploadSteps(registryForm, { values: there, facts: of, edits }).map(({ id }) => id)
  expect(ids(facts)).toEqual(['prepare', 'digest', 'send', 'finish'])
  expect(ids(facts, [{ kind: 'machine-id-reset' }])).toEqual(['prepare-source', 'prepare', 'digest', 'send', 'finish'])
  expect(ids(archive)).toEqual(['prepare', 'copy', 'finish'])
})

test('of a raw disk no zeros are sent, unless it is asked for or the file itself is wanted', () => {
  const raw: SourceFacts = { ...facts, path: '/images/boot.raw', format: 'raw', subformat: 'sparse' }
  expect(preparation(there, raw)).toMatchObject({ kind: 'convert', format: 'qcow2' })
  expect(preparation({ ...there, layout: 'boot-container' }, raw)).toMatchObject({ kind: 'convert', format: 'qcow2' })
  expect(preparation({ ...there, layout: 'artifact' }, raw)).toEqual({ kind: 'none' })
  expect(preparation({ ...there, format: 'keep' }, raw)).toEqual({ kind: 'none' })
  const told = (values: FieldValues) =>
    registryForm.validate(complete(values, raw), raw).map(({ code, state, field, fix }) => ({ code, state, field, fix }))
  expect(told(there)).toEqual([{ code: 'format', state: 'info', field: 'format', fix: undefined }])
  const fix = { kind: 'set', field: 'format', value: 'qcow2', label: 'Send it as qcow2' }
  expect(told({ ...there, format: 'keep' })).toEqual([{ code: 'format', state: 'warning', field: 'format', fix }])
  expect(told({ ...there, format: 'raw' })).toEqual([{ code: 'format', state: 'warning', field: 'format', fix }])
  expect(registryForm.commands(complete(there, raw), raw)[0]).toContain('boot.qcow2 /disk/boot.qcow2')
})

test('what does not go together is told before anything is sent', () => {
  const codes = (values: FieldValues, of = facts) =>
    registryForm.validate(complete(values, of), of).map(({ code, state }) => `${code} ${state}`)
  expect(codes(there)).toEqual([])
  expect(codes({ ...there, architecture: 'amd64' })).toEqual(['architecture warning'])
  expect(codes({ ...there, plainHttp: true })).toEqual(['plain-http warning'])
  expect(codes({ place: 'docker-archive', target: '/out/a.tar', layout: 'artifact' })).toEqual(['artifact-destination error'])
})

test('the same by hand; no secret is among it', () => {
  const lines = (values: FieldValues, of = facts) => registryForm.commands(complete(values, of), of).join('\n')
  expect(lines({ ...there, user: 'me', password: 'env:TOKEN' })).toContain('podman push registry.example:5000/team/boot:latest')
  expect(lines({ ...there, user: 'me', password: 'env:TOKEN' })).not.toContain('TOKEN')
  expect(lines({ ...there, layout: 'artifact' })).toContain('oras push registry.example:5000/team/boot:latest boot.qcow2')
  expect(lines({ ...there, plainHttp: true }, archive)).toBe(
    'skopeo copy --all --dest-tls-verify=false oci-archive:/images/ock.tar docker://registry.example:5000/team/boot:latest',
  )
  expect(lines({})).toBe('')
})
