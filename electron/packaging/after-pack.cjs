const { chmod, rm } = require('node:fs/promises')
const path = require('node:path')

// electron-builder leaves these in place when it is given a runtime of its own
const LEFTOVERS = ['resources/default_app.asar', 'version', 'stand-in']

exports.default = async ({ appOutDir }) => {
  for (const name of LEFTOVERS) await rm(path.join(appOutDir, name), { force: true })
  await chmod(path.join(appOutDir, 'chrome-sandbox'), 0o4755)
  await chmod(path.join(appOutDir, 'resources/bin/diskwright'), 0o755)
}
