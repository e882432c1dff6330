import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { ConvertPage } from './pages/convert-page.js'
import { ShellPage } from './pages/shell-page.js'

/** A disk of 8 MiB with something at both ends. */
function makeImage(file: string, letter: string): void {
  const raw = Buffer.alloc(8 << 20)
  raw.write(letter.repeat(70_000), 0)
  raw.write(letter.repeat(70_000), raw.length - 70_000)
  fs.writeFileSync(`${file}.raw`, raw)
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', `${file}.raw`, file])
  fs.rmSync(`${file}.raw`)
}

function sameContent(one: readonly [string, string], other: readonly [string, string]): string {
  return execFileSync('qemu-img', ['compare', '-f', one[0], '-F', other[0], one[1], other[1]], { encoding: 'utf8' })
}

test('two images for two platforms: planned, one cell left out, made, proven and found again in Jobs', async ({
  app,
  launch,
  shell,
  workFolder,
}) => {
  const { page } = app
  const convert = new ConvertPage(page)
  const images = ['one.qcow2', 'two.qcow2'].map((name) => path.join(workFolder, name))
  for (const [index, file] of images.entries()) makeImage(file, String(index))
  const [one = '', two = ''] = images

  await test.step('drop them on the screen and tick targets', async () => {
    await shell.show('Convert')
    await expect(page.getByText('Drop the images to convert')).toBeVisible()
    await app.dropFiles(images)
    await expect(shell.heading('Convert 2 images')).toBeVisible()
    await convert.tick('Azure fixed VHD')
    await convert.tick('VirtualBox VDI')
    await expect(convert.cell('one.qcow2', 'Azure fixed VHD')).toHaveAccessibleName(/: about \d/)
    await expect(page.getByRole('button', { name: 'Make 4 artifacts' })).toBeEnabled()
    expect(await app.accessibilityViolations(), 'the plan').toEqual([])
  })

  await test.step('keys go through the table; a cell is looked at, another is left out', async () => {
    await convert.cell('one.qcow2', 'VirtualBox VDI').click()
    await expect(page.getByRole('heading', { name: 'one.qcow2 for VirtualBox VDI' })).toBeVisible()
    await page.keyboard.press('ArrowRight')
    await expect(convert.cell('one.qcow2', 'Azure fixed VHD')).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const details = page.getByRole('region', { name: 'The chosen cell' })
    await expect(details).toContainText('two.qcow2 for Azure fixed VHD')
    await expect(details).toContainText(/Convert to VHD/)
    await page.keyboard.press('Space')
    await expect(convert.cell('two.qcow2', 'Azure fixed VHD')).toHaveAccessibleName(/left out/)
  })

  await test.step('make them', async () => {
    await page.getByRole('button', { name: 'Make 3 artifacts' }).click()
    await expect(page.getByText('All 3 artifacts made')).toBeVisible({ timeout: 120_000 })
    await expect(convert.cell('one.qcow2', 'Azure fixed VHD')).toHaveAccessibleName(/identical/)
    await expect(convert.cell('two.qcow2', 'VirtualBox VDI')).toHaveAccessibleName(/identical/)
    await expect(convert.cell('two.qcow2', 'Azure fixed VHD')).toHaveAccessibleName(/left out/)
    expect(await app.accessibilityViolations(), 'the results').toEqual([])
  })

  await test.step('the files are there and hold the same', () => {
    const vhd = path.join(workFolder, 'one-azure.vhd')
    expect(sameContent(['qcow2', one], ['vpc', vhd])).toMatch(/identical/i)
    expect(sameContent(['qcow2', one], ['vdi', path.join(workFolder, 'one-virtualbox.vdi')])).toMatch(/identical/i)
    expect(sameContent(['qcow2', two], ['vdi', path.join(workFolder, 'two-virtualbox.vdi')])).toMatch(/identical/i)
    expect(fs.existsSync(path.join(workFolder, 'two-azure.vhd'))).toBe(false)
    expect(fs.existsSync(`${vhd}.sha256`)).toBe(true)
    expect(fs.existsSync(`${vhd}.report.txt`)).toBe(true)
  })

  await test.step('Jobs leads back to the table', async () => {
    await shell.show('Jobs')
    await page.getByRole('button', { name: 'Show as table' }).first().click()
    await expect(page.getByText('All 3 artifacts made')).toBeVisible()
    await page.getByRole('button', { name: 'Convert more' }).click()
    await expect(page.getByText('3 files of these names are there already')).toBeVisible()
  })

  await test.step('after a restart as well', async () => {
    await app.quit()
    const again = await launch()
    await new ShellPage(again.page).show('Jobs')
    await again.page.getByRole('button', { name: 'Show as table' }).first().click()
    await expect(again.page.getByText('All 3 artifacts made')).toBeVisible()
    await expect(new ConvertPage(again.page).cell('two.qcow2', 'Azure fixed VHD')).toHaveAccessibleName(/left out/)
    expect(again.problems).toEqual([])
  })
})

test('an image that is open leads to its platform package, and a file that cannot be read is left out', async ({ app, workFolder }) => {
  const { page } = app
  const convert = new ConvertPage(page)
  const image = path.join(workFolder, 'plain.qcow2')
  const noise = path.join(workFolder, 'letter.txt')
  makeImage(image, 'x')
  fs.writeFileSync(noise, 'Dear reader,\n'.repeat(100))
  await app.dropFiles([image])
  await page.getByRole('main').getByRole('button', { name: 'Convert…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Convert for platforms' }).click()
  await convert.tick('VirtualBox VDI')
  await expect(convert.cell('plain.qcow2', 'VirtualBox VDI')).toHaveAccessibleName(/: about \d/)
  await app.dropFiles([noise])
  await expect(convert.cell('letter.txt', 'VirtualBox VDI')).toHaveAccessibleName(/cannot be read/)
  await page.getByRole('button', { name: 'Leave it out' }).click()
  await expect(page.getByRole('button', { name: 'Make 1 artifact' })).toBeEnabled()
})
