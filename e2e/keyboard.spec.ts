import fs from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const ENTRY = 'Oracle Linux Server 8.10 (ostree:0)'

/** What has the focus, in words a screen reader would use; `nothing` when it is lost. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return 'nothing'
    const name = element.getAttribute('aria-label') ?? (element.textContent || element.getAttribute('placeholder')) ?? ''
    return `${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${name.trim().slice(0, 80)}`
  })
}

/** Whether the focused element, or what its style draws around it, shows that it has the focus. */
function isFocusShown(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return false
    const shows = (one: Element): boolean => {
      const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(one)
      const accent = getComputedStyle(document.documentElement).getPropertyValue('--dw-accent').trim()
      const probe = document.createElement('i')
      probe.style.color = accent
      document.body.append(probe)
      const accentColor = getComputedStyle(probe).color
      probe.remove()
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || borderColor === accentColor
    }
    return shows(element) || (element.parentElement !== null && shows(element.parentElement))
  })
}

/** Presses Tab (or Shift Tab) until `name` has the focus; fails when it is not reached, or the focus is lost on the way. */
async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const seen: string[] = []
  for (let presses = 0; presses < 90; presses += 1) {
    await page.keyboard.press(key)
    const now = await focused(page)
    seen.push(now)
    if (!name.test(now)) continue
    await expect.poll(() => isFocusShown(page), `${now} shows its focus`).toBe(true)
    return
  }
  throw new Error(`${key} does not reach ${name}:\n${seen.join('\n')}`)
}

/** Goes down the palette's list until `name` is selected: results that arrive late begin the selection anew. */
async function selectInPalette(page: Page, name: string): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('ArrowDown')
    await expect(page.locator('[data-selected]').filter({ hasText: name })).toBeVisible({ timeout: 150 })
  }).toPass({ intervals: [50] })
}

