import { expect, type Locator, type Page, test } from '@playwright/test'

/** An open image: header, partition map, tabs Boot, Files and Edits. */
export class WorkbenchPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  title(name: string): Locator {
    return this.page.getByRole('main').getByRole('heading', { name, level: 1 })
  }

  entry(title: string): Locator {
    return this.page.getByRole('article', { name: `Boot entry ${title}`, exact: true })
  }

  /** The chip of an argument that is there or arrives; its name says which. */
  chip(entry: Locator, arg: string): Locator {
    const literal = arg.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return entry.getByRole('button', { name: new RegExp(`^(added )?${literal}(, added)?\\. Edit$`) })
  }

  async showTab(name: 'Boot' | 'Files' | 'Health' | 'System' | 'Disk' | 'Edits' | 'Boot test'): Promise<void> {
    await this.page.getByRole('tab', { name: new RegExp(name === 'Boot' ? '^Boot(?! test)' : `^${name}`) }).click()
  }

  /** Clicks the chip of an argument and types another in its place. */
  async replaceArg(entry: Locator, from: string, to: string): Promise<void> {
    await test.step(`replace ${from} by ${to}`, async () => {
      await this.chip(entry, from).click()
      await this.page.keyboard.press('Control+A')
      await this.page.keyboard.type(to)
      await this.page.keyboard.press('Enter')
      await expect(this.chip(entry, to)).toBeVisible()
    })
  }

  async addArg(entry: Locator, arg: string): Promise<void> {
    await test.step(`add ${arg}`, async () => {
      await entry.getByRole('textbox', { name: 'Add an argument' }).fill(arg)
      await this.page.keyboard.press('Enter')
      await expect(this.chip(entry, arg)).toBeVisible()
    })
  }

  /** Opens the menu of a boot entry and takes one of its actions. */
  async entryAction(entry: Locator, action: string): Promise<void> {
    await entry.getByRole('button', { name: /^Actions of/ }).click()
    await this.page.getByRole('menuitem', { name: action }).click()
  }

  /** The panel beside the boot entries. */
  target(): Locator {
    return this.page.getByRole('region', { name: 'Target platform' })
  }

  async chooseTarget(name: string): Promise<void> {
    await this.target().getByLabel('Target platform').first().click()
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(name)
    await this.page.keyboard.press('Enter')
  }

  commandLine(): Locator {
    return this.page.getByRole('textbox', { name: 'Edit as text' })
  }

  stagedEdits(): Locator {
    return this.page
      .getByRole('main')
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('button', { name: /^Undo|^Remove/ }) })
  }

  async openSaveDialog(): Promise<JobDialog> {
    await this.page.getByRole('main').getByRole('button', { name: 'Save as new image…' }).first().click()
    return this.dialog('as a new image')
  }

  async openConvertDialog(): Promise<JobDialog> {
    await this.startExport('Convert…')
    return this.dialog('Convert')
  }

  /** What the image can become elsewhere; in a narrow window the ways share a button. */
  async startExport(words: 'Convert…' | 'Package…' | 'Upload…'): Promise<void> {
    const main = this.page.getByRole('main')
    const shared = main.getByRole('button', { name: 'Export', exact: true })
    const own = main.getByRole('button', { name: words })
    await expect(own.or(shared).first()).toBeVisible()
    if (await own.isVisible()) return own.click()
    await shared.click()
    await this.page.getByRole('menuitem', { name: words }).click()
  }

  dialog(name: string): JobDialog {
    return new JobDialog(this.page.getByRole('dialog', { name: new RegExp(name) }))
  }
}

/** A dialog that starts a job and then shows it. */
export class JobDialog {
  readonly root: Locator

  constructor(root: Locator) {
    this.root = root
  }

  async chooseFormat(format: string, subformat?: string): Promise<void> {
    await this.root.getByRole('radiogroup', { name: 'Format' }).getByText(format, { exact: true }).click()
    if (subformat) await this.root.getByText(subformat, { exact: true }).click()
  }

  /** Presses the button at the bottom that starts the work; it waits until the plan is there. */
  async start(name: string): Promise<void> {
    await this.root.getByRole('button', { name, exact: true }).click()
  }

  async succeeded(timeout = 60_000): Promise<void> {
    await expect(this.root.getByText('Succeeded', { exact: true }).first()).toBeVisible({ timeout })
  }
}
