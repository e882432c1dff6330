import path from 'node:path'
import type { Host } from '../../process/host.js'

/** Makes named pipes that only their owner may use; mkfifo(1). Absolute paths. Throws `tool-missing`, `tool-failed` where one is there already. */
export async function makePipes(host: Host, files: readonly string[]): Promise<void> {
  const folders = [...new Set(files.map((file) => path.dirname(file)))]
  await host.run('mkfifo', ['--mode=600', '--', ...files], { access: { write: folders } })
}
