import type { FrameLocator, Locator, Page } from '@playwright/test'

/** A machine without KVM boots by emulation, beside all that a test machine does. */
export const BOOTED = 300_000

/** The Boot test tab of the image that is shown, and the dialog that starts a test. */
export class BootTestPage {
  readonly dialog: Locator
  readonly verdict: Locator
  readonly progress: Locator
  /** The rows of the serial console that can be seen. */
  readonly rows: Locator
  readonly search: Locator
  readonly #terminal: FrameLocator

  constructor(readonly page: Page) {
    this.dialog = page.getByRole('dialog', { name: /^Boot test of/ })
    this.verdict = page.getByRole('complementary', { name: 'Verdict' })
    this.progress = page.getByRole('complementary', { name: 'Progress of the test' })
    this.search = page.getByRole('searchbox', { name: 'Find in the console' })
    this.#terminal = page.frameLocator('iframe[title="Serial console of the guest"]')
    this.rows = this.#terminal.locator('.xterm-rows')
  }

  /** The terminal in the guest by SSH. */
  get ssh(): FrameLocator {
    return this.page.frameLocator('iframe[title="SSH terminal in the guest"]')
  }

  get screen(): FrameLocator {
    return this.page.frameLocator('iframe[title="Graphical console of the guest"]')
  }

  /** Starts a test that passes when a line of the console matches `pattern`, and with nothing else. */
  async run(pattern: string, more: (dialog: Locator) => Promise<void> = async () => {}): Promise<void> {
    await this.page.getByRole('main').getByRole('button', { name: 'Boot test…' }).first().click()
    await this.dialog.getByRole('checkbox', { name: 'A login prompt' }).uncheck()
    await this.dialog.getByRole('textbox', { name: 'And lines that match' }).fill(pattern)
    await this.dialog.getByRole('textbox', { name: 'Memory in MiB' }).fill('128')
    await more(this.dialog)
    await this.dialog.getByRole('button', { name: 'Run boot test' }).click()
  }

  async type(text: string, terminal = this.#terminal): Promise<void> {
    await terminal.locator('.xterm-screen').click()
    await this.page.keyboard.type(text)
  }

  /** Shows the serial console, its plain text, the screen, or a terminal by SSH. */
  async show(view: 'Serial console' | 'Text' | 'Screen' | 'SSH'): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'What is shown of the guest' }).getByText(view, { exact: true }).click()
  }
}
