import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { test as base, expect } from '@playwright/test'
import { DiskwrightApp, type LaunchOptions } from './diskwright-app.js'
import type { ImageName } from './images/builders.js'
import { testImage } from './images/cache.js'
import { ShellPage } from './pages/shell-page.js'
import { stateEnv } from './state-env.js'

export { expect }
export { DiskwrightApp } from './diskwright-app.js'

interface Fixtures {
  /** Folder of this test for images and results; removed afterwards. Short, because sockets live below it. */
  readonly workFolder: string
  /** Files that the app is started with. Set with `test.use({ openAtStart: [...] })`. */
  readonly openAtStart: readonly string[]
  /** Starts the app again, or a second time, on this test's state folder; quits it in the end. */
  readonly launch: (options?: Partial<LaunchOptions>) => Promise<DiskwrightApp>
  /** The app, started once, with nothing to complain about at the end. */
  readonly app: DiskwrightApp
  /** Rail, tray and shortcuts of the window of `app`. */
  readonly shell: ShellPage
  /** Copies a shared test image (built when it is first asked for) into the work folder; returns its path. */
  readonly copyImage: (name: ImageName, as?: string) => Promise<string>
  /** Runs the command line on this test's state folder; returns stdout. */
  readonly cli: (...args: string[]) => string
}

export const test = base.extend<Fixtures>({
  workFolder: async ({}, use) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-'))
    await use(folder)
    fs.rmSync(folder, { recursive: true, force: true })
  },
  openAtStart: [[], { option: true }],
  launch: async ({ workFolder }, use) => {
    const launched: DiskwrightApp[] = []
    await use(async (options = {}) => {
      const app = await DiskwrightApp.launch({ stateFolder: path.join(workFolder, 'app'), ...options })
      launched.push(app)
      return app
    })
    for (const app of launched) await app.quit()
  },
  app: async ({ launch, openAtStart }, use) => {
    const app = await launch({ open: openAtStart })
    await use(app)
    expect(app.problems, 'the window reported no error').toEqual([])
  },
  shell: async ({ app }, use) => use(new ShellPage(app.page)),
  copyImage: async ({ workFolder }, use) => {
    await use(async (name, as = `${name}.qcow2`) => {
      const copy = path.join(workFolder, as)
      await fs.promises.copyFile(await testImage(name), copy, fs.constants.COPYFILE_FICLONE)
      return copy
    })
  },
  cli: async ({ workFolder }, use) => {
    const program = path.resolve(import.meta.dirname, '../resources/bin/diskwright')
    const env = { ...process.env, ...stateEnv(path.join(workFolder, 'app')) }
    await use((...args) => execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
  },
})
