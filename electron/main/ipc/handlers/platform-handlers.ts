import type { Core } from '#core/core-api'
import type { Handlers } from '../register-contract.js'

export type PlatformHandlers = Pick<Handlers, 'retarget.plan' | 'health.check'>

export function platformHandlers(core: Core): PlatformHandlers {
  return {
    'retarget.plan': ({ path, platform, edits, arch, extras }) =>
      core.planRetarget(path, platform, { edits, ...(arch === undefined ? {} : { arch }), ...(extras === undefined ? {} : { extras }) }),
    'health.check': ({ path, ...options }) => core.checkHealth(path, options),
  }
}
