import { expect, test } from './fixtures.js'
import { BOOTED, BootTestPage } from './pages/boot-test-page.js'

test('a terminal in the window signs in to the guest by SSH, and runs what is typed', async ({ app, copyImage }) => {
  test.setTimeout(2 * BOOTED)
  // Each step waits for a guest, beside all that a test machine does
  const patience = { timeout: BOOTED }
  const { page } = app
  const boots = new BootTestPage(page)
  await app.dropFiles([await copyImage('served')])
  await boots.run('^up$', async (dialog) => {
    await dialog.getByRole('textbox', { name: 'Memory in MiB' }).fill('256')
    await dialog.getByRole('combobox', { name: 'Network' }).click()
    await page.getByRole('option', { name: "This machine's connection" }).click()
    await dialog.getByRole('checkbox', { name: /^Stay on/ }).check()
  })

  await test.step('the guest gets a user without a password, and a server that lets him in', async () => {
    await expect(boots.rows).toContainText('sample login:', patience)
    await boots.type('!echo root::0:0::/:/bin/sh >/etc/passwd; network && serve-ssh -B && echo up\n')
    await expect(page.getByText(/^Passed in /)).toBeVisible(patience)
  })

  await test.step('what is typed in the terminal runs in the guest', async () => {
    await boots.show('SSH')
    await page.getByRole('button', { name: 'Sign in' }).click()
    const rows = boots.ssh.locator('.xterm-rows')
    await expect(rows).toContainText('# ', patience)
    await boots.type('echo $(hostname) counts $((40 + 2))\n', boots.ssh)
    await expect(rows).toContainText('diskwright-sample counts 42', patience)
    expect(await app.accessibilityViolations(), 'signed in').toEqual([])
    await page.keyboard.type('exit\n')
    await expect(page.getByText('The connection has ended.')).toBeVisible(patience)
    await expect(page.getByRole('button', { name: 'Sign in again' })).toBeEnabled()
  })

  await page.getByRole('button', { name: 'Switch off' }).click()
  await expect(page.getByRole('button', { name: /^Boots: passed/ })).toBeVisible(patience)
})
