import { expect, test } from 'vitest'
import { copyArgs } from './copy'

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
