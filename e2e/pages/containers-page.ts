import { expect, type Locator, type Page } from '@playwright/test'

/** The Containers screen. */
export class ContainersPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  field(): Locator {
    return this.page.getByRole('textbox', { name: 'Container image', exact: true })
  }

  async ask(reference: string): Promise<void> {
    await this.field().fill(reference)
    await this.page.keyboard.press('Enter')
  }

  async agreeToPlainHttp(registry: string): Promise<void> {
    await this.page.getByRole('button', { name: `Use plain HTTP for ${registry} this time` }).click()
  }

  /** The row of a disk that was found in the image. */
  disk(path: string): Locator {
    return this.page.getByRole('table', { name: 'Disks in the container image' }).getByRole('row').filter({ hasText: path })
  }

  async showTab(name: 'Open from image' | 'Local storage' | 'Sign-ins' | 'Files' | 'Layers'): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }

  /** The dialog that asks who signs in. */
  signIn(): Locator {
    return this.page.getByRole('dialog', { name: /^Sign in to/ })
  }

  async typeSignIn(user: string, password: string): Promise<void> {
    await this.signIn().getByRole('textbox', { name: 'User' }).fill(user)
    await this.signIn().getByLabel('Password or token').fill(password)
    await this.signIn().getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  /** Waits until the job in a dialog has ended well. */
  async succeeded(dialog: Locator): Promise<void> {
    await expect(dialog.getByText('Succeeded', { exact: true })).toBeVisible({ timeout: 60_000 })
  }
}
