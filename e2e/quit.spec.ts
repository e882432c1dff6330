import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type DiskwrightApp, expect, test } from './fixtures.js'
import { WorkbenchPage } from './pages/workbench-page.js'

interface Call {
  invoke(name: string, input: unknown): Promise<{ ok: boolean; value: unknown }>
}

/** Starts a conversion that takes a while: zlib does not like random data. Returns the job's id. */
async function startLongJob(app: DiskwrightApp, source: string): Promise<string> {
  return app.page.evaluate(async (from) => {
    const { diskwright } = globalThis as unknown as { diskwright: Call }
    const suggested = await diskwright.invoke('outputs.suggest', { source: from, suffix: '-long', extension: 'qcow2' })
    const { path: output } = suggested.value as { path: string }
    const started = await diskwright.invoke('jobs.start', {
      kind: 'convert-image',
      input: { source: from, output, format: 'qcow2', subformat: 'compressed' },
    })
    if (!started.ok) throw new Error(JSON.stringify(started))
    return (started.value as { id: string }).id
  }, source)
}

function jobState(app: DiskwrightApp, id: string): Promise<string | undefined> {
  return app.page.evaluate(async (wanted) => {
    const { diskwright } = globalThis as unknown as { diskwright: Call }
    const jobs = (await diskwright.invoke('jobs.list', undefined)).value as { id: string; state: string }[]
    return jobs.find((job) => job.id === wanted)?.state
  }, id)
}

test('quitting asks while a job runs: it goes on, or stops and leaves nothing half written', async ({ launch, workFolder }) => {
  const source = path.join(workFolder, 'random.raw')
  execFileSync('dd', ['if=/dev/urandom', `of=${source}`, 'bs=1M', 'count=512', 'status=none'])
  execFileSync('sfdisk', ['--quiet', '--wipe', 'never', source], { input: 'label: dos\nstart=2048, type=83\n' })
  const app = await launch()
  const id = await startLongJob(app, source)
  await expect.poll(() => jobState(app, id)).toBe('running')

  await app.answerMessageBox(0)
  await app.inMain(({ app: main }) => main.quit())
  await app.page.waitForTimeout(500)
  expect(await jobState(app, id)).toBe('running')
  expect(await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())).toBe(true)

  await app.quit()
  expect(fs.readdirSync(workFolder).toSorted()).toEqual(['app', 'random.raw'])

  const again = await launch()
  expect(await jobState(again, id)).toBe('cancelled')
})

test('quitting asks while edits are staged, and forgets them only when told to', async ({ launch, copyImage }) => {
  const image = await copyImage('ock')
  const app = await launch()
  await app.dropFiles([image])
  const workbench = new WorkbenchPage(app.page)
  await workbench.addArg(workbench.entry('Oracle Linux Server 8.10 (ostree:0)'), 'quiet')
  await app.answerMessageBox(0)
  await app.inMain(({ app: main }) => main.quit())
  await app.page.waitForTimeout(500)
  await expect(workbench.chip(workbench.entry('Oracle Linux Server 8.10 (ostree:0)'), 'quiet')).toBeVisible()
  await app.answerMessageBox(1)
  await app.quit()
})
