import { type ChildProcess, spawn } from 'node:child_process'

/** Runs `body` in a fresh process; `m` is the bundled module, `process.send` reaches the test. */
export function runChild(module: string, body: string, env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const code = `import(${JSON.stringify(module)}).then(async (m) => {${body}}).catch((error) => { console.error(error); process.exit(1) })`
  return spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env })
}

/** The next message of a child, or a rejection when it ends first. */
export function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code, signal) => reject(new Error(`child ended: ${code ?? signal}`)))
  })
}

/** SIGKILL, and waits until the process is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** Starts a process of its own session that carries a job's mark; returns its pid. */
export function spawnMarked(jobId: string): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true, env: { ...process.env, DISKWRIGHT_JOB: jobId } })
  return child.pid ?? 0
}
