import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { sampleFacts } from '#shared/clouds/testing/sample-facts'
import type { UploadResult } from '#shared/clouds/upload-plan'
import type { Job } from '#shared/jobs/job'
import { expect, test } from './fixtures.js'
import { ShellPage } from './pages/shell-page.js'

test('the renderer has no Node, and its process is sandboxed', async ({ app }) => {
  const preferences = await app.inMain(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = (
      contents as unknown as { getLastWebPreferences(): Electron.WebPreferences }
    ).getLastWebPreferences()
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag, pid: contents?.getOSProcessId() }
  })
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false })
  const globals = await app.page.evaluate(() => ['require', 'process', 'Buffer', 'module'].filter((name) => name in globalThis))
  expect(globals).toEqual([])
  // root has to run Chromium without its sandbox; everybody else has seccomp filters in the renderer
  const seccomp = /Seccomp:\s*(\d)/.exec(fs.readFileSync(`/proc/${preferences.pid}/status`, 'utf8'))?.[1]
  expect(seccomp).toBe(process.getuid?.() === 0 ? '0' : '2')
})

test('the bridge is small and frozen', async ({ app }) => {
  const bridge = await app.page.evaluate(() => {
    const exposed = (globalThis as unknown as { diskwright: Record<string, unknown> }).diskwright
    const before = exposed.invoke
    try {
      exposed.invoke = () => 'taken over'
    } catch {
      // assigning to a frozen object throws in strict code
    }
    return { names: Object.keys(exposed).toSorted(), unchanged: exposed.invoke === before, frozen: Object.isFrozen(exposed) }
  })
  expect(bridge).toEqual({ names: ['invoke', 'on', 'pathForFile'], unchanged: true, frozen: true })
})

test('unknown calls, wrong input and outputs that nobody chose are refused', async ({ app }) => {
  const codes = await app.page.evaluate(async () => {
    const { diskwright } = globalThis as unknown as {
      diskwright: { invoke(name: string, input: unknown): Promise<{ error?: { code: string } }> }
    }
    const convert = { source: '/etc/hostname', output: '/tmp/not-granted.vmdk', format: 'vmdk' }
    const answers = await Promise.all([
      diskwright.invoke('no.such', undefined),
      diskwright.invoke('__proto__', undefined),
      diskwright.invoke('images.inspect', { path: 7 }),
      diskwright.invoke('jobs.start', { kind: 'convert-image', input: convert }),
      diskwright.invoke('convert.plan', convert),
    ])
    return answers.map((answer) => answer.error?.code)
  })
  expect(codes).toEqual(['bad-input', 'bad-input', 'bad-input', 'output-not-granted', 'output-not-granted'])
})

test('a window that was taken over sends no disk away: the user is asked outside of it', async ({ app }) => {
  const asked = await app.inMain(({ dialog }) => {
    const seen: string[] = []
    Object.assign(globalThis, { seen })
    dialog.showMessageBox = async (...args: unknown[]) => {
      const { message, detail } = args.at(-1) as { message: string; detail: string }
      seen.push(`${message} ${detail}`)
      return { response: 0, checkboxChecked: false }
    }
    return seen.length
  })
  expect(asked).toBe(0)
  const codes = await app.page.evaluate(async () => {
    const { diskwright } = globalThis as unknown as {
      diskwright: { invoke(name: string, input: unknown): Promise<{ error?: { code: string } }> }
    }
    const pushed = { source: '/etc/hostname', layout: 'artifact', destination: 'docker://127.0.0.1:9/taken/over:v1' }
    const copied = { source: 'containers-storage:localhost/private:v1', destination: 'docker://127.0.0.1:9/taken/over:v1' }
    const one = await diskwright.invoke('jobs.start', { kind: 'package-container', input: pushed })
    const other = await diskwright.invoke('jobs.start', { kind: 'copy-container', input: copied })
    const several = await diskwright.invoke('jobs.startAll', { title: 'x', requests: [{ kind: 'package-container', input: pushed }] })
    return [one, other, several].map((answer) => answer.error?.code)
  })
  expect(codes).toEqual(['input-not-granted', 'input-not-granted', 'input-not-granted'])
  const seen = await app.inMain(() => (globalThis as unknown as { seen: string[] }).seen)
  expect(seen).toHaveLength(3)
  expect(seen[0]).toContain('Send it to docker://127.0.0.1:9/taken/over:v1? /etc/hostname')
})

