import fs from 'node:fs/promises'
import path from 'node:path'
import type { Core } from '#core/core-api'
import { chooseOutput, type DialogParent } from '../../host/dialogs.js'
import { StreamTable } from '../../host/stream-table.js'
import type { Handlers } from '../register-contract.js'

export type BootTestHandlers = Pick<Handlers, Extract<keyof Handlers, `bootTest.${string}`>>

export function bootTestHandlers(core: Core, parent: DialogParent): BootTestHandlers {
  const streams = new StreamTable()
  return {
    'bootTest.serial': ({ id, from }) => core.bootTests.serial(id, from),
    'bootTest.raw': ({ id, from }) => core.bootTests.raw(id, from),
    'bootTest.send': async ({ id, text }) => core.bootTests.send(id, text),
    'bootTest.live': async ({ id }) => core.bootTests.live(id),
    'bootTest.release': async ({ id }) => core.bootTests.release(id),
    'bootTest.picture': async ({ id }) => pictureUrl(await core.bootTests.screenshot(id)),
    'bootTest.screenshot': async ({ id }) => pictureUrl(await core.bootTests.keptScreenshot(id)),
    'bootTest.openScreen': async ({ id }) => ({ stream: streams.add(await core.bootTests.openScreen(id)) }),
    'bootTest.readStream': ({ stream }) => streams.read(stream),
    'bootTest.writeStream': ({ stream, bytes }) => streams.write(stream, bytes),
    'bootTest.closeStream': async ({ stream }) => streams.close(stream),
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

function pictureUrl(png: Buffer | null): { url: string } | null {
  return png && { url: `data:image/png;base64,${png.toString('base64')}` }
}
