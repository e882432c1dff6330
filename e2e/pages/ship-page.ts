import { expect, type Locator, type Page } from '@playwright/test'

export type ShipStep = 'Account' | 'Destination' | 'Image' | 'Check' | 'Review' | 'Run'

/** The Ship screen: uploads, and the wizard of one. */
export class ShipPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** The part of the wizard that is worked in. */
  step(name: ShipStep | 'Target' | 'Result'): Locator {
    return this.page.getByRole('region', { name, exact: true })
  }

  async chooseTarget(name: string): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Target' }).getByRole('radio', { name, exact: true }).click()
    await this.next('Account')
  }

  /** The button that leads on; it is called by where it leads. */
  nextButton(to: ShipStep | 'Upload'): Locator {
    return this.page.getByRole('complementary').getByRole('button', { name: to, exact: true })
  }

  async next(to: ShipStep): Promise<void> {
    await this.nextButton(to).click()
    await expect(this.step(to)).toBeVisible()
  }

  /** Goes to a step that was shown before. */
  async go(to: ShipStep): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Steps of the upload' }).getByRole('button', { name: to }).click()
    await expect(this.step(to)).toBeVisible()
  }

  /** A star follows the label of what has to be filled in. */
  field(label: string): Locator {
    return this.page.getByLabel(new RegExp(`^${label}( \\*)?$`))
  }

  /** The row of a check. */
  check(title: string): Locator {
    return this.page
      .getByRole('group', { name: 'Checks' })
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name: title, exact: true }) })
  }

  /** Waits until everything was looked at. */
  async checked(words: string | RegExp): Promise<void> {
    await expect(this.step('Check').getByRole('status')).toHaveText(words, { timeout: 60_000 })
  }

  /** What the upload that shows is doing. */
  phase(): Locator {
    return this.page.getByRole('group', { name: 'How it goes' }).getByRole('heading', { level: 2 })
  }

  async upload(): Promise<void> {
    await this.nextButton('Upload').click()
  }
}
