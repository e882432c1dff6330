import fs from 'node:fs'
import path from 'node:path'
import { type Gate, openGate } from './clouds/fixtures/gate.js'
import { startRegistry, type TestRegistry } from './core/registry.js'
import { expect, test as base } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'
import { ShipPage } from './pages/ship-page.js'
import { writtenBelow } from './written-below.js'

const PASSWORD = 'MARKER-of-the-registry'

interface Places {
  readonly registry: TestRegistry
  /** Stands before the registry, and can hold what is sent. */
  readonly gate: Gate
}

const test = base.extend<Places>({
  registry: async ({}, use) => {
    const registry = await startRegistry({ users: { me: PASSWORD }, tls: 'own-ca' })
    await use(registry)
    await registry.stop()
  },
  gate: async ({ registry }, use) => {
    const gate = await openGate(registry.port)
    await use(gate)
    await gate.close()
  },
  // Nothing of this machine's sign-ins.
  launch: async ({ launch, workFolder }, use) => {
    const home = path.join(workFolder, 'home')
    fs.mkdirSync(home)
    const files = { REGISTRY_AUTH_FILE: path.join(home, 'auth.json'), DOCKER_CONFIG: path.join(home, 'docker') }
    const env = { HOME: home, XDG_RUNTIME_DIR: home, CONTAINERS_REGISTRIES_CONF: '/dev/null', ...files }
    await use((options = {}) => launch({ ...options, env: { ...env, ...options.env } }))
  },
})

test('to a registry behind an authority of its own: killed on the way, it stands in the list, opens with nothing lost, and goes on', async ({
  launch,
  registry,
  gate,
  copyImage,
  workFolder,
}) => {
  const address = `127.0.0.1:${gate.port}`

  await test.step('filled in, and killed while it is sent', async () => {
    const app = await launch()
    const { page } = app
    const ship = new ShipPage(page)
    await new ShellPage(page).show('Ship')
    await expect(page.getByText('Drop an image to ship it')).toBeVisible()
    await app.dropFiles([await copyImage('systemd-boot', 'boot.qcow2')])
    await ship.chooseTarget('Container registry')
    await ship.field('Registry').fill(address)
    await ship.field('User').fill('me')
    await ship.field('Password or token').fill('not-the-password')
    await ship.next('Destination')
    await ship.field('Repository').fill('team/boot')
    await ship.next('Image')
    await ship.next('Check')
    await ship.checked(/stands? in the way/)
    await app.answerOpenDialog([registry.caFile ?? ''])
    await ship.check('At the registry').getByRole('button', { name: 'Change At the registry' }).click()
    await expect(page.getByRole('button', { name: 'Certificate of its authority: choose a file' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(ship.step('Account').getByText('ca.crt')).toBeVisible()
    await ship.go('Check')
    await ship.check('Sign-in').getByRole('button', { name: 'Change Sign-in' }).click()
    await page.getByRole('button', { name: 'Password or token: type another one' }).click()
    await ship.field('Password or token').fill(PASSWORD)
    await ship.go('Check')
    await ship.checked(/nothing stands in the way/)
    await ship.next('Review')
    const held = gate.holdAfter(500_000)
    await ship.upload()
    await held
    await app.kill()
    gate.cut()
  })

  const app = await launch()
  const { page } = app
  const ship = new ShipPage(page)
  await new ShellPage(page).show('Ship')
  const broken = page.getByRole('region', { name: 'Broke off' })
  await broken.getByRole('button', { name: /^Open / }).click()
  await expect(ship.step('Account')).toContainText('type it again')
  await page.getByRole('button', { name: /^Advanced/ }).click()
  await expect(ship.step('Account').getByText('ca.crt')).toBeVisible()
  await expect(ship.step('Account')).not.toContainText('choose it again')
  expect(await app.accessibilityViolations(), 'opened again').toEqual([])

  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('button', { name: 'All uploads' }).click()
  await broken.getByRole('button', { name: /^Resume / }).click()
  await expect(ship.phase()).toHaveText('Needs sign-in', { timeout: 60_000 })
  await ship.field('Password or token, typed anew').fill(PASSWORD)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(ship.phase()).toHaveText('Ready', { timeout: 60_000 })

  const tag = path.join(registry.folder, 'storage/docker/registry/v2/repositories/team/boot/_manifests/tags/latest/current/link')
  await expect(ship.step('Result')).toContainText(fs.readFileSync(tag, 'utf8'))
  expect(writtenBelow(path.join(workFolder, 'app'))).not.toContain(PASSWORD)
  expect(app.problems).toEqual([])
})
