import fs from 'node:fs'
import path from 'node:path'
import { type BuiltImage, imageOf, indexOf, layerOf } from './core/container-image.js'
import { startRegistry } from './core/registry.js'
import { expect, test } from './fixtures.js'
import { ContainersPage } from './pages/containers-page.js'
import { ShellPage } from './pages/shell-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'
import { LOOKS, lookName, pictureTaker } from './screen-pictures.js'

const REPOSITORY = 'ock/boot'
const NAME = `registry.example/${REPOSITORY}`

async function bootImages(disk: string, second: string): Promise<BuiltImage> {
  const folder = { name: 'disk', type: 'directory', mode: 0o755 } as const
  const boot = await layerOf([folder, { name: 'disk/boot.qcow2', data: await fs.promises.readFile(disk) }])
  const rescue = await layerOf([{ name: 'disk/rescue.qcow2', data: await fs.promises.readFile(second) }])
  const about = { labels: { 'org.opencontainers.image.version': '8.10' }, created: '2026-02-03T04:05:06Z' }
  return indexOf([
    imageOf({ ...about, layers: [boot, rescue] }),
    imageOf({ ...about, layers: [boot], architecture: 'arm64', variant: 'v8' }),
  ])
}

/** Pictures of container images, from a real registry. `registries.conf` gives it the name that the pictures show. */
for (const look of LOOKS) {
  test(`containers, ${lookName(look)}`, async ({ launch, copyImage, workFolder }) => {
    const disk = await copyImage('ock', 'boot-131.qcow2')
    const images = await bootImages(disk, await copyImage('mbr', 'rescue.qcow2'))
    const registry = await startRegistry({ tls: 'own-ca' })
    try {
      for (const tag of ['8.10', '8.9', '8.8', '8.8-rc1', 'latest']) await registry.push(REPOSITORY, tag, images)
      const home = path.join(workFolder, 'home')
      const certificates = path.join(home, '.config/containers/certs.d', registry.registry)
      const conf = path.join(workFolder, 'registries.conf')
      fs.mkdirSync(certificates, { recursive: true })
      fs.copyFileSync(registry.caFile ?? '', path.join(certificates, 'ca.crt'))
      fs.writeFileSync(conf, `[[registry]]\nprefix = "registry.example"\nlocation = "${registry.registry}"\n`)
      const app = await launch({ env: { HOME: home, CONTAINERS_REGISTRIES_CONF: conf, REGISTRY_AUTH_FILE: path.join(home, 'auth.json') } })
      const { page } = app
      const shell = new ShellPage(page)
      const containers = new ContainersPage(page)
      const shot = await pictureTaker(app, look)
      await shell.chooseTheme(look.theme)
      await shell.show('Containers')
      await shot('containers-empty')
      await containers.ask(`${NAME}:8.10`)
      await expect(containers.disk('/disk/rescue.qcow2')).toBeVisible()
      await expect(page.getByText('Looked through')).toBeVisible()
      await shot('containers')
      await containers.showTab('Files')
      await shot('containers-files')
      await page.getByRole('button', { name: 'Copy to…' }).click()
      await shot('containers-copy')
      await page.keyboard.press('Escape')
      await page.getByRole('tab', { name: /^Disks/ }).click()
      await app.answerSaveDialog(path.join(workFolder, 'boot.qcow2'))
      await page.getByRole('button', { name: 'Take out and open' }).click()
      await expect(new WorkbenchPage(page).title('boot.qcow2')).toBeVisible({ timeout: 60_000 })
      await page.getByRole('button', { name: 'Check for a newer one' }).click()
      await expect(page.getByText('still the same')).toBeVisible()
      await shot('containers-origin')
      await new WorkbenchPage(page).startExport('Package…')
      await page.getByRole('combobox', { name: 'Kind of place' }).click()
      await page.getByRole('option', { name: 'OCI archive' }).click()
      await app.answerSaveDialog(path.join(workFolder, 'boot-8.10.tar'))
      await page.getByRole('dialog').getByRole('button', { name: 'Choose…' }).click()
      await expect(page.getByRole('list', { name: 'Steps' })).toBeVisible()
      await shot('containers-package')
      await page.getByRole('button', { name: 'Package', exact: true }).click()
      await containers.succeeded(page.getByRole('dialog'))
      await shot('containers-packaged')
      await page.keyboard.press('Escape')
      await shell.show('Jobs')
      await shot('containers-jobs')
    } finally {
      await registry.stop()
    }
  })
}
