import { expect, test } from 'vitest'
import { copyArgs, registryThatFailed } from './copy'

test('options of skopeo itself come first, those of each side are its own', () => {
  expect(
    copyArgs({
      from: { image: 'docker://h/a:1', registry: 'h', authFile: '/from.json', plainHttp: true },
      to: { image: 'oci-archive:/o.tar:a', registry: null, certDir: '/certs' },
      platform: { architecture: 'arm64' },
      keepDigests: true,
      retries: 2,
      sign: { kind: 'sigstore', keyFile: '/k', passphraseFile: '/p' },
      digestFile: '/d',
      temporaryFolder: '/tmp/of-the-job',
    }),
  ).toEqual([
    '--override-arch',
    'arm64',
    '--tmpdir',
    '/tmp/of-the-job',
    'copy',
    '--preserve-digests',
    '--retry-times',
    '2',
    '--src-authfile',
    '/from.json',
    '--src-tls-verify=false',
    '--dest-cert-dir',
    '/certs',
    '--sign-by-sigstore-private-key',
    '/k',
    '--sign-passphrase-file',
    '/p',
    '--digestfile',
    '/d',
    '--',
    'docker://h/a:1',
    'oci-archive:/o.tar:a',
  ])
})

test('the side that failed is the one that skopeo names', () => {
  const sides = { from: { image: 'docker://h:1/a', registry: 'h:1' }, to: { image: 'docker://other.example/b', registry: 'other.example' } }
  expect(registryThatFailed(sides, 'checking whether a blob sha256:ab exists in other.example/b: unauthorized')).toBe('other.example')
  expect(registryThatFailed(sides, 'reading manifest in h:1/a: unauthorized')).toBe('h:1')
  expect(registryThatFailed(sides, 'unauthorized')).toBe('h:1')
  expect(registryThatFailed({ ...sides, from: { image: 'dir:/d', registry: null } }, '')).toBe('other.example')
})