test('the content security policy stops what a page could be made to load or run', async ({ launch }) => {
  const app = await launch()
  await app.page.evaluate(async () => {
    const refused: string[] = []
    Object.assign(globalThis, { refused })
    document.addEventListener('securitypolicyviolation', (event) => void refused.push(event.effectiveDirective))
    const add = (tag: string, fields: Record<string, string>): void => {
      const element = document.createElement(tag)
      for (const [name, value] of Object.entries(fields)) element.setAttribute(name, value)
      document.body.append(element)
      if ('onclick' in fields) element.click()
    }
    const inline = document.createElement('script')
    inline.textContent = 'globalThis.ranInline = true'
    document.body.append(inline)
    add('button', { onclick: 'globalThis.ranHandler = true' })
    add('iframe', { src: 'https://example.invalid/' })
    add('img', { src: 'https://example.invalid/x.png' })
    add('script', { src: 'https://example.invalid/x.js' })
    const style = document.createElement('style')
    style.textContent = 'body { outline: 1px solid red }'
    document.head.append(style)
    await fetch('https://example.invalid/').catch(() => {})
    // a string is compiled like eval
    const evaluate = 'globalThis.ranEval = true' as unknown as () => void
    try {
      // oxlint-disable-next-line no-implied-eval -- it is what the policy has to stop
      setTimeout(evaluate, 0)
    } catch {
      // refused at once in some versions
    }
  })
  const refused = () => app.page.evaluate(() => (globalThis as unknown as { refused: string[] }).refused)
  await expect
    .poll(refused)
    .toEqual(
      expect.arrayContaining(['connect-src', 'frame-src', 'img-src', 'script-src', 'script-src-attr', 'script-src-elem', 'style-src-elem']),
    )
  expect(await app.page.evaluate(() => ['ranInline', 'ranHandler', 'ranEval'].filter((name) => name in globalThis))).toEqual([])
})

test('only files of the window are served', async ({ launch }) => {
  const app = await launch()
  const statuses = await app.page.evaluate(async () => {
    const status = (url: string): Promise<number | string> =>
      fetch(url).then(
        (response) => response.status,
        () => 'failed',
      )
    return Promise.all([
      status('/index.html'),
      status('/..%2f..%2fpackage.json'),
      status('/no-such-file.js'),
      status('app://other/index.html'),
      status('file:///etc/passwd'),
    ])
  })
  expect(statuses).toEqual([200, 403, 404, 'failed', 'failed'])
})

/** The record of an upload whose result shows this address. */
function writeUpload(stateFolder: string, url: string): void {
  const at = '2026-02-03T04:05:06.000Z'
  const made = { kind: 'image', id: 'ocid1.image.boot', name: 'boot', url }
  const upload = {
    resources: [made],
    next: [],
    verified: 'sha256' as const,
    temporary: [],
    sentBytes: 1,
    skippedBytes: 0,
  } satisfies UploadResult
  const job: Job = {
    id: '20260203-040506-0a1b2c',
    kind: 'upload-image',
    title: 'Upload boot.qcow2',
    input: { upload: '6d1f5a52-6b63-4c63-9a36-0cf7a1c35a52', provider: 'oci', facts: sampleFacts(), values: {} },
    state: 'succeeded',
    steps: [],
    progress: 1,
    rate: null,
    secondsLeft: null,
    message: 'Ready',
    commands: [],
    createdAt: at,
    startedAt: at,
    endedAt: at,
    output: { path: '/images/boot.qcow2', bytes: 1, proofs: [], upload },
    error: null,
    phase: 'ready',
    owner: null,
  }
  const folder = path.join(stateFolder, 'state/jobs', job.id)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'job.json'), JSON.stringify(job))
}

test('the window cannot be led away, and only what a result shows leaves it, to the browser of the user', async ({
  launch,
  workFolder,
}) => {
  const shown = 'https://cloud.example/compute/images/boot?region=lab'
  writeUpload(path.join(workFolder, 'app'), shown)
  const app = await launch()
  const { page } = app
  await app.inMain(({ shell }) => {
    const opened: string[] = []
    ;(globalThis as unknown as { opened: string[] }).opened = opened
    shell.openExternal = (url) => {
      opened.push(url)
      return Promise.resolve()
    }
  })
  await new ShellPage(page).show('Jobs')
  await page.evaluate((url) => {
    for (const other of [
      'https://example.invalid/docs',
      `${url}&read=secret`,
      'http://example.invalid/',
      'file:///etc/passwd',
      'smb://host/share',
    ])
      globalThis.open(other)
  }, shown)
  await page.getByRole('button', { name: /Upload boot\.qcow2/ }).click()
  await page.getByRole('link', { name: shown }).click()
  await expect.poll(() => app.inMain(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([shown])
  const before = page.url()
  for (const url of ['https://example.invalid/', 'file:///etc/passwd', 'javascript:globalThis.ranLink=true']) {
    await page.evaluate((target) => {
      location.href = target
    }, url)
    await page.waitForTimeout(200)
    expect(page.url()).toBe(before)
  }
  expect(app.electron.windows()).toHaveLength(1)
})

test('every permission is refused', async ({ launch }) => {
  const app = await launch()
  const answers = await app.page.evaluate(async () => {
    const outcome = (request: Promise<unknown>): Promise<string> =>
      request.then(
        () => 'granted',
        (error: unknown) => (error instanceof Error ? error.name : `code ${(error as GeolocationPositionError).code}`),
      )
    return {
      notification: await Notification.requestPermission(),
      camera: await outcome(navigator.mediaDevices.getUserMedia({ video: true })),
      clipboard: await outcome(navigator.clipboard.readText()),
      location: await outcome(new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject))),
    }
  })
  expect(answers.notification).toBe('denied')
  expect(answers.camera).not.toBe('granted')
  expect(answers.clipboard).toBe('NotAllowedError')
  expect(answers.location).toBe('code 1')
})
