import fs from 'node:fs'
import path from 'node:path'
import { TOOLS, type ToolId } from './tool-table.js'

/** Desktop sessions often start programs without the sbin folders, where sfdisk and mkfs live. */
const ALWAYS_SEARCHED = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/** Folders that tools are searched in. `DISKWRIGHT_TOOL_PATH` replaces all of them (tests, unusual installs). */
export function toolSearchPath(env: NodeJS.ProcessEnv): string[] {
  const only = env.DISKWRIGHT_TOOL_PATH
  if (only !== undefined) return only.split(':').filter((folder) => path.isAbsolute(folder))
  const own = (env.PATH ?? '').split(':').filter((folder) => path.isAbsolute(folder))
  return [...new Set([...own, ...ALWAYS_SEARCHED])]
}

/**
 * Absolute path of a tool with its symlinks resolved, or undefined when none of the folders has it as an executable file.
 * Links of multi-call programs keep their own name, for such a program looks at it.
 */
export function findTool(tool: ToolId, env: NodeJS.ProcessEnv): string | undefined {
  const { binary } = TOOLS[tool]
  for (const folder of toolSearchPath(env)) {
    const candidate = path.join(folder, binary)
    try {
      fs.accessSync(candidate, fs.constants.X_OK)
      if (!fs.statSync(candidate).isFile()) continue
      const real = path.join(fs.realpathSync(folder), binary)
      const target = fs.realpathSync(candidate)
      return real.startsWith('/usr/') || path.basename(target) !== binary ? real : target
    } catch {}
  }
  return undefined
}
