import { expect, type Locator, type Page } from '@playwright/test'

export type RailItem = 'Home' | 'Images' | 'Convert' | 'Containers' | 'Ship' | 'Jobs' | 'Tools' | 'Settings'

/** What surrounds every view: the rail on the left and the screens it leads to. */
export class ShellPage {
  readonly page: Page
  readonly rail: Locator

  constructor(page: Page) {
    this.page = page
    this.rail = page.getByRole('navigation').first()
  }

  railItem(name: RailItem): Locator {
    return this.rail.getByRole('button', { name, exact: true }).or(this.rail.getByRole('link', { name, exact: true }))
  }

  async show(name: RailItem): Promise<void> {
    await this.railItem(name).click()
  }

  /** The heading of the view that shows. */
  heading(name: string | RegExp): Locator {
    return this.page.getByRole('main').getByRole('heading', { name, level: 1 })
  }

  async chooseTheme(name: 'System' | 'Light' | 'Dark'): Promise<void> {
    await this.show('Settings')
    await this.page.getByRole('radiogroup', { name: 'Appearance' }).getByText(name, { exact: true }).click()
  }

  /** Opens the command palette by its keys and types, until what is looked for is the first that is found; Enter runs it. */
  async searchPalette(words: string, first: string | RegExp): Promise<void> {
    await this.page.keyboard.press('Control+K')
    await expect(this.page.getByRole('textbox', { name: /Search images/ })).toBeFocused()
    await this.page.keyboard.type(words)
    await expect(this.page.locator('[data-action]').first()).toHaveText(first)
  }
}
