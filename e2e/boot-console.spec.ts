import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { talkingDisk } from './images/talking-disk.js'
import { BOOTED, BootTestPage } from './pages/boot-test-page.js'

/** Title and icon, the clipboard, a link, colours asked for, and every question that terminals answer as if somebody had typed. */
const HOSTILE = [
  '\u001b]0;taken over\u0007',
  '\u001b]52;c;dGFrZW4gb3Zlcg==\u0007',
  '\u001b]8;;https://example.invalid/\u0007a link\u001b]8;;\u0007',
  '\u001b]4;1;?\u0007\u001b]10;?\u0007\u001b]11;?\u001b\\',
  '\u001b[c\u001b[>c\u001b[=c\u001b[5n\u001b[6n\u001b[?6n\u001b[?15n\u001b[>q\u001b[18t\u001b[14t\u001b[21t\u001b[x\u001b[?1004h\u001b[?2004$p\u001b[4$p\u001b[?u',
  '\u001bP$qm\u001b\\\u001bP+q544e\u001b\\\u0005\u0007\u001bZ',
].join('')

test('what a guest writes is drawn and does nothing else; what is typed reaches it', async ({ app, workFolder }) => {
  test.setTimeout(2 * BOOTED)
  // Each step waits for a guest, beside all that a test machine does
  const patience = { timeout: BOOTED }
  const { page } = app
  const boots = new BootTestPage(page)
  const image = path.join(workFolder, 'talking.raw')
  fs.writeFileSync(image, talkingDisk(`\r\n${HOSTILE}\r\nEND `, 'echo'))
  await app.inMain(({ clipboard }) => clipboard.writeText('mine'))
  await app.dropFiles([image])
  // Answers to what was asked would stand between: the guest writes all that it reads.
  await boots.run('^END typed one two$', (dialog) => dialog.getByRole('checkbox', { name: /^Stay on/ }).check())

  await test.step('the console is asked in vain', async () => {
    await expect(boots.rows).toContainText('END', patience)
    await expect(boots.rows).toContainText('a link', patience)
    await expect(page).toHaveTitle('Diskwright')
    expect(await app.clipboardText()).toBe('mine')
    expect(app.electron.windows()).toHaveLength(1)
    await expect(boots.progress).toContainText('Machine runs', patience)
    expect(await app.accessibilityViolations(), 'running').toEqual([])
  })

  await test.step('typing is echoed by the guest, and F6 leads out', async () => {
    await boots.type('typed one two')
    await expect(page.getByText(/^Passed in /)).toBeVisible(patience)
    await page.keyboard.press('F6')
    await expect(page.getByRole('button', { name: 'Copy', exact: true })).toBeFocused(patience)
    await page.keyboard.press('Enter')
    await expect.poll(() => app.clipboardText(), patience).toContain('END typed one two')
  })

  await test.step('the machine stays on; what was written is found', async () => {
    await boots.search.fill('typed')
    await expect(page.getByText('1 of 1')).toBeVisible(patience)
    await boots.search.fill('nowhere')
    await expect(page.getByText('not found')).toBeVisible(patience)
    await page.getByRole('button', { name: 'Times' }).click()
    await expect(page.frameLocator('iframe').locator('.times')).toContainText(/\d+\.\d\d/, patience)
    expect(await app.accessibilityViolations(), 'stays on').toEqual([])
  })

  await test.step('its screen is painted, by VNC', async () => {
    await boots.show('Screen')
    await expect(page.getByRole('button', { name: 'Ctrl + Alt + Del' })).toBeEnabled(patience)
    await expect.poll(() => boots.screen.locator('canvas').evaluate(coloursOf), patience).toBeGreaterThan(1)
    expect(await app.accessibilityViolations(), 'screen').toEqual([])
    const picture = path.join(workFolder, 'picture.png')
    await app.answerSaveDialog(picture)
    await page.getByRole('button', { name: 'Save picture…' }).click()
    await expect.poll(() => fs.existsSync(picture) && fs.readFileSync(picture).subarray(1, 4).toString(), patience).toBe('PNG')
  })

  await test.step('it is switched off, and its console stays', async () => {
    await page.getByRole('button', { name: 'Switch off' }).click()
    await expect(page.getByText('The machine has ended. Its last picture.')).toBeVisible(patience)
    await boots.show('Serial console')
    await expect(boots.rows).toContainText('END typed one two', patience)
    await boots.show('Text')
    await expect(page.getByRole('group', { name: 'Lines of the serial console' })).toContainText('END typed one two', patience)
    await expect(page.getByRole('button', { name: /^Boots: passed/ })).toBeVisible(patience)
  })
})

