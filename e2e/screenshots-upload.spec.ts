import fs from 'node:fs'
import path from 'node:path'
import { startSwift } from './clouds/fixtures/swift.js'
import { startFaultProxy } from './faults/fault-proxy.js'
import { expect, test } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'
import { ShipPage } from './pages/ship-page.js'
import { LOOKS, lookName, pictureTaker } from './screen-pictures.js'

const EXPIRED = '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>'

/** Pictures of an upload, from its target to its result, against a real store of objects. */
for (const look of LOOKS) {
  test(`ship, ${lookName(look)}`, async ({ launch, copyImage, workFolder }) => {
    const swift = await startSwift()
    const front = await startFaultProxy(swift.url)
    try {
      const home = path.join(workFolder, 'home')
      fs.mkdirSync(path.join(home, '.aws'), { recursive: true })
      const keys = [
        `aws_access_key_id = ${swift.accessKey}`,
        `aws_secret_access_key = ${swift.secretKey}`,
        `endpoint_url = ${front.url}`,
        '',
      ]
      fs.writeFileSync(path.join(home, '.aws/config'), ['[profile lab]', ...keys, '[profile archive]', ...keys].join('\n'))
      const image = await copyImage('ock', 'boot-131.qcow2')
      await swift.makeContainer('boot-images')
      await swift.write('boot-images', 'ock/boot-131.qcow2', Buffer.from('of an earlier upload'))
      const app = await launch({ env: { HOME: home } })
      const { page } = app
      const shell = new ShellPage(page)
      const ship = new ShipPage(page)
      const shot = await pictureTaker(app, look)
      await shell.chooseTheme(look.theme)
      await shell.show('Ship')
      await shot('ship-empty')
      await app.dropFiles([image])
      await expect(page.getByRole('radio', { name: 'S3 and compatible' })).toBeEnabled()
      await shot('ship-target')
      await ship.chooseTarget('S3 and compatible')
      await page.getByRole('radio', { name: 'Profile lab' }).click()
      await expect(page.getByRole('radio', { name: 'Profile lab' })).toBeChecked()
      await shot('ship-account')
      await ship.next('Destination')
      await ship.field('Bucket').fill('boot-images')
      await ship.field('Prefix').fill('ock/')
      await shot('ship-destination')
      await ship.next('Image')
      await page.getByRole('button', { name: /^Advanced/ }).click()
      await shot('ship-image')
      await ship.nextButton('Check').click()
      await shot('ship-checking')
      await ship.checked(/stands? in the way/)
      await shot('ship')
      await ship.check('Name').getByRole('button', { name: 'Replace it' }).click()
      await ship.checked(/nothing stands in the way|to think about/)
      await ship.next('Review')
      await shot('ship-review')
      front.set({ kind: 'status', code: 400, headers: { 'content-type': 'application/xml' }, body: EXPIRED }, { match: /^PUT .*qcow2/ })
      await ship.upload()
      await expect(ship.phase()).toHaveText('Needs sign-in', { timeout: 60_000 })
      await shot('ship-sign-in')
      await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Jobs' }).click()
      await shot('ship-job')
      await page.getByRole('main').getByRole('button', { name: 'Sign in…' }).click()
      front.set({ kind: 'pass' })
      await page.getByRole('button', { name: 'Go on' }).click()
      await expect(ship.phase()).toHaveText('Ready', { timeout: 60_000 })
      await shot('ship-result')
    } finally {
      await front.stop()
      await swift.stop()
    }
  })
}
