import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type BuiltImage, imageOf, layerOf, writeLayout } from './core/container-image.js'
import { startRegistry, type TestRegistry } from './core/registry.js'
import { expect, test as base } from './fixtures.js'
import { ContainersPage } from './pages/containers-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'

const PASSWORDS = { mia: 'open sesame' }

interface Places {
  readonly registry: TestRegistry
  readonly closed: TestRegistry
  /** A container image with this disk in it. */
  readonly boot: (disk: string, version: string) => Promise<BuiltImage>
}

const test = base.extend<Places>({
  registry: async ({}, use) => {
    const registry = await startRegistry()
    await use(registry)
    await registry.stop()
  },
  closed: async ({}, use) => {
    const registry = await startRegistry({ users: PASSWORDS })
    await use(registry)
    await registry.stop()
  },
  boot: async ({}, use) => {
    await use(async (disk, version) => {
      const data = await fs.promises.readFile(disk)
      const layer = await layerOf([
        { name: 'disk', type: 'directory', mode: 0o755 },
        { name: 'disk/boot.qcow2', data },
      ])
      return imageOf({ layers: [layer], compression: 'gzip', labels: { version } })
    })
  },
  // Nothing of this machine's podman: neither its sign-ins nor its registries.
  launch: async ({ launch, workFolder }, use) => {
    const own = (name: string) => path.join(workFolder, name)
    const env = {
      REGISTRY_AUTH_FILE: own('auth.json'),
      DOCKER_CONFIG: own('docker'),
      CONTAINERS_REGISTRIES_CONF: '/dev/null',
      HOME: own('home'),
      XDG_RUNTIME_DIR: own('runtime'),
    }
    fs.mkdirSync(own('home'))
    fs.mkdirSync(own('runtime'), { mode: 0o700 })
    await use((options = {}) => launch({ ...options, env: { ...env, ...options.env } }))
  },
})

test('a reference that is pasted on Home: plain HTTP is agreed to, the disk is found, taken out and opened; a newer one is told', async ({
  app,
  shell,
  registry,
  boot,
  copyImage,
  workFolder,
}) => {
  const { page } = app
  const containers = new ContainersPage(page)
  const disk = await copyImage('bootable', 'sample.qcow2')
  await registry.push('team/boot', '1', await boot(disk, '1'))
  await registry.push('team/boot', '0.9', await boot(disk, '0.9'))
  const reference = `${registry.registry}/team/boot:1`

  const before = registry.log().length
  await shell.show('Home')
  await app.inMain(({ clipboard }, text) => clipboard.writeText(text), reference)
  await page.keyboard.press('Control+V')
  await expect(shell.heading('Containers')).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'answers without TLS' })).toBeVisible()
  expect(registry.log().slice(before), 'what was sent without TLS').not.toContain('team/boot')
  await containers.agreeToPlainHttp(registry.registry)
  await expect(containers.disk('/disk/boot.qcow2')).toContainText('qcow2')
  await expect(page.getByText('Looked through')).toBeVisible()
  await expect(page.getByRole('option', { name: '0.9' })).toBeVisible()
  expect(await app.accessibilityViolations(), 'the image that was found').toEqual([])

  const out = path.join(workFolder, 'taken.qcow2')
  await app.answerSaveDialog(out)
  await page.getByRole('button', { name: 'Take out and open' }).click()
  await expect(new WorkbenchPage(page).title('taken.qcow2')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('main').getByRole('article').first()).toContainText('console=ttyS0')
  expect(fs.readFileSync(out).equals(fs.readFileSync(disk))).toBe(true)

  const origin = page.getByRole('region', { name: 'Where it was taken from' })
  await expect(origin).toContainText(reference)
  await origin.getByRole('button', { name: 'Check for a newer one' }).click()
  await expect(origin.getByRole('status')).toContainText('still the same')
  await registry.push('team/boot', '1', await boot(disk, '2'))
  await origin.getByRole('button', { name: 'Check for a newer one' }).click()
  await expect(origin.getByRole('status')).toContainText('there is a newer one')
  expect(await app.accessibilityViolations(), 'the origin').toEqual([])
})

