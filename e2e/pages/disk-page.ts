import { expect, type Locator, type Page } from '@playwright/test'

/** The Disk tab: the file that a disk is in, and what can be done with it. */
export class DiskPage {
  constructor(private readonly page: Page) {}

  part(name: 'Data' | 'Snapshots' | 'Backing files' | 'Check' | 'Compare'): Locator {
    return this.page.getByRole('region', { name, exact: true })
  }

  get map(): Locator {
    return this.page.getByRole('img', { name: /^Data by place/ })
  }

  /** The row of a snapshot. */
  snapshot(name: string | RegExp): Locator {
    return this.part('Snapshots').getByRole('row', { name })
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }

  async inPlace(): Promise<void> {
    await this.dialog.getByText('In place', { exact: true }).click()
    await this.dialog.getByRole('checkbox', { name: /^Yes, change it/ }).check()
  }

  /** Runs what the dialog asks for to its end, and closes it. */
  async run(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click()
    await this.succeeded()
    await this.page.keyboard.press('Escape')
    await expect(this.dialog).toHaveCount(0)
  }

  async succeeded(): Promise<void> {
    await expect(this.dialog.getByText('Succeeded', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  }
}
