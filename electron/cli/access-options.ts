import path from 'node:path'
import type { Access } from '#shared/containers/container-requests'
import { type CommandInput, type OptionTable, UsageError } from './command.js'

/** How registries are reached, with the names that podman and skopeo have for it. */
export const ACCESS_OPTIONS: OptionTable = {
  authfile: {
    type: 'string',
    value: 'FILE',
    help: 'Sign-ins in the form of containers-auth.json(5) (default: as podman and docker look for them)',
  },
  'cert-dir': {
    type: 'string',
    value: 'FOLDER',
    help: 'Certificates of registries: *.crt, *.cert and *.key (default: as podman looks for them)',
  },
  'tls-verify': { type: 'string', value: 'true|false', help: 'false: speak plain HTTP with the registry; never assumed' },
}

/** What the options of `ACCESS_OPTIONS` say. Throws `UsageError`. */
export function accessOf(input: CommandInput): Access {
  const authFile = input.text('authfile')
  const certDir = input.text('cert-dir')
  const verify = input.text('tls-verify') ?? 'true'
  if (!['true', 'false'].includes(verify)) throw new UsageError('--tls-verify is true or false')
  for (const [name, value] of Object.entries({ authfile: authFile, 'cert-dir': certDir })) {
    if (value === '') throw new UsageError(`--${name} needs a value`)
  }
  return {
    ...(authFile === undefined ? {} : { authFile: path.resolve(authFile) }),
    ...(certDir === undefined ? {} : { certDir: path.resolve(certDir) }),
    ...(verify === 'false' ? { plainHttp: true } : {}),
  }
}
