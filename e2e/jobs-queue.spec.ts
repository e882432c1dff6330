import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Job } from '#shared/jobs/job'
import { type DiskwrightApp, expect, test } from './fixtures.js'

interface Bridge {
  invoke(name: string, input: unknown): Promise<{ ok: boolean; value: unknown }>
}

const TITLE = 'disk.raw in three formats'
const QCOW2 = 'Convert disk.raw to qcow2'
const VMDK = 'Convert disk.raw to VMDK'
const VDI = 'Convert disk.raw to VDI'

function makeDisk(workFolder: string): string {
  const disk = path.join(workFolder, 'disk.raw')
  fs.writeFileSync(disk, Buffer.alloc(16 * 1024 * 1024, 'content '))
  execFileSync('sfdisk', ['--quiet', '--wipe', 'never', disk], { input: 'label: dos\nstart=2048, type=83\n' })
  return disk
}

/** Queues three conversions, one at a time, all of them paused before any can have ended. */
async function startPaused(app: DiskwrightApp, disk: string): Promise<Job[]> {
  return app.page.evaluate(
    async ([source, title]) => {
      const { diskwright } = globalThis as unknown as { diskwright: Bridge }
      const ask = async (name: string, input: unknown) => {
        const answer = await diskwright.invoke(name, input)
        if (!answer.ok) throw new Error(JSON.stringify(answer))
        return answer.value
      }
      await ask('settings.set', { maxJobs: 1 })
      const requests = []
      for (const format of ['qcow2', 'vmdk', 'vdi']) {
        const { path: output } = (await ask('outputs.suggest', { source, suffix: '-made', extension: format })) as { path: string }
        requests.push({ kind: 'convert-image', input: { source, output, format } })
      }
      const jobs = (await ask('jobs.startAll', { requests, title })) as Job[]
      await ask('jobs.pause', { ids: jobs.map((job) => job.id) })
      return jobs
    },
    [disk, TITLE] as const,
  )
}

async function jobsOf(app: DiskwrightApp): Promise<Job[]> {
  return app.page.evaluate(async () => {
    const { diskwright } = globalThis as unknown as { diskwright: Bridge }
    return (await diskwright.invoke('jobs.list', undefined)).value as Job[]
  })
}
const titles = (jobs: readonly Job[]) => jobs.map((job) => job.title)

test('a batch is paused, put in another order, cancelled in part and tried again', async ({ app, shell, workFolder }) => {
  await startPaused(app, makeDisk(workFolder))
  await shell.show('Jobs')
  const { page } = app
  const batch = page.getByRole('list', { name: TITLE })
  const row = (title: string) => batch.getByRole('button', { name: new RegExp(`^(?!Move).*${title}`) })
  const order = () => batch.locator('[data-job]').evaluateAll((rows) => rows.map((each) => (each as HTMLElement).title.split(' ').at(-1)))
  await expect(row(VDI)).toContainText('Paused')
  expect(await order()).toEqual(['qcow2', 'VMDK', 'VDI'])

  await batch.getByRole('button', { name: `Move ${VDI} up` }).click()
  await expect.poll(order).toEqual(['qcow2', 'VDI', 'VMDK'])
  await row(VDI).focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(order).toEqual(['qcow2', 'VMDK', 'VDI'])
  await expect(row(VDI)).toBeFocused()
  await row(VDI).dragTo(row(VMDK))
  await expect.poll(order).toEqual(['qcow2', 'VDI', 'VMDK'])
  expect(await app.accessibilityViolations()).toEqual([])

  await row(VMDK).click()
  await page.getByRole('article', { name: VMDK }).getByRole('button', { name: 'Cancel' }).click()
  await expect(row(VMDK)).toContainText('Cancelled')
  await page
    .getByRole('contentinfo', { name: 'Job tray' })
    .getByRole('button', { name: `Resume ${TITLE}` })
    .click()
  await expect(page.getByRole('main').getByText('2 of 3 done · 1 cancelled')).toBeVisible({ timeout: 60_000 })
  const begun = (await jobsOf(app))
    .filter((job) => job.startedAt !== null)
    .toSorted((one, other) => ((one.startedAt ?? '') < (other.startedAt ?? '') ? -1 : 1))
  expect(titles(begun)).toEqual([QCOW2, VDI])

  await page.getByRole('button', { name: 'Retry failed' }).click()
  await expect(page.getByRole('main').getByText('3 of 3 done')).toBeVisible({ timeout: 60_000 })
  expect(fs.readdirSync(workFolder).toSorted()).toEqual(['app', 'disk-made.qcow2', 'disk-made.vdi', 'disk-made.vmdk', 'disk.raw'])
})

