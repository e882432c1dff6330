import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { startSwift, type Swift } from './clouds/fixtures/swift.js'
import { type FaultProxy, startFaultProxy } from './faults/fault-proxy.js'
import { expect, test as base } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'
import { ShipPage } from './pages/ship-page.js'
import { WorkbenchPage } from './pages/workbench-page.js'
import { writtenBelow } from './written-below.js'

// Whoever runs the tests may have accounts of their own.
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name)

interface Places {
  /** Stands before Swift, and says what an S3 service says. */
  readonly front: FaultProxy
  readonly home: string
  /** Name of a bucket that is not there, and is no other test's. */
  readonly bucket: string
}

const test = base.extend<Places, { readonly swift: Swift }>({
  swift: [
    async ({}, use) => {
      const swift = await startSwift()
      await use(swift)
      await swift.stop()
    },
    { scope: 'worker' },
  ],
  front: async ({ swift }, use) => {
    const front = await startFaultProxy(swift.url)
    await use(front)
    await front.stop()
  },
  bucket: async ({}, use) => {
    await use(`window-${randomUUID()}`)
  },
  home: async ({ workFolder }, use) => {
    const home = path.join(workFolder, 'home')
    fs.mkdirSync(home)
    await use(home)
  },
  // Nothing of this machine's accounts, and no variable that names one.
  launch: async ({ launch, home }, use) => {
    const aws = { AWS_SHARED_CREDENTIALS_FILE: path.join(home, '.aws/credentials'), AWS_CONFIG_FILE: path.join(home, '.aws/config') }
    const others = { REGISTRY_AUTH_FILE: path.join(home, 'auth.json'), DOCKER_CONFIG: path.join(home, 'docker') }
    await use((options = {}) => launch({ ...options, env: { HOME: home, ...aws, ...others, ...options.env } }))
  },
})

const EXPIRED = '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>'

/** Writes the profile that is offered. */
function writeProfile(home: string, swift: Swift): void {
  fs.mkdirSync(path.join(home, '.aws'))
  const lines = ['[lab]', `aws_access_key_id = ${swift.accessKey}`, `aws_secret_access_key = ${swift.secretKey}`, '']
  fs.writeFileSync(path.join(home, '.aws/credentials'), lines.join('\n'), { mode: 0o600 })
}

test('an open image goes to a bucket: a wrong secret and a missing bucket are told before anything is sent, and mended in place', async ({
  app,
  swift,
  bucket,
  copyImage,
  workFolder,
}) => {
  const { page } = app
  const ship = new ShipPage(page)
  const noViolations = async (step: string) => expect(await app.accessibilityViolations(), step).toEqual([])
  const image = await copyImage('mbr', 'sample.qcow2')
  await app.dropFiles([image])
  await expect(new WorkbenchPage(page).title('sample.qcow2')).toBeVisible()
  await page.getByRole('button', { name: 'Upload…' }).click()
  await expect(ship.step('Target')).toBeVisible()
  await noViolations('target')
  await ship.chooseTarget('S3 and compatible')

  await test.step('an account by hand; the secret leaves the window at once', async () => {
    await ship.field('Access key').fill(swift.accessKey)
    await ship.field('Address').fill(swift.url)
    await ship.field('Secret key').fill('not-the-secret')
    await noViolations('account')
    await ship.next('Destination')
  })

  await test.step('what is missing is told when it is gone on', async () => {
    await expect(page.getByRole('alert').filter({ hasText: 'You can type it instead' })).toBeVisible()
    await ship.nextButton('Image').click()
    await expect(ship.field('Bucket')).toBeFocused()
    await expect(ship.step('Destination')).toContainText('Has to be filled in')
    await noViolations('destination')
    await ship.field('Bucket').fill(bucket)
    await ship.next('Image')
    await noViolations('image')
    await ship.next('Check')
  })

  await test.step('the wrong secret is a row that leads to its field', async () => {
    await ship.checked(/stands? in the way/)
    await noViolations('check')
    await expect(ship.nextButton('Review')).toBeDisabled()
    await ship.check('Credentials').getByRole('button', { name: 'Change Credentials' }).click()
    await expect(ship.step('Account')).toBeVisible()
    await page.getByRole('button', { name: 'Secret key: type another one' }).click()
    await ship.field('Secret key').fill(swift.secretKey)
    await ship.go('Check')
  })

  await test.step('the missing bucket has a fix', async () => {
    await ship.check('Bucket').getByRole('button', { name: 'Have it made' }).click()
    await ship.checked(/nothing stands in the way|to think about/)
    await expect(page.getByRole('complementary', { name: 'Plan' })).toContainText('diskwright upload s3')
    await ship.next('Review')
    await noViolations('review')
    expect(await swift.containers()).not.toContain(bucket)
  })

  await ship.upload()
  await expect(ship.phase()).toHaveText('Ready', { timeout: 60_000 })
  await noViolations('result')
  const { bytes } = await swift.read(bucket, 'sample.qcow2')
  expect(bytes.equals(fs.readFileSync(image))).toBe(true)
  await expect(ship.step('Result')).toContainText(bucket)
  await ship
    .step('Result')
    .getByRole('button', { name: /^Copy the id/ })
    .first()
    .click()
  await expect.poll(() => app.clipboardText()).toContain('sample.qcow2')
  expect(writtenBelow(path.join(workFolder, 'app')), 'what the app wrote').not.toContain(swift.secretKey)

  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await expect(page.getByText('Drop an image to ship it')).toBeVisible()
  await noViolations('Ship without an upload')
})

