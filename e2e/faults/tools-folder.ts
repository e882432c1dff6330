import fs from 'node:fs/promises'
import path from 'node:path'
import { findTool } from '#core/process/find-tool'
import { TOOL_IDS, TOOLS, type ToolId } from '#core/process/tool-table'

/**
 * A folder for `DISKWRIGHT_TOOL_PATH`: links to all tools of this machine but `without`, and shell scripts in place of `scripts`.
 * Returns its path.
 */
export async function toolsFolder(
  folder: string,
  change: { without?: readonly ToolId[]; scripts?: Partial<Record<ToolId, string>> },
): Promise<string> {
  await fs.rm(folder, { recursive: true, force: true })
  await fs.mkdir(folder, { recursive: true })
  for (const tool of TOOL_IDS) {
    const file = path.join(folder, TOOLS[tool].binary)
    const script = change.scripts?.[tool]
    const real = findTool(tool, { PATH: process.env.PATH })
    if (change.without?.includes(tool)) continue
    if (script !== undefined) await fs.writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    else if (real !== undefined) await fs.symlink(real, file)
  }
  return folder
}

/** qemu-img that converts at 4 MB/s, so that something can happen while it does. */
export const SLOW_CONVERT = `if [ "$1" = convert ]; then shift; exec /usr/bin/qemu-img convert -r 4M "$@"; fi
exec /usr/bin/qemu-img "$@"`
