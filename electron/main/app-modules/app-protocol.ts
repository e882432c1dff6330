import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'
import { consolePolicy, contentSecurityPolicy, mimeType, resolveInside, withNonce } from './served-documents.js'

export const APP_ORIGIN = 'app://diskwright'
/** The frame of consoles: another origin, so that it has no way into the window. */
export const CONSOLE_ORIGIN = 'app://console'

/** Call before `ready`: the window's own scheme behaves like https, and file: is not needed. */
export function declareAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }])
}

/** Serves the built window and the frame of consoles from below `outFolder`: each only its own folder, as its own origin. */
export function serveApp(outFolder: string): void {
  const [window, frame] = [path.join(outFolder, 'renderer'), path.join(outFolder, 'console')]
  protocol.handle('app', async (request) => {
    const isFrame = request.url.startsWith(`${CONSOLE_ORIGIN}/`)
    const file = isFrame ? resolveInside(frame, request.url, CONSOLE_ORIGIN) : resolveInside(window, request.url, APP_ORIGIN)
    if (request.method !== 'GET' || file === null) return new Response('', { status: 403 })
    try {
      return await (isFrame ? respondToFrame(file) : respond(file))
    } catch {
      return new Response('', { status: 404 })
    }
  })
}

function headersOf(file: string): Headers {
  return new Headers({ 'content-type': mimeType(file), 'x-content-type-options': 'nosniff' })
}

async function respondToFrame(file: string): Promise<Response> {
  const headers = headersOf(file)
  headers.set('content-security-policy', consolePolicy(APP_ORIGIN))
  return new Response(new Uint8Array(await fs.readFile(file)), { headers })
}

/** Each document with a nonce of its own. */
async function respond(file: string): Promise<Response> {
  const headers = headersOf(file)
  if (path.extname(file) !== '.html') return new Response(new Uint8Array(await fs.readFile(file)), { headers })
  const nonce = randomBytes(16).toString('base64')
  headers.set('content-security-policy', contentSecurityPolicy(nonce, CONSOLE_ORIGIN))
  return new Response(withNonce(await fs.readFile(file, 'utf8'), nonce), { headers })
}
