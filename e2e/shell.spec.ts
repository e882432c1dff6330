import { expect, test } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'

test('starts with the window on Home', async ({ app, shell }) => {
  expect(await app.page.title()).toBe('Diskwright')
  await expect(shell.railItem('Home')).toHaveAttribute('aria-current', 'page')
  const window = await app.inMain(({ BrowserWindow }) => {
    const [main] = BrowserWindow.getAllWindows()
    return { visible: main?.isVisible(), minimum: main?.getMinimumSize() }
  })
  expect(window).toEqual({ visible: true, minimum: [900, 600] })
})

test('the rail leads to every view, and each is free of accessibility faults', async ({ app, shell }) => {
  for (const name of ['Convert', 'Jobs', 'Tools', 'Settings', 'Home'] as const) {
    await shell.show(name)
    await expect(shell.railItem(name)).toHaveAttribute('aria-current', 'page')
    expect(await app.accessibilityViolations(), name).toEqual([])
  }
})

test('the theme follows the setting at once and is remembered', async ({ launch }) => {
  const first = await launch()
  const background = (app: typeof first): Promise<string> => app.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const nativeTheme = (app: typeof first): Promise<string> => app.inMain(({ nativeTheme: native }) => native.themeSource)

  await new ShellPage(first.page).chooseTheme('Dark')
  await expect.poll(() => background(first)).toBe('rgb(16, 20, 24)')
  expect(await nativeTheme(first)).toBe('dark')
  expect(await first.accessibilityViolations()).toEqual([])
  await first.quit()

  const second = await launch()
  expect(await nativeTheme(second)).toBe('dark')
  await expect.poll(() => background(second)).toBe('rgb(16, 20, 24)')
  await new ShellPage(second.page).chooseTheme('Light')
  await expect.poll(() => background(second)).toBe('rgb(246, 247, 248)')
})

test('a second start hands its files to the first window and ends', async ({ launch, copyImage, app }) => {
  const image = await copyImage('no-table', 'second start.qcow2')
  const ended = await launch({ open: [image] }).then(
    () => 'opened a second window',
    () => 'ended',
  )
  expect(ended).toBe('ended')
  await expect(app.page.getByText('second start.qcow2').first()).toBeVisible()
})

test('the window opens again where it was', async ({ launch }) => {
  const first = await launch()
  await first.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1010, height: 720 }))
  await first.quit()
  const second = await launch()
  const bounds = await second.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  expect(bounds).toMatchObject({ width: 1010, height: 720 })
})