test('the command line sees, moves and resumes what waits in the window', async ({ app, cli, workFolder }) => {
  const [first, second, third] = (await startPaused(app, makeDisk(workFolder))) as [Job, Job, Job]
  expect(cli('jobs', 'list')).toMatch(new RegExp(`${third.id} +queued: paused +${third.batch?.id} 3/3 +${VDI}`))
  expect(cli('jobs', 'move', third.id, '--before', second.id)).toMatch(new RegExp(`${third.id}.*\\n.*${second.id}`))
  cli('jobs', 'resume', first.batch?.id ?? '')
  await expect
    .poll(async () => (await jobsOf(app)).map((job) => job.state), { timeout: 60_000 })
    .toEqual(['succeeded', 'succeeded', 'succeeded'])
  expect(titles(await jobsOf(app))).toEqual([VMDK, VDI, QCOW2])
})

test('after a crash a batch says what was interrupted and what never began, and is run again', async ({ launch, workFolder }) => {
  const crashing = await launch()
  await startPaused(crashing, makeDisk(workFolder))
  await crashing.kill()
  const { page } = await launch()
  await page.getByRole('navigation').first().getByRole('button', { name: 'Jobs' }).click()
  const batch = page.getByRole('list', { name: TITLE })
  await expect(batch.getByRole('button', { name: /Interrupted/ })).toHaveCount(3)
  await batch.getByRole('button', { name: /VDI/ }).click()
  await expect(page.getByRole('article', { name: VDI }).getByText('It never began')).toBeVisible()
  await page.getByRole('button', { name: 'Run interrupted again' }).click()
  await expect(page.getByRole('main').getByText('3 of 3 done')).toBeVisible({ timeout: 60_000 })
})

interface DesktopLog {
  bars: { value: number; mode: string | undefined }[]
  notices: string[]
  awake: boolean[]
  focused: boolean
}

/** Writes down what the app tells the desktop. Whether the window is looked at is what the test says: a machine without a screen has no focus. */
async function watchDesktop(app: DiskwrightApp): Promise<void> {
  await app.inMain(({ BrowserWindow, Notification, powerSaveBlocker }) => {
    const world = globalThis as unknown as { desktop?: DesktopLog }
    if (world.desktop) return
    const log: DesktopLog = { bars: [], notices: [], awake: [], focused: false }
    world.desktop = log
    const [window] = BrowserWindow.getAllWindows()
    if (!window) throw new Error('there is no window')
    window.setProgressBar = (value, options) => void log.bars.push({ value, mode: options?.mode })
    BrowserWindow.getFocusedWindow = () => (log.focused ? window : null)
    Notification.prototype.show = function show(this: Electron.Notification) {
      log.notices.push(`${this.title}. ${this.body}`)
    }
    const { start, stop } = powerSaveBlocker
    powerSaveBlocker.start = (type) => {
      const id = start.call(powerSaveBlocker, type)
      log.awake.push(powerSaveBlocker.isStarted(id))
      return id
    }
    powerSaveBlocker.stop = (id) => {
      const stopped = stop.call(powerSaveBlocker, id)
      log.awake.push(powerSaveBlocker.isStarted(id))
      return stopped
    }
  })
}
const desktop = (app: DiskwrightApp) =>
  app.inMain(() => {
    const { desktop: log } = globalThis as unknown as { desktop: DesktopLog }
    return { bars: log.bars, notices: log.notices, awake: log.awake }
  })
const resumeAll = (app: DiskwrightApp, ids: readonly string[]) =>
  app.page.evaluate(
    (wanted) => (globalThis as unknown as { diskwright: Bridge }).diskwright.invoke('jobs.resume', { ids: wanted }),
    [...ids],
  )

test('the desktop sees the progress, stays awake while work goes on, and is told of the end', async ({ app, workFolder }) => {
  await watchDesktop(app)
  const disk = makeDisk(workFolder)
  const jobs = await startPaused(app, disk)
  await expect.poll(async () => (await desktop(app)).bars.at(-1)?.mode).toBe('paused')
  await expect.poll(async () => (await desktop(app)).awake.at(-1) ?? false).toBe(false)
  await resumeAll(
    app,
    jobs.map((job) => job.id),
  )
  await expect.poll(async () => (await desktop(app)).notices, { timeout: 60_000 }).toEqual([`Batch succeeded. ${TITLE}: 3 succeeded`])
  const seen = await desktop(app)
  expect(seen.awake).toContain(true)
  expect(seen.awake.at(-1)).toBe(false)
  expect(seen.bars.at(-1)).toEqual({ value: -1, mode: 'none' })
  expect(seen.bars.some(({ value, mode }) => mode === 'normal' && value >= 0 && value <= 1)).toBe(true)

  await app.inMain(() => {
    ;(globalThis as unknown as { desktop: DesktopLog }).desktop.focused = true
  })
  const more = await startPaused(app, disk)
  await resumeAll(
    app,
    more.map((job) => job.id),
  )
  await expect.poll(async () => (await jobsOf(app)).filter((job) => job.state === 'succeeded').length, { timeout: 60_000 }).toBe(6)
  await expect.poll(async () => (await desktop(app)).bars.at(-1)?.mode).toBe('none')
  expect((await desktop(app)).notices).toHaveLength(1)
})
