import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { _electron, type ElectronApplication, type Locator, type Page } from '@playwright/test'
import { stateEnv } from './state-env.js'

const require = createRequire(import.meta.url)
const root = path.resolve(import.meta.dirname, '..')
/** Of a start, and of what is clicked when it is ready. Playwright's own limit of half a minute is soon over on a busy machine. */
const PATIENCE_MS = 120_000

export interface LaunchOptions {
  /** Folder that holds the app's state, its Chromium profile included. A second launch on it is a restart. */
  readonly stateFolder: string
  /** Files named on the command line. */
  readonly open?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly switches?: readonly string[]
}

/** The running app, driven as a person would: real window, real drops, only native dialogs are answered for it. */
export class DiskwrightApp {
  readonly electron: ElectronApplication
  readonly page: Page
  /** Errors that the window reported: exceptions, console errors, refused content. Tests end with none. */
  readonly problems: string[] = []
  #running = true

  private constructor(electron: ElectronApplication, page: Page) {
    this.electron = electron
    this.page = page
    electron.once('close', () => {
      this.#running = false
    })
    page.on('pageerror', (error) => this.problems.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text())
    })
  }

  /** Starts the built app with folders of its own; returns when the window has drawn its shell. */
  static async launch(options: LaunchOptions): Promise<DiskwrightApp> {
    const electron = await _electron.launch({
      timeout: PATIENCE_MS,
      cwd: root,
      chromiumSandbox: process.getuid?.() !== 0,
      args: [root, '--disable-gpu', ...(options.switches ?? []), ...(options.open ?? [])],
      env: { ...definedEnv(), ...stateEnv(options.stateFolder), ...options.env },
    })
    const page = await electron.firstWindow({ timeout: PATIENCE_MS })
    page.setDefaultTimeout(PATIENCE_MS)
    const app = new DiskwrightApp(electron, page)
    await page.getByRole('navigation').first().waitFor()
    return app
  }

  /**
   * Runs code in the main process. Playwright loses the answer now and then ("Resulting promise was garbage collected") though the
   * code ran, and asks again: `work` must bear to be run twice.
   */
  readonly inMain = (async (work: never, arg: never) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.electron.evaluate(work, arg)
      } catch (thrown) {
        if (tries === 3 || !String(thrown).includes('garbage collected')) throw thrown
      }
    }
  }) as ElectronApplication['evaluate']

  /** Answers the next open dialogs. An empty list closes them without a choice. */
  async answerOpenDialog(files: readonly string[]): Promise<void> {
    await this.inMain(
      ({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths })
      },
      [...files],
    )
  }

  /** Answers the next save dialogs; null closes them without a choice. */
  async answerSaveDialog(file: string | null): Promise<void> {
    await this.inMain(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: filePath === null, filePath: filePath ?? '' })
    }, file)
  }

  /** Presses the button with this number in the next message boxes of the main process. */
  async answerMessageBox(response: number): Promise<void> {
    await this.inMain(({ dialog }, button) => {
      dialog.showMessageBox = () => Promise.resolve({ response: button, checkboxChecked: false })
    }, response)
  }

  /** Drops real files from outside onto the middle of `target` (default: the window). */
  async dropFiles(files: readonly string[], target: Locator = this.page.locator('body')): Promise<void> {
    const box = await target.boundingBox()
    if (!box) throw new Error('the drop target is not visible')
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const session = await this.page.context().newCDPSession(this.page)
    const data = { items: [], files: [...files], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, ...at, data })
    await session.detach()
  }

  /**
   * WCAG 2.2 AA violations by axe-core: `rule: element` each. Colours are measured without transitions, so never on their way to
   * another one; what is found while the page changes under the measurement (a button enabled halfway through) is measured anew.
   */
  async accessibilityViolations(): Promise<string[]> {
    await this.page.evaluate(fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'))
    await this.page.emulateMedia({ reducedMotion: 'reduce' })
    await this.page.waitForFunction(() =>
      document.getAnimations().every(({ playState, effect }) => {
        return playState !== 'running' || effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY
      }),
    )
    const found = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: AxeRunner }
      let hasChanged = false
      const changes = new MutationObserver(() => (hasChanged = true))
      changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
      for (let measured = 1; ; measured++) {
        hasChanged = false
        const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
        if (violations.length > 0 && hasChanged && measured < 10) continue
        changes.disconnect()
        return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))
      }
    })
    await this.page.emulateMedia({ reducedMotion: null })
    return found
  }

  /** Main's copy of the clipboard. */
  clipboardText(): Promise<string> {
    return this.inMain(({ clipboard }) => clipboard.readText())
  }

  /** Quits as the menu does; running jobs are stopped. Does nothing when the app has ended. */
  async quit(): Promise<void> {
    if (!this.#running) return
    await this.answerMessageBox(1)
    await this.electron.close()
  }

  /** Ends the main process without warning, as a power cut or the kernel would. */
  async kill(): Promise<void> {
    const child = this.electron.process()
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    this.#running = false
  }
}

interface AxeRunner {
  run(where: Document, options: { runOnly: string[] }): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
