import fs from 'node:fs/promises'
import path from 'node:path'
import { imageOf, layerOf, partitioned } from './core/container-image.js'
import { openPodmanStorage, type PodmanStorage } from './core/podman-storage.js'
import { expect, test as base } from './fixtures.js'
import { ContainersPage } from './pages/containers-page.js'

const test = base.extend<{ storage: PodmanStorage }>({
  storage: async ({}, use) => {
    const storage = await openPodmanStorage()
    await use(storage)
    await storage.remove()
  },
  launch: async ({ launch, storage }, use) => {
    const own = Object.fromEntries(Object.entries(storage.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
    await use((options = {}) => launch({ ...options, env: { ...own, ...options.env } }))
  },
})

const DISK = partitioned(Buffer.alloc(1024 * 1024, 7))

test('what podman keeps is shown, looked into and removed with consent; a prune offers only what was made here', {
  tag: '@podman',
}, async ({ app, shell, storage, workFolder }) => {
  const { page } = app
  const put = async (name: string, labels: Record<string, string>) =>
    storage.put(imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: DISK }])], labels }), name)
  await put('localhost/theirs:1', { version: '1' })
  // Its label says so, and it was made elsewhere all the same.
  await put('localhost/labelled:1', { 'diskwright.layout': 'boot-container' })
  const ours = await put('localhost/ours:1', { version: '2' })
  const noted = path.join(workFolder, 'app/state/containers/own-images.json')
  await fs.mkdir(path.dirname(noted), { recursive: true })
  await fs.writeFile(noted, JSON.stringify({ version: 1, images: [ours] }))
  const containers = new ContainersPage(page)

  await test.step('images with their sizes, and which of them were made here', async () => {
    await shell.show('Containers')
    await containers.showTab('Local storage')
    const images = page.getByRole('table', { name: 'Images in the local storage' })
    await expect(images.getByRole('row')).toHaveCount(4)
    await expect(images.getByText('localhost/theirs:1')).toBeVisible()
    await expect(images.getByText('by Diskwright')).toHaveCount(1)
    expect(await app.accessibilityViolations()).toEqual([])
  })

  await test.step('a disk in one of them is found', async () => {
    await page.getByRole('button', { name: 'Look into it: localhost/theirs:1' }).click()
    await expect(containers.disk('/disk/boot.raw')).toBeVisible({ timeout: 60_000 })
  })

  await test.step('without consent nothing is removed', async () => {
    await containers.showTab('Local storage')
    await page.getByRole('checkbox', { name: 'localhost/theirs:1' }).check()
    await app.inMain(({ dialog }) => {
      const boxes = { asked: 0 }
      Object.assign(globalThis, { boxes })
      dialog.showMessageBox = async () => {
        boxes.asked += 1
        return { response: 0, checkboxChecked: false }
      }
    })
    await page.getByRole('button', { name: 'Remove 1…' }).click()
    await expect.poll(() => app.inMain(() => (globalThis as unknown as { boxes: { asked: number } }).boxes.asked)).toBe(1)
    await app.answerMessageBox(1)
    await expect(page.getByRole('button', { name: 'Remove 1…' })).toBeEnabled()
    expect((await storage.left()).images).toHaveLength(3)
    await page.getByRole('button', { name: 'Remove 1…' }).click()
    await expect(page.getByRole('checkbox', { name: 'localhost/theirs:1' })).toHaveCount(0)
  })

  await test.step('a prune takes what was made here, and nothing else', async () => {
    const prune = page.getByRole('region', { name: 'Made by Diskwright' })
    await expect(prune.getByRole('listitem')).toHaveText(['localhost/ours:1'])
    await prune.getByRole('button', { name: 'Remove all of it…' }).click()
    await expect(prune.getByText('Nothing of it is left here.')).toBeVisible()
    expect(await storage.left()).toEqual({ containers: [], images: ['localhost/labelled:1'], temporary: [] })
  })
})