test('without a mouse, over a restart: the account of this machine is offered, and nothing that was filled in is lost', async ({
  launch,
  swift,
  bucket,
  home,
  copyImage,
}) => {
  await swift.makeContainer(bucket)
  writeProfile(home, swift)
  const image = await copyImage('mbr', 'keys.qcow2')

  await test.step('filled in', async () => {
    const app = await launch({ open: [image], env: { AWS_ENDPOINT_URL: swift.url } })
    const ship = new ShipPage(app.page)
    const { keyboard } = app.page
    await expect(new WorkbenchPage(app.page).title('keys.qcow2')).toBeVisible()
    await new ShellPage(app.page).searchPalette('Upload keys', /^Upload keys\.qcow2…/)
    await keyboard.press('Enter')
    await expect(ship.step('Target')).toBeVisible()
    const target = app.page.getByRole('radio', { name: 'S3 and compatible' })
    await expect(target).toBeEnabled()
    await target.focus()
    await keyboard.press('Space')
    await expect(target).toBeChecked()
    await ship.nextButton('Account').press('Enter')
    await expect(app.page.getByRole('radiogroup', { name: 'Account' }).getByRole('radio', { name: /lab/ })).toBeChecked()
    await ship.field('Address').press('Enter')
    await expect(ship.step('Destination')).toBeVisible()
    await ship.field('Bucket').press('ArrowDown')
    await expect(app.page.getByRole('option', { name: bucket })).toBeVisible()
    await keyboard.type(bucket)
    await keyboard.press('Tab')
    await ship.field('Name of the object').fill('boot/keys.qcow2')
    await app.quit()
  })

  const app = await launch({ env: { AWS_ENDPOINT_URL: swift.url } })
  const ship = new ShipPage(app.page)
  const { keyboard } = app.page
  await app.page.getByRole('button', { name: 'Ship', exact: true }).press('Enter')
  await app.page.getByRole('region', { name: 'Begun' }).getByRole('button', { name: 'Go on with keys.qcow2' }).press('Enter')
  await expect(ship.step('Destination')).toBeVisible()
  await expect(ship.field('Bucket')).toHaveValue(bucket)
  await expect(ship.field('Name of the object')).toHaveValue('boot/keys.qcow2')
  await expect(ship.nextButton('Image')).toBeEnabled()
  await ship.field('Name of the object').press('Enter')
  await expect(ship.step('Image')).toBeVisible()
  await expect(ship.step('Image').getByRole('heading', { name: 'Image' })).toBeFocused()
  await ship.nextButton('Check').press('Enter')
  await ship.checked(/nothing stands in the way|to think about/)
  await ship.nextButton('Review').press('Enter')
  await ship.nextButton('Upload').press('Enter')
  await expect(ship.phase()).toHaveText('Ready', { timeout: 60_000 })
  const { bytes } = await swift.read(bucket, 'boot/keys.qcow2')
  expect(bytes.equals(fs.readFileSync(image))).toBe(true)
  await keyboard.press('Tab')
  expect(app.problems).toEqual([])
})

test('a session that ends stops the upload until it is gone on; cancelled, it leaves nothing there', async ({
  app,
  shell,
  swift,
  bucket,
  front,
  home,
  copyImage,
}) => {
  const { page } = app
  const ship = new ShipPage(page)
  await swift.makeContainer(bucket)
  writeProfile(home, swift)
  const expire = () =>
    front.set({ kind: 'status', code: 400, headers: { 'content-type': 'application/xml' }, body: EXPIRED }, { match: /^PUT / })
  await shell.show('Ship')
  await expect(page.getByText('Drop an image to ship it')).toBeVisible()
  await app.dropFiles([await copyImage('mbr', 'session.qcow2')])
  await ship.chooseTarget('S3 and compatible')
  // Whoever types before the accounts of this machine are found is left alone.
  await expect(page.getByRole('radio', { name: 'Profile lab' })).toBeChecked()
  await ship.field('Address').fill(front.url)
  await ship.next('Destination')
  await ship.field('Bucket').fill(bucket)
  await ship.next('Image')
  await ship.next('Check')
  await ship.checked(/nothing stands in the way|to think about/)
  await ship.next('Review')

  await test.step('needs sign-in, goes on', async () => {
    expire()
    await ship.upload()
    await expect(ship.phase()).toHaveText('Needs sign-in', { timeout: 60_000 })
    expect(await app.accessibilityViolations(), 'needs sign-in').toEqual([])
    await expect(page.getByRole('contentinfo', { name: 'Job tray' })).toContainText('needs sign-in')
    await shell.show('Home')
    await page.getByRole('contentinfo', { name: 'Job tray' }).getByRole('button', { name: 'Sign in…' }).click()
    front.set({ kind: 'pass' })
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(ship.phase()).toHaveText('Ready', { timeout: 60_000 })
    expect(await swift.objects(bucket)).toEqual(['session.qcow2'])
  })

  await test.step('another one, cancelled', async () => {
    await page.getByRole('button', { name: 'Upload it elsewhere…' }).click()
    await ship.next('Account')
    await ship.next('Destination')
    await ship.field('Name of the object').fill('second.qcow2')
    await ship.go('Check')
    await ship.checked(/nothing stands in the way|to think about/)
    await ship.next('Review')
    expire()
    await ship.upload()
    await expect(ship.phase()).toHaveText('Needs sign-in', { timeout: 60_000 })
    await page.getByRole('complementary').getByRole('button', { name: 'Cancel' }).click()
    await expect(ship.phase()).toHaveText('Cancelled', { timeout: 60_000 })
    expect(await swift.objects(bucket)).toEqual(['session.qcow2'])
  })
})
