import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { ConvertPage } from './pages/convert-page.js'
import { HealthPage } from './pages/health-page.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const FOLDER = process.env.DISKWRIGHT_SCREENSHOTS ?? path.resolve(import.meta.dirname, '../resources/screenshots')
const ENTRY = 'Oracle Linux Server 8.10 (ostree:0)'

/** Those that the README shows; all others are taken only into a folder of one's own, to look at. */
const IN_README: ReadonlySet<string> = new Set(['boot', 'health', 'files', 'edits', 'convert', 'boot-dark'])

/** Pictures of every state at the given size and in the given theme. */
for (const theme of ['Light', 'Dark'] as const) {
  for (const [width, height] of [[1280, 800], ...(process.env.DISKWRIGHT_SCREENSHOTS ? [[1024, 640]] : [])] as const) {
    test(`${theme} ${width}x${height}`, async ({ launch, copyImage, workFolder }) => {
      const image = await copyImage('ock', 'boot-131.qcow2')
      const bootable = await copyImage('bootable', 'sample-bootable.qcow2')
      const app = await launch({})
      await app.inMain(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), {
        width: width ?? 1280,
        height: height ?? 800,
      })
      const { page } = app
      const shell = new ShellPage(page)
      const workbench = new WorkbenchPage(page)
      fs.mkdirSync(FOLDER, { recursive: true })
      const suffix = `${theme === 'Dark' ? '-dark' : ''}${width === 1280 ? '' : `-${width}`}`
      const shot = async (name: string): Promise<void> => {
        if (!process.env.DISKWRIGHT_SCREENSHOTS && !IN_README.has(`${name}${suffix}`)) return
        await page.mouse.move(1, 1)
        await page.waitForTimeout(300)
        await page.screenshot({ path: path.join(FOLDER, `${name}${suffix}.png`) })
      }
      await shell.chooseTheme(theme)
      await shot('settings')
      await shell.show('Home')
      await shot('home-empty')
      await app.dropFiles([bootable])
      await expect(page.getByRole('main').getByRole('article').first()).toBeVisible()
      await shot('boot-bootable')
      await app.dropFiles([image])
      const entry = workbench.entry(ENTRY)
      await workbench.chooseTarget('VMware ESXi')
      await workbench
        .target()
        .getByRole('button', { name: /^Stage for/ })
        .click()
      await workbench.replaceArg(entry, 'rd.timeout=120', 'rd.timeout=300')
      await page.locator(':focus').blur()
      await page.mouse.move(500, 400)
      await page.mouse.wheel(0, -5000)
      await shot('boot')
      await workbench.showTab('System')
      await shot('system')
      await workbench.showTab('Files')
      await expect(page.getByText('ostree', { exact: true })).toBeVisible()
      await shot('files')
      await workbench.showTab('Health')
      const health = new HealthPage(page)
      await health.choosePlatform('VMware ESXi / vSphere')
      await expect(health.verdict()).toContainText('VMware')
      await expect(page.getByText('Checking…')).toHaveCount(0)
      await page.keyboard.press('Tab')
      await shot('health')
      await health
        .finding(/wrong type/)
        .getByRole('button', { name: /^Stage fix/ })
        .click()
      await expect(health.finding(/wrong type/)).toContainText('Fix staged')
      await shot('health-staged')
      await health
        .finding(/wrong type/)
        .getByRole('button', { name: /^Undo fix/ })
        .click()
      await workbench.showTab('Edits')
      await expect(page.locator('.cm-content').nth(1)).toContainText('console=tty0')
      await shot('edits')
      const save = await workbench.openSaveDialog()
      await expect(save.root.getByText('free')).toBeVisible()
      await shot('save')
      await save.start('Save as new image')
      await save.succeeded()
      await shot('saved')
      await save.root.getByRole('button', { name: /^Open/ }).click()
      await expect(page.getByRole('main').getByRole('article').first()).toBeVisible()
      const convert = await workbench.openConvertDialog()
      await expect(convert.root.getByText('free')).toBeVisible()
      await shot('convert')
      await convert.start('Convert')
      await convert.succeeded()
      await shot('converted')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+K')
      await shot('palette')
      await page.keyboard.press('Escape')
      await shell.show('Jobs')
      await shot('jobs')
      await shell.show('Tools')
      await expect(page.getByText('User-Mode Linux').first()).toBeVisible()
      await shot('tools')
      await shell.show('Convert')
      await shot('convert-empty')
      await app.dropFiles([image, bootable])
      const table = new ConvertPage(page)
      for (const target of ['VMware ESXi OVA', 'Azure fixed VHD', 'Oracle Cloud .oci']) await table.tick(target)
      await expect(page.getByRole('button', { name: 'Make 6 artifacts' })).toBeEnabled()
      await table.cell('boot-131.qcow2', 'Azure fixed VHD').click()
      await page.mouse.move(700, 200)
      await page.mouse.wheel(0, -5000)
      await shot('convert-table')
      await page.getByRole('button', { name: 'Make 6 artifacts' }).click()
      await expect(page.getByRole('button', { name: 'Cancel all', exact: true }).first()).toBeVisible()
      await shot('convert-running')
      await expect(page.getByText('All 6 artifacts made')).toBeVisible({ timeout: 250_000 })
      await shot('convert-made')
      await shell.show('Home')
      await shot('home')
      const broken = path.join(workFolder, 'broken.qcow2')
      fs.writeFileSync(broken, 'no image at all')
      await app.dropFiles([broken])
      await expect(page.getByRole('alert').first()).toBeVisible()
      await shot('error')
      await page.getByRole('button', { name: 'Unfold the job tray' }).click()
      await shot('tray')
    })
  }
}
