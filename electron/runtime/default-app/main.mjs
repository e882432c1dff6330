// Stand-in for the app that an official Electron build carries in resources/default_app.asar:
// makes `electron [-r module]... <path> [args]` work. Playwright passes its loader with -r.
import fs from 'node:fs'
import { Module } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, dialog } from 'electron'

const { preload, target, print } = readArguments(process.argv.slice(1))

if (print) {
  console.log(print)
  process.exit(0)
}
if (!target) {
  console.error('usage: electron [-r module] <folder or script>')
  process.exit(1)
}
if (preload.length > 0) Module._preloadModules(preload)
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true })

try {
  await load(path.resolve(target))
} catch (error) {
  console.error('App threw an error during load')
  console.error(error)
  if (process.env.ELECTRON_NO_DIALOG !== '1' && process.stdout.isTTY) dialog.showErrorBox('Error launching app', String(error))
  process.exit(1)
}

function readArguments(argv) {
  const found = { preload: [], target: undefined, print: undefined }
  for (let i = 0; i < argv.length && !found.target && !found.print; i++) {
    const arg = argv[i]
    if (arg === '-r' || arg === '--require') found.preload.push(argv[++i])
    else if (arg === '-v' || arg === '--version') found.print = `v${process.versions.electron}`
    else if (arg === '-a' || arg === '--abi') found.print = process.versions.modules
    else if (arg.startsWith('--app=')) found.target = arg.slice('--app='.length)
    else if (!arg.startsWith('-')) found.target = arg
  }
  return found
}

async function load(root) {
  const manifest = path.join(root, 'package.json')
  const hasManifest = fs.existsSync(manifest)
  if (hasManifest) {
    const pkg = JSON.parse(fs.readFileSync(manifest, 'utf8'))
    if (pkg.version) app.setVersion(pkg.version)
    if (pkg.productName || pkg.name) app.setName(pkg.productName || pkg.name)
    app.setDesktopName?.(pkg.desktopName || `${app.name}.desktop`)
  }
  const entry = Module._resolveFilename(root, null, true)
  app.setAppPath(hasManifest ? root : path.dirname(entry))
  await import(pathToFileURL(entry).href)
}
