import type { Core } from '#core/core-api'
import type { InputGrants } from '../input-grants.js'
import type { Handlers } from '../register-contract.js'

export type PlatformHandlers = Pick<Handlers, 'retarget.plan' | 'health.check' | 'artifacts.lint'>

export function platformHandlers(core: Core, inputs: InputGrants): PlatformHandlers {
  return {
    'retarget.plan': async ({ path, platform, edits, arch, extras }) => {
      inputs.assertEdits(edits)
      return core.planRetarget(path, platform, {
        edits,
        ...(arch === undefined ? {} : { arch }),
        ...(extras === undefined ? {} : { extras }),
      })
    },
    'health.check': async ({ path, ...options }) => {
      inputs.assertEdits(options.edits)
      return core.checkHealth(path, options)
    },
    'artifacts.lint': ({ path, expectation }) => core.lintArtifact(path, expectation),
  }
}