test('the whole journey without a mouse', async ({ app, cli, copyImage, workFolder }) => {
  const image = await copyImage('ock', 'by keyboard.qcow2')
  const { page } = app
  const { keyboard } = page
  const workbench = new WorkbenchPage(page)
  const shell = new ShellPage(page)
  const entry = workbench.entry(ENTRY)
  const keepsFocus = (step: string) => expect.poll(() => focused(page), `the focus after: ${step}`).not.toBe('nothing')

  await test.step('open with Ctrl O', async () => {
    await app.answerOpenDialog([image])
    await keyboard.press('Control+O')
    await expect(entry).toBeVisible()
    await keepsFocus('open')
  })

  await test.step('change an argument', async () => {
    await tabTo(page, /ignition\.platform\.id=qemu\. Edit/)
    await keyboard.press('Enter')
    await expect(page.getByRole('textbox', { name: 'Edit ignition.platform.id=qemu' })).toBeFocused()
    await keyboard.press('Control+A')
    await keyboard.type('ignition.platform.id=vmware')
    await keyboard.press('Enter')
    await expect(workbench.chip(entry, 'ignition.platform.id=vmware')).toBeFocused()
  })

  await test.step('add one', async () => {
    await tabTo(page, /Add an argument/)
    await keyboard.type('console=tty0')
    await keyboard.press('Enter')
    await expect(workbench.chip(entry, 'console=tty0')).toBeVisible()
    await keepsFocus('add')
  })

  await test.step('undo and redo', async () => {
    await tabTo(page, /^tab Boot/, 'Shift+Tab')
    await keyboard.press('Control+Z')
    await expect(workbench.chip(entry, 'console=tty0')).toHaveCount(0)
    await keyboard.press('Control+Shift+Z')
    await expect(workbench.chip(entry, 'console=tty0')).toBeVisible()
    await keyboard.press('Control+Z')
    await keyboard.press('Control+Y')
    await expect(workbench.chip(entry, 'console=tty0')).toBeVisible()
    await keepsFocus('redo')
  })

  await test.step('remove a chip and put it back', async () => {
    await tabTo(page, /rd\.timeout=120/)
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await expect(entry.getByRole('button', { name: 'Put rd.timeout=120 back' })).toBeVisible()
    await keepsFocus('remove')
    await tabTo(page, /Put rd\.timeout=120 back/)
    await keyboard.press('Enter')
    await expect(workbench.chip(entry, 'rd.timeout=120')).toBeFocused()
  })

  await test.step('arrow keys along the tabs', async () => {
    await tabTo(page, /^tab Boot/, 'Shift+Tab')
    await keyboard.press('ArrowRight')
    await expect(page.getByRole('tab', { name: 'Files' })).toBeFocused()
    await expect(page.getByText('ostree', { exact: true })).toBeVisible()
    for (const name of [/^Health/, /^System/, /^Disk/, /^Edits/]) {
      await keyboard.press('ArrowRight')
      await expect(page.getByRole('tab', { name })).toBeFocused()
    }
    await expect(page.locator('.cm-content').nth(1)).toContainText('console=tty0')
  })

  await test.step('save, wait, and leave the dialog with Escape', async () => {
    await keyboard.press('Control+S')
    const dialog = workbench.dialog('as a new image')
    await expect(dialog.root.getByText('free')).toBeVisible()
    await keepsFocus('open the dialog')
    await tabTo(page, /^button Save as new image$/)
    await keyboard.press('Enter')
    await keepsFocus('start')
    await dialog.succeeded()
    await keepsFocus('done')
    expect(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null), 'the focus is in the dialog').toBe(true)
    await keyboard.press('Escape')
    await expect(dialog.root).toBeHidden()
    await keepsFocus('close the dialog')
  })

  await test.step('the palette leads anywhere', async () => {
    await shell.searchPalette('jobs', /^Jobs/)
    await keyboard.press('Enter')
    await expect(page.getByRole('main').getByRole('heading', { name: 'Jobs', level: 1 })).toBeVisible()
    await keepsFocus('go to Jobs')
    await expect(page.getByRole('main').getByText('Save by keyboard.qcow2 as by keyboard-edited.qcow2').first()).toBeVisible()
  })

  await test.step('the palette finds an argument', async () => {
    await keyboard.press('Control+K')
    await expect(page.getByRole('textbox', { name: /Search images/ })).toBeFocused()
    await keyboard.type('crashkernel')
    await expect(page.getByRole('button', { name: 'crashkernel=auto' })).toBeVisible()
    await selectInPalette(page, 'crashkernel=auto')
    await keyboard.press('Enter')
    await expect(page.getByRole('tab', { name: /^Boot/, selected: true })).toBeVisible()
    await keepsFocus('go to an argument')
  })

  await test.step('open the result, go through the images, close them', async () => {
    await app.answerOpenDialog([path.join(workFolder, 'by keyboard-edited.qcow2')])
    await keyboard.press('Control+O')
    await expect(workbench.title('by keyboard-edited.qcow2')).toBeVisible()
    await keyboard.press('Control+Tab')
    await expect(workbench.title('by keyboard.qcow2')).toBeVisible()
    await keepsFocus('next image')
    await keyboard.press('Control+Shift+Tab')
    await expect(workbench.title('by keyboard-edited.qcow2')).toBeVisible()
    await keyboard.press('Control+W')
    await expect(workbench.title('by keyboard.qcow2')).toBeVisible()
    await keepsFocus('close an image')
    await keyboard.press('Control+W')
    const question = page.getByRole('dialog', { name: /^Close by keyboard\.qcow2/ })
    await expect(question).toBeVisible()
    await tabTo(page, /^button Close and discard/)
    await keyboard.press('Enter')
    await expect(question).toBeHidden()
    await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeAttached()
    await keepsFocus('close the last image')
  })

  const { entries } = JSON.parse(cli('boot', 'list', '--json', path.join(workFolder, 'by keyboard-edited.qcow2'))) as {
    entries: { isDefault: boolean; args: string[] }[]
  }
  const args = entries.find((one) => one.isDefault)?.args ?? []
  expect(args).toContain('ignition.platform.id=vmware')
  expect(args.at(-1)).toBe('console=tty0')
  expect(fs.readdirSync(workFolder).filter((name) => name.startsWith('.'))).toEqual([])
})
