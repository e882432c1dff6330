import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { toolSearchPath } from './find-tool.js'
import type { Host } from './host.js'
import { runTool } from './run-tool.js'

export type HelperAction = 'get' | 'store' | 'erase' | 'list'

/** Names come out of files: no path, no option. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** A helper may ask the user to unlock a keyring. */
const TIMEOUT_MS = 120_000
const MAX_ANSWER = 1024 * 1024
/** What all helpers say where they keep nothing for a registry (docker-credential-helpers, `credentials/error.go`). */
const NOTHING_KEPT = /credentials not found|no credentials server URL|not found in native keychain/i

/**
 * Asks a credential helper of docker (`docker-credential-NAME`), which speaks on stdin and stdout: what it answered, null where it keeps nothing. It runs
 * as the user has set things up, for it talks to keyrings and clouds, and leaves no trace in the log of a job. Throws `bad-input` for a name that is none,
 * `tool-missing`, `tool-failed`, `tool-timeout`, `cancelled`; no error shows what was sent.
 */
export async function askCredentialHelper(
  { env, signal }: Pick<Host, 'env' | 'signal'>,
  name: string,
  action: HelperAction,
  input: string,
): Promise<string | null> {
  if (!NAME.test(name))
    throw new AppError('bad-input', { details: { reason: `${JSON.stringify(name.slice(0, 100))} is no name of a credential helper` } })
  const tool = `docker-credential-${name}`
  const file = findHelper(tool, env)
  if (file === undefined) throw new AppError('tool-missing', { details: { tool } })
  const answer = await runTool({
    tool,
    shown: [tool, action],
    command: { argv: [file, action], sandboxed: false },
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    options: { stdin: input, okExitCodes: ANY_EXIT_CODE, timeoutMs: TIMEOUT_MS, maxOutputBytes: MAX_ANSWER, signal },
    onCommand: undefined,
    onOutput: undefined,
    gate: undefined,
  })
  const said = answer.stdout.toString('utf8')
  if (answer.exitCode === 0) return said
  if (NOTHING_KEPT.test(said) || NOTHING_KEPT.test(answer.stderr)) return null
  throw new AppError('tool-failed', { details: { tool, problem: `exit code ${answer.exitCode} of ${action}`, exitCode: answer.exitCode } })
}

const ANY_EXIT_CODE = Array.from({ length: 256 }, (_, code) => code)

function findHelper(tool: string, env: NodeJS.ProcessEnv): string | undefined {
  return toolSearchPath(env)
    .map((folder) => path.join(folder, tool))
    .find((file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK)
        return fs.statSync(file).isFile()
      } catch {
        return false
      }
    })
}
