import { expect, test } from 'vitest'
import { jobRequestSchema } from '#shared/jobs/job-requests'
import { namedFilesOf } from './named-files.js'

test('a request names its auth files, certificates and keys', () => {
  const copy = jobRequestSchema.parse({
    kind: 'copy-container',
    input: {
      source: 'docker://registry.example/a',
      destination: 'oci:/out',
      sign: { kind: 'sigstore', keyFile: '/keys/private' },
      from: { authFile: '/auth.json', plainHttp: true },
      to: { certDir: '/certs' },
    },
  })
  expect(namedFilesOf(copy)).toEqual(['/auth.json', '/certs', '/keys/private'])
  const extract = jobRequestSchema.parse({
    kind: 'extract-container',
    input: { reference: 'a', output: '/a', access: { plainHttp: true } },
  })
  expect(namedFilesOf(extract)).toEqual([])
  expect(namedFilesOf(jobRequestSchema.parse({ kind: 'compare-images', input: { left: '/a', right: '/b' } }))).toEqual([])
})
