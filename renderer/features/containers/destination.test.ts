import { expect, test } from 'vitest'
import { destinationReference, NO_DESTINATION } from './destination.js'

const at = (transport: typeof NO_DESTINATION.transport, text: string) => destinationReference({ ...NO_DESTINATION, transport, text })

test('a registry has to be named, and a digest cannot be', () => {
  expect(at('docker', '')).toEqual({ reference: null, problem: null })
  expect(at('docker', 'registry.example/boot:1')).toEqual({ reference: 'docker://registry.example/boot:1', problem: null })
  expect(at('docker', 'boot:1').problem).toContain('names no registry')
  expect(at('docker', 'oci:/a').problem).toContain('another kind')
  expect(at('docker', 'registry.example/Boot').problem).toContain('lower case')
  expect(at('docker', `registry.example/boot@sha256:${'0'.repeat(64)}`).problem).toContain('digest')
  expect(at('containers-storage', 'localhost/boot:1').reference).toBe('containers-storage:localhost/boot:1')
})

test('files are those that were chosen in a dialog, with a name inside where there can be one', () => {
  const chosen = { reference: 'oci-archive:/out/boot.tar', replace: false }
  expect(at('oci-archive', '/elsewhere').reference).toBeNull()
  expect(destinationReference({ transport: 'oci-archive', text: '', chosen, name: '' }).reference).toBe('oci-archive:/out/boot.tar')
  expect(destinationReference({ transport: 'oci-archive', text: '', chosen, name: ' 8.10 ' }).reference).toBe(
    'oci-archive:/out/boot.tar:8.10',
  )
  expect(destinationReference({ transport: 'dir', text: '', chosen: { ...chosen, reference: 'dir:/out/boot' }, name: 'x' }).reference).toBe(
    'dir:/out/boot',
  )
})
