// `npm start`: sets up, then opens the window on the sample images; where there is no screen, shows the tour in the terminal.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { defaultCacheFolder, makeSamples, ROOT, setUp } from './setup.mjs'

const runtime = await setUp()
makeSamples()

const files = process.argv.slice(2)
const hasScreen = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
if (hasScreen) await openWindow(files.length > 0 ? files.map((file) => path.resolve(file)) : sampleImages())
else {
  console.log('\nThere is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): the same tour in the terminal.\n')
  await end(spawn(path.join(ROOT, 'resources/bin/diskwright'), ['tour'], { stdio: 'inherit' }))
}

function openWindow(images) {
  const switches = chromiumSandboxWorks() ? [] : ['--no-sandbox']
  return end(spawn(runtime.executable, [...switches, ROOT, ...images], { cwd: ROOT, stdio: 'inherit' }))
}

function sampleImages() {
  const folder = path.join(defaultCacheFolder(), 'samples')
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.qcow2') && !name.startsWith('.'))
    .map((name) => path.join(folder, name))
}

/** Chromium's own sandbox needs user namespaces or a setuid helper, and refuses to run as root. */
function chromiumSandboxWorks() {
  if (process.getuid?.() === 0) return false
  const helper = path.join(runtime.dist, 'chrome-sandbox')
  const { uid, mode } = fs.statSync(helper, { throwIfNoEntry: false }) ?? { uid: -1, mode: 0 }
  if (uid === 0 && (mode & 0o4000) !== 0) return true
  if (read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') !== '1' && read('/proc/sys/kernel/unprivileged_userns_clone') !== '0')
    return true
  console.log('This system restricts user namespaces, so the window runs without its sandbox. To have it:')
  console.log(`  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`)
  return false
}

function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : undefined
}

function end(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(error.message)
      process.exitCode = 1
      resolve()
    })
    child.on('exit', (code, signal) => {
      process.exitCode = signal ? 1 : (code ?? 1)
      resolve()
    })
  })
}