test('a guest that writes without end leaves the window at hand', async ({ app, workFolder }) => {
  test.setTimeout(2 * BOOTED)
  // Each step waits for a guest, beside all that a test machine does
  const patience = { timeout: BOOTED }
  const { page } = app
  const boots = new BootTestPage(page)
  const image = path.join(workFolder, 'flood.raw')
  fs.writeFileSync(image, talkingDisk('flood of a guest that never stops, 0123456789 abcdefghijklmnopqrstuvwxyz\r\n', 'again'))
  await app.dropFiles([image])
  await boots.run('never seen')
  await expect(boots.rows).toContainText('flood of a guest', patience)
  const jobs = path.join(workFolder, 'app/state/jobs')
  const written = (): number =>
    fs
      .readdirSync(jobs)
      .reduce((sum, id) => sum + (fs.statSync(path.join(jobs, id, 'serial.log'), { throwIfNoEntry: false })?.size ?? 0), 0)
  await expect.poll(written, patience).toBeGreaterThan(2 * 1024 ** 2)
  await page.getByRole('tab', { name: 'Disk' }).click()
  await page.getByRole('tab', { name: 'Boot test' }).click()
  await expect(boots.rows).toContainText('flood of a guest', patience)
  await boots.search.fill('flood')
  await expect(page.getByText(/ of \d+$/).first()).toBeVisible(patience)
  await page.getByRole('main').getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Cancelled').first()).toBeVisible(patience)
  await expect(boots.rows).toContainText('flood of a guest', patience)
})

test('the frame of a console reaches nothing but what it is sent', async ({ launch }) => {
  const { page } = await launch()
  await page.evaluate(() => {
    const frame = document.createElement('iframe')
    frame.src = 'app://console/index.html'
    document.body.append(frame)
  })
  const reached = await page
    .frameLocator('iframe')
    .locator('body')
    .evaluate(async () => {
      const outcome = (work: () => unknown): string => {
        try {
          return String(work())
        } catch (error) {
          return error instanceof Error ? error.name : 'thrown'
        }
      }
      const failed = (url: string): Promise<string> =>
        fetch(url).then(
          () => 'fetched',
          () => 'refused',
        )
      return {
        bridge: 'diskwright' in globalThis,
        node: ['require', 'process', 'Buffer'].filter((name) => name in globalThis),
        window: outcome(() => window.parent.document),
        files: await failed('app://diskwright/index.html'),
        own: await failed('app://console/index.html'),
        web: await failed('https://example.invalid/'),
      }
    })
  expect(reached).toEqual({ bridge: false, node: [], window: 'SecurityError', files: 'refused', own: 'refused', web: 'refused' })
  const frame = page.frames().find((one) => one.url() === 'app://console/index.html')
  await frame?.evaluate(() => {
    location.href = 'app://diskwright/index.html'
  })
  await page.waitForTimeout(200)
  expect(page.frames().filter((one) => one.url().startsWith('app://diskwright'))).toEqual([page.mainFrame()])
})

/** How many colours a picture has. */
function coloursOf(element: Element): number {
  const canvas = element as HTMLCanvasElement
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
  const seen = new Set<number>()
  for (let at = 0; at + 2 < pixels.length; at += 4)
    seen.add(((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0))
  return seen.size
}
