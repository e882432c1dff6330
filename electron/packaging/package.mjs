// `npm run package`: builds what can be built with the runtime that is here, and starts the packaged command line once.
//   --folder-only   only the unpacked folder (what CI builds)
// With the stand-in runtime nothing is a release: the version ends in -dev and only formats for trying out are built.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { provisionElectron } from '../runtime/provision-electron.mjs'
import { ROOT } from '../runtime/setup.mjs'

const folderOnly = process.argv.includes('--folder-only')
const runtime = await provisionElectron()
const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
const packageVersion = runtime.official ? version : `${version}-dev`
if (!runtime.official)
  console.log(`Electron ${runtime.version} is a stand-in and out of support: this is ${packageVersion}, not a release.`)

run('npm', ['run', '--silent', 'build'])
fs.rmSync(path.join(ROOT, 'dist'), { recursive: true, force: true })
run(process.execPath, [
  'node_modules/electron-builder/cli.js',
  '--linux',
  ...targets(),
  '--publish',
  'never',
  '--config',
  'electron/builder.yml',
  `-c.electronVersion=${runtime.version}`,
  `-c.extraMetadata.version=${packageVersion}`,
])
smokeTest(path.join(ROOT, 'dist/linux-unpacked'))
for (const name of fs.readdirSync(path.join(ROOT, 'dist'))) console.log(`dist/${name}`)

/** None means all targets of builder.yml; those that need a download cannot be built where the runtime is the stand-in. */
function targets() {
  if (folderOnly) return ['dir']
  return runtime.official ? [] : ['dir', 'deb', 'rpm']
}

function run(program, args) {
  const standIns = { CUSTOM_FPM_PATH: path.join(ROOT, 'electron/packaging/fpm.mjs'), ELECTRON_BUILDER_COMPRESSION_LEVEL: '1' }
  const { status, error } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...(runtime.official ? {} : standIns) },
  })
  if (status === 0) return
  console.error(error ? error.message : `${program} ${args.join(' ')} ended with ${status}`)
  process.exit(1)
}

/** The packaged command line has to start from inside the archive, with the app's own runtime. */
function smokeTest(folder) {
  const program = path.join(folder, 'resources/bin/diskwright')
  // no tool may be needed: a node or a checkout on the PATH would hide that the package is incomplete
  const env = { PATH: '/usr/bin:/bin', HOME: process.env.HOME ?? '/' }
  const { status, stdout, stderr, error } = spawnSync(program, ['--version'], { cwd: '/', encoding: 'utf8', env })
  if (status === 0 && stdout.includes(version)) {
    console.log(`packaged command line: ${stdout.trim()}`)
    return
  }
  console.error(`The packaged command line does not start (${error?.message ?? status}):\n${stdout}${stderr}`)
  process.exit(1)
}
