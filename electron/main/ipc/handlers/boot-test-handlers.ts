import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Core } from '#core/core-api'
import { chooseOutput, type DialogParent } from '../../host/dialogs.js'
import { StreamTable } from '../../host/stream-table.js'
import type { Handlers } from '../register-contract.js'

export type BootTestHandlers = Pick<Handlers, Extract<keyof Handlers, `bootTest.${string}`>>

export function bootTestHandlers(core: Core, parent: DialogParent): BootTestHandlers {
  const streams = new StreamTable()

  /** A name beside the image that a test is about. */
  function besideImage(id: string, suffix: string): string {
    const { input } = core.jobs.get(id)
    const source = typeof input === 'object' && input !== null && 'source' in input ? String(input.source) : id
    const { dir, name } = path.parse(source)
    return path.join(dir, `${name}${suffix}`)
  }

  return {
    'bootTest.serial': ({ id, from }) => core.bootTests.serial(id, from),
    'bootTest.raw': ({ id, from }) => core.bootTests.raw(id, from),
    'bootTest.send': async ({ id, text }) => core.bootTests.send(id, text),
    'bootTest.live': async ({ id }) => core.bootTests.live(id),
    'bootTest.release': async ({ id }) => core.bootTests.release(id),
    'bootTest.powerOff': async ({ id }) => core.bootTests.powerOff(id),
    'bootTest.screenshot': async ({ id }) => pictureUrl(await core.bootTests.keptScreenshot(id)),
    'bootTest.openScreen': async ({ id }) => ({ stream: streams.add(await core.bootTests.openScreen(id)) }),
    'bootTest.openSsh': async ({ id, ...place }) => ({ stream: streams.add(await core.bootTests.openSsh(id, place)) }),
    'bootTest.readStream': ({ stream }) => streams.read(stream),
    'bootTest.writeStream': ({ stream, bytes }) => streams.write(stream, bytes),
    'bootTest.closeStream': async ({ stream }) => streams.close(stream),
    'bootTest.keep': async ({ id }) => {
      const chosen = await chooseOutput(parent, besideImage(id, '-kept.qcow2'), 'Keep the disk as a new image')
      if (chosen === null) return null
      const isKept = await core.bootTests.keep(id, { output: chosen.path, format: 'qcow2', replace: chosen.replace })
      if (!isKept) throw new AppError('tool-failed', { details: { tool: 'qemu', problem: 'the machine does not run any more' } })
      return { path: chosen.path }
    },
    'bootTest.savePicture': async ({ id }) => {
      const png = (await core.bootTests.screenshot(id)) ?? (await core.bootTests.keptScreenshot(id))
      if (png === null) throw new AppError('file-not-found', { details: { path: 'the picture of the screen' } })
      const chosen = await chooseOutput(parent, besideImage(id, '-screen.png'), 'Save picture as')
      if (chosen === null) return null
      await fs.writeFile(chosen.path, png)
      return { path: chosen.path }
    },
    'bootTest.saveLog': async ({ id }) => {
      const log = await core.bootTests.serialLog(id)
      const chosen = await chooseOutput(parent, besideImage(id, '-serial.log'), 'Save serial log as')
      if (chosen === null) return null
      await fs.copyFile(log, chosen.path)
      return { path: chosen.path }
    },
  }
}

function pictureUrl(png: Buffer | null): { url: string } | null {
  return png && { url: `data:image/png;base64,${png.toString('base64')}` }
}