test('a registry that wants a sign-in: a wrong password is refused, with the right one it goes on by itself', async ({
  app,
  shell,
  closed,
  boot,
  copyImage,
}) => {
  const containers = new ContainersPage(app.page)
  await closed.push('team/boot', '1', await boot(await copyImage('mbr', 'sample.qcow2'), '1'))
  await shell.show('Containers')
  await containers.ask(`${closed.registry}/team/boot:1`)
  await containers.agreeToPlainHttp(closed.registry)
  await app.page.getByRole('button', { name: 'Sign in…' }).click()
  await containers.typeSignIn('mia', 'open barley')
  await expect(containers.signIn().getByRole('alert')).toContainText('The registry refused this sign-in')
  expect(await app.accessibilityViolations(), 'the sign-in').toEqual([])
  await containers.typeSignIn('mia', PASSWORDS.mia)
  await expect(containers.disk('/disk/boot.qcow2')).toBeVisible()

  await containers.showTab('Sign-ins')
  const row = app.page.getByRole('row').filter({ hasText: closed.registry })
  await expect(row).toContainText('until Diskwright is closed')
  await row.getByRole('button', { name: /^Sign out/ }).click()
  await expect(row).toHaveCount(0)
})

test('an archive that is dropped leads to the disk in it', async ({ app, shell, boot, copyImage, workFolder }) => {
  const containers = new ContainersPage(app.page)
  const layout = path.join(workFolder, 'layout')
  const archive = path.join(workFolder, 'boot.tar')
  await writeLayout(layout, await boot(await copyImage('mbr', 'sample.qcow2'), '1'), '1')
  execFileSync('tar', ['-cf', archive, '-C', layout, '.'])
  await app.dropFiles([archive])
  await expect(shell.heading('Containers')).toBeVisible()
  await expect(containers.field()).toHaveValue(`oci-archive:${archive}`)
  await expect(containers.disk('/disk/boot.qcow2')).toBeVisible()
  await expect(app.page.getByRole('navigation', { name: 'Open images' }).getByRole('listitem')).toHaveCount(0)

  await containers.showTab('Files')
  const grid = app.page.getByRole('grid', { name: 'Content of /' })
  await grid.getByText('disk', { exact: true }).dblclick()
  await app.page.getByRole('grid', { name: 'Content of /disk' }).getByText('boot.qcow2').click()
  await app.answerSaveDialog(path.join(workFolder, 'file.qcow2'))
  await app.page.getByRole('button', { name: 'Take out boot.qcow2…' }).click()
  await containers.succeeded(app.page.getByRole('region', { name: 'Taking out' }))
  expect(fs.readFileSync(path.join(workFolder, 'file.qcow2')).equals(fs.readFileSync(path.join(workFolder, 'sample.qcow2')))).toBe(true)
})

test('an open image is packaged into an archive and pushed to a registry', async ({ app, registry, copyImage, workFolder }) => {
  const { page } = app
  const containers = new ContainersPage(page)
  await app.dropFiles([await copyImage('mbr', 'sample.qcow2')])
  await expect(new WorkbenchPage(page).title('sample.qcow2')).toBeVisible()
  const open = async () => {
    await page.getByRole('button', { name: 'Package…' }).click()
    return page.getByRole('dialog')
  }

  await test.step('into an archive', async () => {
    const dialog = await open()
    await dialog.getByRole('combobox', { name: 'Kind of place' }).click()
    await page.getByRole('option', { name: 'OCI archive' }).click()
    const archive = path.join(workFolder, 'packaged.tar')
    await app.answerSaveDialog(archive)
    await dialog.getByRole('button', { name: 'Choose…' }).click()
    await expect(dialog.getByText('packaged.tar')).toBeVisible()
    await expect(dialog.getByRole('list', { name: 'Steps' })).toBeVisible()
    expect(await app.accessibilityViolations(), 'the dialog').toEqual([])
    await dialog.getByRole('button', { name: 'Package', exact: true }).click()
    await containers.succeeded(dialog)
    await dialog.getByRole('button', { name: 'Look into it' }).click()
    await expect(containers.disk('/disk/boot.qcow2')).toBeVisible()
  })

  await test.step('to a registry without TLS, which wants a clear yes', async () => {
    await page.getByRole('navigation', { name: 'Open images' }).getByRole('button', { name: 'sample.qcow2', exact: true }).click()
    const dialog = await open()
    await dialog.getByRole('textbox', { name: 'Reference at the registry' }).fill(`${registry.registry}/team/made:1`)
    await dialog.getByRole('button', { name: 'Package and push' }).click()
    await containers.agreeToPlainHttp(registry.registry)
    await containers.succeeded(dialog)
    await dialog.getByRole('button', { name: 'Look into it' }).click()
    await expect(containers.disk('/disk/boot.qcow2')).toBeVisible()
  })
})
