import { AppError, type ErrorCode } from '../errors/app-error.js'

export interface ContainerToolProblem {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string>>
}

/** What podman 4.3 and skopeo 1.9 say (containers/image: docker/errors.go, signature/policy_eval.go, pkg/docker/config), first match first. */
const WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/server gave HTTP response to HTTPS client/i, 'registry-plain-http'],
  [/x509:|certificate signed by unknown authority|tls: failed to verify/i, 'registry-untrusted'],
  [/too many requests|toomanyrequests/i, 'registry-busy'],
  [/unauthorized|authentication required|invalid username\/password|unable to retrieve auth token/i, 'sign-in-needed'],
  [/denied:|403 \(Forbidden\)|access to the resource is denied/i, 'registry-denied'],
  [
    /rejected by policy|signature was required|no signature exists|not accepted: |cryptographic signature verification failed/i,
    'container-refused',
  ],
  [
    /manifest unknown|name unknown|reading manifest .* (not found|404)|image not known|no such image|does not resolve to an image/i,
    'container-not-found',
  ],
  [/no image found in (manifest list|image index)|choosing (an )?image (instance )?from/i, 'platform-not-found'],
  [/digest did not match|doesn't match expected digest|does not match the expected digest|unexpected digest/i, 'blob-mismatch'],
  [/no space left on device/i, 'no-space'],
  [
    /connection refused|no such host|i\/o timeout|network is unreachable|connection reset|unexpected EOF|proxyconnect|socks connect|deadline exceeded/i,
    'registry-unreachable',
  ],
  [/invalid status code from registry \d+|received unexpected HTTP status/i, 'registry-failed'],
]

/** Why podman or skopeo failed, by what it said on stderr; null where that fits nothing known. */
export function containerToolProblem(stderr: string, registry: string | null): ContainerToolProblem | null {
  const line = lastError(stderr)
  const found = WORDS.find(([words]) => words.test(line)) ?? WORDS.find(([words]) => words.test(stderr))
  if (!found) return null
  return { code: found[1], details: { reason: line.slice(0, 500), ...(registry === null ? {} : { registry }) } }
}

/** The same failure of podman or skopeo under its own code, with what the tool said; anything else thrown comes back as it is. */
export function explainToolFailure(thrown: unknown, registry: string | null): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'tool-failed') return thrown
  const { toolOutput, command, actions } = thrown.data
  const problem = containerToolProblem(toolOutput ?? '', registry)
  return problem === null ? thrown : new AppError(problem.code, { details: problem.details, toolOutput, command, actions, cause: thrown })
}

/** The line that ends a failed run, without the marks of either program. */
function lastError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((one) => /^Error: |level=fatal/.test(one)) ?? lines.at(-1) ?? ''
  const message = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(.)/g, '$1')
  return (message ?? line).replace(/^Error: /, '')
}
