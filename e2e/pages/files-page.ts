import { expect, type Locator, type Page, test } from '@playwright/test'

/** The Files tab of an open image: where one looks, the list of a folder, and what can be done with it. */
export class FilesPage {
  readonly page: Page
  readonly grid: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid', { name: /^Content of/ })
  }

  async show(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Files', exact: true }).click()
    await expect(this.grid).toBeVisible()
  }

  /** The row of exactly this name. */
  row(name: string): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByText(name, { exact: true }) })
  }

  async choosePlace(name: RegExp): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Place' }).click()
    await this.page.getByRole('option', { name }).click()
  }

  /** Goes into a folder, or opens a file. */
  async open(name: string): Promise<void> {
    await this.row(name).dblclick()
  }

  async openFolder(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.open(name)
      await expect(this.page.getByRole('navigation', { name: 'Folder' }).getByRole('button', { name, exact: true })).toHaveAttribute(
        'aria-current',
        'location',
      )
    }
  }

  toolbar(button: string): Locator {
    return this.page.getByRole('toolbar', { name: 'Files' }).getByRole('button', { name: button, exact: true })
  }

  /** The text of the file that is open. */
  editor(): Locator {
    return this.page.getByRole('dialog').locator('.cm-content')
  }

  async rename(name: string, to: string): Promise<void> {
    await test.step(`rename ${name} to ${to}`, async () => {
      await this.row(name).click()
      await this.page.keyboard.press('F2')
      await this.page.getByRole('textbox', { name: 'Name', exact: true }).fill(to)
      await this.page.keyboard.press('Enter')
      await expect(this.row(to)).toContainText('renamed')
    })
  }

  async search(name: string): Promise<Locator> {
    await this.page.getByRole('textbox', { name: 'Find by name' }).fill(name)
    await this.page.keyboard.press('Enter')
    const found = this.page.getByRole('list', { name: 'Found' })
    await expect(found).toBeVisible()
    return found
  }
}
