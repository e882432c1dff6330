import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixtures.js'
import { WorkbenchPage } from './pages/workbench-page.js'
import { ED25519 } from '../shared/system/testing/sample-keys.js'

const TOPICS = ['Host name', 'Users', 'SSH keys', 'Services', 'Clean up', 'Ignition', 'cloud-init']

test('the system in an image: forms say what is wrong, stage what is right, and what is saved is in the image', async ({
  app,
  copyImage,
  cli,
  workFolder,
}) => {
  const image = await copyImage('ock', 'node.qcow2')
  const workbench = new WorkbenchPage(app.page)
  const { page } = app
  const topic = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
  await app.dropFiles([image])
  await expect(workbench.title('node.qcow2')).toBeVisible()
  await page.getByRole('tab', { name: 'System', exact: true }).click()

  for (const name of TOPICS) {
    await topic(name)
    await expect(page.getByRole('form', { name })).toBeVisible()
    expect(await app.accessibilityViolations(), name).toEqual([])
  }

  await topic('Host name')
  await page.getByRole('textbox', { name: 'Name of the machine' }).fill('node 1')
  await expect(page.getByText(/holds letters, digits, hyphens and dots/)).toBeVisible()
  await page.getByRole('textbox', { name: 'Name of the machine' }).fill('node-1')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Name the machine node-1')).toBeVisible()

  await test.step('keys come from a file of this machine', async () => {
    await topic('SSH keys')
    fs.writeFileSync(path.join(workFolder, 'me.pub'), `${ED25519} me@here\n`)
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Load a .pub file' }).click()
    await (await chooser).setFiles(path.join(workFolder, 'me.pub'))
    await expect(page.getByRole('textbox', { name: /Public keys/ })).toHaveValue(`${ED25519} me@here`)
    await page.getByRole('button', { name: 'Stage the keys' }).click()
  })

  await test.step('a unit that is not there is told beside it, and can be taken out', async () => {
    await topic('Services')
    await page.getByRole('textbox', { name: 'Unit' }).fill('sshd')
    await page.getByRole('button', { name: 'Stage the unit' }).click()
    await expect(page.getByText(/The image has no such unit/)).toBeVisible()
    expect(await app.accessibilityViolations(), 'a staged edit with a problem').toEqual([])
    await page.getByRole('button', { name: 'Remove: Enable sshd.service' }).click()
  })

  const dialog = await workbench.openSaveDialog()
  await dialog.start('Save as new image')
  await dialog.succeeded()
  const saved = path.join(workFolder, 'node-edited.qcow2')
  const stateroot = '/ostree/deploy/ock'
  const [deployment] = JSON.parse(cli('files', 'ls', '--json', '-p', '3', saved, `${stateroot}/deploy`)) as { name: string }[]
  expect(cli('files', 'cat', '-p', '3', saved, `${stateroot}/deploy/${deployment?.name}/etc/hostname`)).toBe('node-1\n')
  expect(cli('files', 'cat', '-p', '3', saved, `${stateroot}/var/roothome/.ssh/authorized_keys`)).toBe(`${ED25519} me@here\n`)
})
