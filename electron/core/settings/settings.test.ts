import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import type { ImageInfo } from '#shared/images/image-info'
import { type Settings, settingsSchema } from '#shared/settings/settings'
import type { Logger } from '../log/logger.js'
import { createRecentsStore } from './recents-store.js'
import { createSettingsStore } from './settings-store.js'

let folder: string
let warnings: string[]
let log: Logger
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-settings-'))
  warnings = []
  log = { info: () => {}, warn: (event) => void warnings.push(event), error: () => {} }
  return () => fs.rmSync(folder, { recursive: true, force: true })
})
const file = (name: string) => path.join(folder, name)
const DEFAULTS = settingsSchema.parse({})

test('settings start with defaults, are kept, and are announced', () => {
  const store = createSettingsStore({ folder, log })
  expect(store.get()).toEqual(DEFAULTS)
  const heard: Settings[] = []
  const stop = store.onChange((settings) => heard.push(settings))
  expect(store.set({ theme: 'dark' })).toEqual({ ...DEFAULTS, theme: 'dark' })
  stop()
  store.set({ verify: false })
  expect(heard.map((settings) => settings.theme)).toEqual(['dark'])
  expect(createSettingsStore({ folder, log }).get()).toEqual({ ...DEFAULTS, theme: 'dark', verify: false })
  expect(() => store.set({ keepJobs: 1 })).toThrow(expect.objectContaining({ code: 'bad-input' }))
  expect(store.get().keepJobs).toBe(DEFAULTS.keepJobs)
  expect(warnings).toEqual([])
})

test('a damaged file gives defaults, is kept, and can be written again', () => {
  fs.writeFileSync(file('settings.json'), '{"theme":"da')
  const store = createSettingsStore({ folder, log })
  expect(store.get()).toEqual(DEFAULTS)
  expect(fs.readFileSync(file('settings.json.bad'), 'utf8')).toBe('{"theme":"da')
  expect(warnings).toEqual(['settings.damaged'])
  store.set({ theme: 'light' })
  expect(createSettingsStore({ folder, log }).get().theme).toBe('light')
})

test('one bad value does not cost the others; unknown ones are no damage', () => {
  fs.writeFileSync(file('settings.json'), JSON.stringify({ theme: 'dark', keepJobs: 'many' }))
  expect(createSettingsStore({ folder, log }).get()).toEqual({ ...DEFAULTS, theme: 'dark' })
  expect(warnings).toEqual(['settings.damaged'])
  fs.writeFileSync(file('settings.json'), JSON.stringify({ theme: 'dark', fromTheFuture: 1 }))
  expect(createSettingsStore({ folder, log }).get().theme).toBe('dark')
  fs.writeFileSync(file('settings.json'), '[]')
  expect(createSettingsStore({ folder, log }).get()).toEqual(DEFAULTS)
  expect(warnings).toHaveLength(2)
})

test('a folder that cannot be written to says so, and nothing was changed', () => {
  fs.writeFileSync(file('file'), '')
  const store = createSettingsStore({ folder: file('file/config'), log })
  const heard = vi.fn<(settings: Settings) => void>()
  store.onChange(heard)
  expect(() => store.set({ theme: 'dark' })).toThrow(expect.objectContaining({ code: 'folder-not-writable' }))
  expect(store.get()).toEqual(DEFAULTS)
  expect(heard).not.toHaveBeenCalled()
})

function image(name: string): ImageInfo {
  return { path: file(name), format: 'qcow2', virtualBytes: 10, onDiskBytes: 5, osName: null, ignitionPlatform: 'qemu' } as ImageInfo
}

test('recent images: last one first, each once, at most thirty, gone ones marked', async () => {
  const recents = createRecentsStore({ folder, log })
  for (let n = 0; n < 35; n++) recents.add(image(`${n}.qcow2`))
  recents.add(image('7.qcow2'))
  fs.writeFileSync(file('7.qcow2'), '')
  const list = await createRecentsStore({ folder, log }).list()
  expect(list).toHaveLength(30)
  expect(list.slice(0, 2)).toMatchObject([
    { path: file('7.qcow2'), exists: true, ignitionPlatform: 'qemu' },
    { path: file('34.qcow2'), exists: false },
  ])
  recents.remove(file('7.qcow2'))
  expect((await recents.list())[0]?.path).toBe(file('34.qcow2'))
})

test('a damaged list of recent images is an empty one, damaged rows are left out', async () => {
  fs.writeFileSync(file('recents.json'), 'x')
  expect(await createRecentsStore({ folder, log }).list()).toEqual([])
  expect(warnings).toEqual(['recents.damaged'])
  const recents = createRecentsStore({ folder, log })
  recents.add(image('a.qcow2'))
  fs.writeFileSync(file('recents.json'), JSON.stringify([{ path: 1 }, ...JSON.parse(fs.readFileSync(file('recents.json'), 'utf8'))]))
  expect(await recents.list()).toHaveLength(1)
})
