import { registryForm } from '#shared/clouds/forms/registry-form'
import type { CloudProvider } from '../cloud-provider.js'
import { executeRegistry } from './registry-execute.js'
import { preflightRegistry } from './registry-preflight.js'

const KEPT: Readonly<Record<string, string>> = {
  session: 'for this session',
  keyring: 'in the keyring',
  'auth-file': 'in',
  helper: 'by the helper',
}

/** Container registries. Blobs that no name leads to are forgotten by the registry itself: nothing has to be deleted after a break. */
export const registryProvider: CloudProvider = {
  form: registryForm,
  async accounts({ signIns }) {
    const known = await signIns.list()
    return known.map(({ registry, user, kept, where }) => ({
      label: user === null ? registry : `${user} at ${registry}`,
      note: [`kept ${KEPT[kept] ?? kept}`, where ?? ''].join(' ').trim(),
      values: { registry },
      problem: null,
    }))
  },
  choices: async () => [],
  preflight: preflightRegistry,
  execute: executeRegistry,
  cleanUp: async () => ({ left: [] }),
}
