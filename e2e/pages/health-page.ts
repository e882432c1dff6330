import type { Locator, Page } from '@playwright/test'

/** The Health tab of an open image. */
export class HealthPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** The tab; the badge with errors and warnings is part of its name. */
  tab(): Locator {
    return this.page.getByRole('tab', { name: /^Health/ })
  }

  async show(): Promise<void> {
    await this.tab().click()
  }

  /** The answer in one line: `37 of 38 checks pass for …`. */
  verdict(): Locator {
    return this.page.getByRole('region', { name: 'Verdict' }).getByText(/checks? pass/)
  }

  async choosePlatform(name: string): Promise<void> {
    const box = this.page.getByRole('combobox', { name: 'Platform' })
    await box.click()
    await box.fill(name)
    await this.page.getByRole('option', { name, exact: true }).click()
  }

  section(name: 'Errors' | 'Warnings' | 'Notes'): Locator {
    return this.page.getByRole('region', { name, exact: true })
  }

  finding(title: string | RegExp): Locator {
    return this.page.getByRole('article', { name: title })
  }

  async showPasses(): Promise<void> {
    await this.page.getByRole('main').getByText('Passes', { exact: true }).click()
  }
}
