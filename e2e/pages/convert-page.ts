import type { Locator, Page } from '@playwright/test'

/** The Convert screen: targets to tick, and the table of images and targets. */
export class ConvertPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async tick(target: string): Promise<void> {
    await this.page.getByRole('region', { name: 'Targets' }).getByRole('checkbox', { name: target, exact: true }).check()
  }

  /** The cell of an image and a target; its name holds its state. */
  cell(image: string, target: string): Locator {
    return this.page.getByRole('gridcell', { name: `${image} for ${target}: ` })
  }
}
