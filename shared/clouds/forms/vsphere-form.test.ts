import { expect, test } from 'vitest'
import type { SourceFacts } from '../source-facts.js'
import { checkFields, withDefaults } from '../read-values.js'
import { vsphereForm } from './vsphere-form.js'
import { safeName } from './vsphere-names.js'
import { sampleFacts } from '../testing/sample-facts.js'

const FACTS = sampleFacts({ path: '/images/boot 1%2.qcow2' })
const ACCOUNT = { url: 'vcenter.example.com', user: 'me@vsphere.local', password: 'session:vcenter' }
const LIBRARY = { ...ACCOUNT, method: 'library', library: 'images' }

function filled(values: Record<string, string>, facts: SourceFacts = FACTS) {
  return withDefaults(vsphereForm.fields(values, facts), values)
}

test('a library needs no place of a machine, a machine no library', () => {
  const ids = (values: Record<string, string>) => vsphereForm.fields(values, FACTS).map(({ id }) => id)
  expect(ids(LIBRARY)).toContain('library')
  expect(ids(LIBRARY)).not.toContain('pool')
  expect(ids({ ...ACCOUNT, method: 'direct' })).toEqual(expect.arrayContaining(['pool', 'folder', 'network', 'template']))
})

test('what is known of the image fills the form in, and the machine of the OVF follows it', () => {
  const values = filled(LIBRARY)
  expect(checkFields(vsphereForm.fields(values, FACTS), values)).toEqual([])
  expect(values.name).toBe('boot 1-2')
  expect(vsphereForm.payload(values, FACTS)).toEqual({
    kind: 'artifact',
    artifact: 'vmware-ova',
    machine: { firmware: 'efi', cpus: 2, memoryMib: 4096, hardwareVersion: 17, diskController: 'pvscsi' },
  })
})

test('an OVA is sent as it is, and nothing is asked of its machine', () => {
  const ova = { ...FACTS, kind: 'ova' as const, path: '/images/boot.ova' }
  expect(vsphereForm.payload(filled(LIBRARY, ova), ova)).toEqual({ kind: 'source' })
  expect(vsphereForm.fields(LIBRARY, ova).filter(({ group }) => group === 'image')).toHaveLength(1)
})

test('a firmware that the image cannot boot by is an error with its fix', () => {
  const rows = vsphereForm.validate({ ...filled(LIBRARY), firmware: 'bios' }, FACTS)
  expect(rows).toEqual([
    expect.objectContaining({ code: 'firmware-mismatch', state: 'error', fix: expect.objectContaining({ value: 'efi' }) }),
  ])
  expect(vsphereForm.validate({ ...filled(LIBRARY), firmware: 'bios', secureBoot: true }, { ...FACTS, firmware: 'both' })).toEqual([
    expect.objectContaining({ code: 'secure-boot', state: 'error' }),
  ])
})

test('an image for ARM and a disk that is too large are told', () => {
  const codes = (facts: Partial<SourceFacts>) =>
    vsphereForm.validate(filled(LIBRARY), { ...FACTS, firmware: null, ...facts }).map(({ code, state }) => `${code} ${state}`)
  expect(codes({ architecture: 'aarch64' })).toEqual(['architecture warning'])
  expect(codes({ virtualBytes: 63 * 1024 ** 4 })).toEqual(['disk-too-large error'])
})

test('addresses and thumbprints that cannot be meant are refused', () => {
  const problems = (values: Record<string, string>) => checkFields(vsphereForm.fields(LIBRARY, FACTS), { ...filled(LIBRARY), ...values })
  expect(problems({ url: 'https://vcenter.example.com:8443/sdk' })).toEqual([])
  expect(problems({ url: 'http://vcenter.example.com' })).toHaveLength(1)
  expect(problems({ url: 'vcenter.example.com/$(id)' })).toHaveLength(1)
  expect(problems({ thumbprint: 'AA:'.repeat(31) + 'AA' })).toEqual([])
  expect(problems({ thumbprint: 'AA:BB' })).toHaveLength(1)
})

test('the commands of govc hold no secret, and quote what a shell would read', () => {
  const values = { ...filled({ ...LIBRARY, library: "John's images" }), name: 'a b' }
  expect(vsphereForm.commands(values, FACTS)).toEqual([
    'export GOVC_URL=vcenter.example.com GOVC_USERNAME=me@vsphere.local',
    'read -rs GOVC_PASSWORD && export GOVC_PASSWORD',
    String.raw`govc library.import -n 'a b' 'John'\''s images' image.ova`,
  ])
})

test('names are made of paths without what vSphere escapes', () => {
  expect(safeName('/x/disk.qcow2.gz')).toBe('disk')
  expect(safeName('/x/.qcow2')).toBe('image')
})
