import fs from 'node:fs/promises'
import path from 'node:path'
import type { Core } from '#core/core-api'
import { chooseOutput, type DialogParent } from '../../host/dialogs.js'
import type { Handlers } from '../register-contract.js'

export type BootTestHandlers = Pick<Handlers, 'bootTest.serial' | 'bootTest.screenshot' | 'bootTest.saveLog'>

export function bootTestHandlers(core: Core, parent: DialogParent): BootTestHandlers {
  return {
    'bootTest.serial': ({ id, from }) => core.bootTests.serial(id, from),
    'bootTest.screenshot': async ({ id }) => {
      const png = await core.bootTests.keptScreenshot(id)
      return png && { url: `data:image/png;base64,${png.toString('base64')}` }
    },
    'bootTest.saveLog': async ({ id }) => {
      const log = await core.bootTests.serialLog(id)
      const { input } = core.jobs.get(id)
      const source = typeof input === 'object' && input !== null && 'source' in input ? String(input.source) : id
      const { dir, name } = path.parse(source)
      const chosen = await chooseOutput(parent, path.join(dir, `${name}-serial.log`), 'Save serial log as')
      if (chosen === null) return null
      await fs.copyFile(log, chosen.path)
      return { path: chosen.path }
    },
  }
}
